package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own for a part of a test that needs other flags. */
final class ForkedJvm {
    private static final int MINUTES = 5;

    private ForkedJvm() {}

    /** What {@code program} prints; its exit code must be 0. Errors go where this JVM's go. */
    static List<String> run(Class<?> program, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-modules=jdk.incubator.vector");
        command.add("-Dicl4j.probeSeconds=120"); // The compilers get their time on a machine with other load.
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        Path output = Files.createTempFile("forked", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            process.destroyForcibly();
            assertTrue(ended, () -> command + " took more than " + MINUTES + " minutes");
            List<String> lines = Files.readAllLines(output);
            assertEquals(0, process.exitValue(), () -> command + " printed " + lines);
            return lines;
        } finally {
            Files.delete(output);
        }
    }
}
