package org.icl4j.bench.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard for real: a copy of this repository, one kernel of it 15 % slower. Takes some minutes and wants a quiet machine. */
@Tag("extended")
class PlantedSlowdownTest {
    private static final String WORKLOADS =
            "java/kernels/src/main/java/org/icl4j/kernels/workload/KernelWorkloads.java";
    private static final String CALL = "return () -> kernels.relu(x, y);";
    private static final String SLOWER_CALL = """
        int more = (int) (0.15 * rows);
        return () -> {
            kernels.relu(x, y);
            kernels.relu(x.rows(0, more), y.rows(0, more));
        };\
        """;

    @Test
    void isNamed(@TempDir Path directory) throws IOException {
        Path copy = directory.resolve("copy");
        Commands.output(directory, "git", "clone", "--quiet", repository().toString(), copy.toString());
        Path same = directory.resolve("same.log");
        assertEquals(0, guard(copy, same), () -> "a tree against itself: " + text(same));
        Path file = copy.resolve(WORKLOADS);
        String source = Files.readString(file);
        assertTrue(source.contains(CALL), "the place to plant the slowdown is gone");
        Files.writeString(file, source.replace(CALL, SLOWER_CALL));
        Path log = directory.resolve("slower.log");
        assertEquals(1, guard(copy, log), Files.readString(log));
        String report = Files.readString(log);
        System.out.println(report);
        assertTrue(report.contains("SLOWER: relu 2624x1024\n"), report);
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException("log of the guard", e);
        }
    }

    private static Path repository() throws IOException {
        return Path.of(Commands.output(Path.of("").toAbsolutePath(), "git", "rev-parse", "--show-toplevel"));
    }

    private static int guard(Path copy, Path log) throws IOException {
        ProcessBuilder guard = new ProcessBuilder(
                        copy.resolve("icl4j").toString(), "bench", "guard", "--only", "relu.*|addBias.*|layerNorm.*")
                .directory(copy.toFile());
        // The Maven around this test names a JDK that is not the one to build the copy with.
        guard.environment().remove("JAVA_HOME");
        return Commands.exitCode(log, guard);
    }
}
