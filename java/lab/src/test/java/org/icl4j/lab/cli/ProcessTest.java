package org.icl4j.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own: the same bytes from every start, and clear words where something is missing. */
class ProcessTest {
    /** All that the program needs; without java.desktop there is no AWT, and so no need of a display or of fonts. */
    private static final List<String> NO_DESKTOP =
            List.of("--limit-modules", "java.base,java.logging,java.management,java.xml,jdk.incubator.vector,java.sql");

    @TempDir
    private Path directory;

    private static List<String> soon(List<String> flags) {
        return Stream.concat(Cli.SOON.stream(), flags.stream()).toList();
    }

    private Path complete(String name, int steps, List<String> flags, String... more)
            throws IOException, InterruptedException {
        Path out = directory.resolve(name);
        Cli.Result result = Cli.inOtherProcess(directory, flags, SmallRun.RANK1.args(out, steps, more));
        assertTrue(SmallRun.isComplete(out), result.err());
        return out;
    }

    /** On the kernels that a run gets, whose code is compiled at other moments in every process. */
    @Tag("extended")
    @Test
    void sameBytesOnEveryStart() throws Exception {
        Path here = complete("here", 150, NO_DESKTOP, "--provider", "auto");
        Path abroad = complete("abroad", 150, Cli.ABROAD, "--provider", "auto", "--threads", "2");
        SmallRun.RANK1.assertSameBytes(here, abroad);
    }

    @Test
    void forcedProviderThatIsMissing() throws Exception {
        Cli.Result result = Cli.inOtherProcess(
                directory,
                soon(List.of("-Dicl4j.openblas.path=/nowhere/libopenblas.so")),
                SmallRun.RANK1.args(directory.resolve("none"), 1, "--provider", "openblas"));
        assertEquals(4, result.code(), result.err());
        assertEquals("", result.out());
        assertEquals(1, result.errLines().size(), result.err());
        assertTrue(result.err().contains("/nowhere/libopenblas.so is not a file"), result.err());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void fullDiskIsSaid() throws Exception {
        Process process =
                Cli.start(directory, Cli.SOON, ProcessBuilder.Redirect.to(new File("/dev/full")), "list", "rank1");
        Cli.Result result = Cli.result(directory, process);
        assertEquals(4, result.code(), result.err());
        assertEquals(1, result.errLines().size(), result.err());
        assertTrue(result.err().contains("cannot write the results to stdout"), result.err());
    }

    /** As in {@code icl4j list | head -1}. */
    @Test
    void closedPipeIsNoTrouble() throws Exception {
        Process process = Cli.start(directory, Cli.SOON, ProcessBuilder.Redirect.PIPE, "list", "rank1");
        process.getInputStream().close();
        Cli.Result result = Cli.result(directory, process);
        assertEquals(0, result.code(), result.err());
        assertEquals(List.of(), result.errLines());
    }

    @Test
    void memoryThatDoesNotDo() throws Exception {
        Cli.Result result = Cli.inOtherProcess(
                directory,
                soon(List.of("-Xmx40m")),
                "run",
                "rank1",
                "--set",
                "prompts=100000",
                "--out",
                directory.resolve("large").toString());
        assertEquals(4, result.code(), result.err());
        assertTrue(result.err().contains("not enough memory") && result.err().contains("-Xmx"), result.err());
        assertFalse(result.err().contains("at org.icl4j"), result.err());
    }

    @Test
    void reportStandsAlone() throws Exception {
        Path undisturbed = complete("plain", 15, soon(NO_DESKTOP));
        try (var plots = Files.list(undisturbed.resolve("plots"))) {
            assertEquals(5, plots.count());
        }
        String report = Files.readString(undisturbed.resolve("report.html"));
        assertFalse(report.matches("(?s).*(src|href)=\"?(https?:)?//.*"), "no part of it is elsewhere");
        assertEquals(5, report.split("<figure>", -1).length - 1);
    }
}
