package org.icl4j.bench.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.icl4j.bench.BenchException;

/** Other programs: git and Maven. */
final class Commands {
    private Commands() {}

    /** Runs a command with its output in {@code log}, and gives its exit code. */
    static int exitCode(Path log, ProcessBuilder command) throws IOException {
        return await(
                command.redirectErrorStream(true).redirectOutput(log.toFile()).start());
    }

    /** What a command prints, without the line end. */
    static String output(Path directory, String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = await(process);
        if (code != 0) {
            throw BenchException.environment(
                    String.join(" ", command) + " failed with exit code " + code + ": " + text);
        }
        return text;
    }

    private static int await(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw BenchException.environment("interrupted");
        }
    }
}
