package org.icl4j.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.icl4j.lab.experiment.Experiments;

/** Runs the command line for a test, in this JVM or in another. */
final class Cli {
    /** Flags for processes whose speed does not matter, and that are started soonest without the optimising compiler. */
    static final List<String> SOON = List.of("-XX:TieredStopAtLevel=1");

    /** A locale, time zone and file encoding that trip programs up. */
    static final List<String> ABROAD = List.of(
            "-Duser.language=tr", "-Duser.country=TR", "-Duser.timezone=Asia/Kolkata", "-Dfile.encoding=ISO-8859-1");

    /**
     * What a command left.
     *
     * @param code exit code
     * @param out stdout
     * @param err stderr
     */
    record Result(int code, String out, String err) {
        List<String> errLines() {
            return err.lines()
                    .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
                    .toList();
        }
    }

    private Cli() {}

    /** The command ended in {@code code} with nothing on stdout and one line on stderr, which has these parts. */
    static void assertOneLine(int code, Result result, String... parts) {
        assertEquals(code, result.code(), result.err());
        assertEquals("", result.out());
        assertEquals(1, result.err().lines().count(), result.err());
        for (String part : parts) {
            assertTrue(result.err().contains(part), "'" + result.err() + "' lacks '" + part + "'");
        }
    }

    static Result inProcess(Experiments experiments, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        experiments,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .execute(args);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** A JVM with the launcher's flags and {@code flags}, running the command in {@code directory}. */
    static Process start(Path directory, List<String> flags, String... args) throws IOException {
        return start(directory, flags, ProcessBuilder.Redirect.to(stdout(directory)), args);
    }

    /** The same with stdout somewhere else. */
    static Process start(Path directory, List<String> flags, ProcessBuilder.Redirect out, String... args)
            throws IOException {
        return start(directory, command(flags, args), out);
    }

    /** The same from {@code shell}, a command that ends in the one that it is to start. */
    static Process startFrom(List<String> shell, Path directory, List<String> flags, String... args)
            throws IOException {
        List<String> command = new ArrayList<>(shell);
        command.addAll(command(flags, args));
        return start(directory, command, ProcessBuilder.Redirect.to(stdout(directory)));
    }

    private static List<String> command(List<String> flags, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-XX:+UseG1GC", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        return command;
    }

    private static Process start(Path directory, List<String> command, ProcessBuilder.Redirect out) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out)
                .redirectError(directory.resolve("stderr.txt").toFile());
        builder.environment().put("LC_ALL", "C.UTF-8"); // The system's own words for what went wrong are compared.
        return builder.start();
    }

    private static File stdout(Path directory) {
        return directory.resolve("stdout.txt").toFile();
    }

    static Result inOtherProcess(Path directory, List<String> flags, String... args)
            throws IOException, InterruptedException {
        return result(directory, start(directory, flags, args));
    }

    /** What a process that was started in {@code directory} ended in. */
    static Result result(Path directory, Process process) throws IOException, InterruptedException {
        if (!process.waitFor(3, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new IllegalStateException("no end within three minutes: " + process.info());
        }
        return new Result(
                process.exitValue(),
                stdout(directory).exists() ? Files.readString(stdout(directory).toPath()) : "",
                Files.readString(directory.resolve("stderr.txt")));
    }
}
