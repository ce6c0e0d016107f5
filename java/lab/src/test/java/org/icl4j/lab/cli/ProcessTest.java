package org.icl4j.lab.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.icl4j.lab.experiment.Experiments;
import org.icl4j.lab.rank1.Rank1Experiment;
import org.junit.jupiter.api.BeforeAll;
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

    /** A locale, time zone and file encoding that trip programs up. */
    private static final List<String> ABROAD = List.of(
            "-Duser.language=tr", "-Duser.country=TR", "-Duser.timezone=Asia/Kolkata", "-Dfile.encoding=ISO-8859-1");

    /** Processes whose speed does not matter, and that are started soonest without the optimising compiler. */
    private static final List<String> SOON = List.of("-XX:TieredStopAtLevel=1");

    private static final List<String> SHORT = List.of(
            "run", "rank1", "--scale", "quick", "--seed", "7", "--set", "evaluations=15", "--set", "prompts=20");

    /** Kernels that need no optimising compiler, on little work. */
    private static final List<String> PLAIN = List.of("--provider", "scalar", "--set", "n=10", "--set", "batch=8");

    private static final Experiments REAL = new Experiments(List.of(new Rank1Experiment()));

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    /** An undisturbed run on one thread, and how long it took. */
    private static Path undisturbed;

    private static Duration duration;

    @BeforeAll
    static void runUndisturbed() throws IOException, InterruptedException {
        Instant start = Instant.now();
        undisturbed = complete(shared, "undisturbed", soon(NO_DESKTOP), plain("--threads", "1"));
        duration = Duration.between(start, Instant.now());
    }

    private static List<String> plain(String... more) {
        return Stream.concat(PLAIN.stream(), Stream.of(more)).toList();
    }

    private static String[] args(Path out, String... more) {
        return args(150, out, plain(more));
    }

    private static String[] args(int steps, Path out, List<String> more) {
        List<String> args = new ArrayList<>(SHORT);
        args.addAll(List.of("--set", "steps=" + steps, "--out", out.toString()));
        args.addAll(more);
        return args.toArray(String[]::new);
    }

    private static List<String> soon(List<String> flags) {
        return Stream.concat(SOON.stream(), flags.stream()).toList();
    }

    private static Path complete(Path directory, String name, List<String> flags, List<String> more)
            throws IOException, InterruptedException {
        Path out = directory.resolve(name);
        Cli.Result result = Cli.inOtherProcess(directory, flags, args(150, out, more));
        assertTrue(result.code() == 0 || result.code() == 1, result.err());
        assertTrue(Files.exists(out.resolve("manifest.json")), result.err());
        return out;
    }

    private static void assertSameBytes(Path expected, Path out) throws IOException {
        for (String file : List.of("measurements.csv", "claims.json", "checkpoints/block.safetensors")) {
            assertArrayEquals(
                    Files.readAllBytes(expected.resolve(file)),
                    Files.readAllBytes(out.resolve(file)),
                    file + " of " + out);
        }
    }

    /** On the kernels that a run gets, whose code is compiled at other moments in every process. */
    @Tag("extended")
    @Test
    void sameBytesOnEveryStart() throws Exception {
        Path here = complete(directory, "here", NO_DESKTOP, List.of("--threads", "1"));
        assertSameBytes(here, complete(directory, "abroad", ABROAD, List.of("--threads", "2")));
    }

    /**
     * Killed at random moments and resumed until it is done, on other threads and in another locale, a run ends in the bytes of an
     * undisturbed one.
     */
    @Test
    void sameBytesWhateverHappens() throws Exception {
        long seed = Long.getLong("tests.seed", System.nanoTime());
        System.out.println("kill test: -Dtests.seed=" + seed);
        RandomGenerator random = new SplittableRandom(seed);
        Path out = directory.resolve("killed");
        Path checkpoint = out.resolve("checkpoints/block.safetensors");
        Process early = Cli.start(directory, SOON, args(out, "--resume"));
        early.waitFor(random.nextLong(duration.toMillis() / 4, duration.toMillis() * 3 / 4), TimeUnit.MILLISECONDS);
        early.destroyForcibly().waitFor();
        Process process = Cli.start(directory, SOON, args(out, "--resume"));
        while (process.isAlive() && !Files.exists(checkpoint)) {
            Thread.sleep(20);
        }
        process.waitFor(random.nextLong(duration.toMillis() / 8), TimeUnit.MILLISECONDS);
        process.destroyForcibly().waitFor();
        assertTrue(Files.exists(checkpoint), Cli.result(directory, process).err());
        if (!Files.exists(out.resolve("manifest.json"))) {
            complete(directory, "killed", soon(ABROAD), plain("--resume", "--threads", "2"));
        }
        assertSameBytes(undisturbed, out);
    }

    @Test
    void resumeRefusesOtherSettings() throws Exception {
        Path out = directory.resolve("other");
        Path checkpoint = out.resolve("checkpoints/block.safetensors");
        Files.createDirectories(checkpoint.getParent());
        Files.copy(undisturbed.resolve("checkpoints/block.safetensors"), checkpoint);
        Cli.Result result = Cli.inProcess(REAL, args(out, "--resume", "--set", "lr=0.002"));
        assertEquals(2, result.code(), result.err());
        assertTrue(result.err().contains("lr=0.001") && result.err().contains("lr=0.002"), result.err());
        assertTrue(Files.exists(checkpoint), "the checkpoint is kept");
    }

    @Test
    void secondProcessIsRefused() throws Exception {
        Path out = directory.resolve("busy");
        Process first = Cli.start(directory, SOON, args(1_000_000, out, PLAIN));
        try {
            while (first.isAlive() && !Files.exists(out.resolve(".lock"))) {
                Thread.sleep(100);
            }
            for (String[] more : new String[][] {{}, {"--resume"}}) {
                Cli.Result second = Cli.inProcess(REAL, args(out, more));
                assertEquals(2, second.code(), second.err());
                assertTrue(second.err().contains("in use by another run"), second.err());
            }
        } finally {
            first.destroyForcibly().waitFor();
        }
    }

    @Test
    void forcedProviderThatIsMissing() throws Exception {
        Cli.Result result = Cli.inOtherProcess(
                directory,
                soon(List.of("-Dicl4j.openblas.path=/nowhere/libopenblas.so")),
                args(150, directory.resolve("none"), List.of("--provider", "openblas")));
        assertEquals(4, result.code(), result.err());
        assertEquals("", result.out());
        assertEquals(1, result.errLines().size(), result.err());
        assertTrue(result.err().contains("/nowhere/libopenblas.so is not a file"), result.err());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void fullDiskIsSaid() throws Exception {
        Process process =
                Cli.start(directory, SOON, ProcessBuilder.Redirect.to(new File("/dev/full")), "list", "rank1");
        Cli.Result result = Cli.result(directory, process);
        assertEquals(4, result.code(), result.err());
        assertEquals(1, result.errLines().size(), result.err());
        assertTrue(result.err().contains("cannot write the results to stdout"), result.err());
    }

    /** As in {@code icl4j list | head -1}. */
    @Test
    void closedPipeIsNoTrouble() throws Exception {
        Process process = Cli.start(directory, SOON, ProcessBuilder.Redirect.PIPE, "list", "rank1");
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
    void reportStandsAlone() throws IOException {
        try (var plots = Files.list(undisturbed.resolve("plots"))) {
            assertEquals(5, plots.count());
        }
        String report = Files.readString(undisturbed.resolve("report.html"));
        assertFalse(report.matches("(?s).*(src|href)=\"?(https?:)?//.*"), "no part of it is elsewhere");
        assertEquals(5, report.split("<figure>", -1).length - 1);
    }
}
