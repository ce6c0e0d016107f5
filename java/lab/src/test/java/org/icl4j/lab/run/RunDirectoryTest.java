package org.icl4j.lab.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.icl4j.lab.experiment.UsageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run finds in its directory. */
class RunDirectoryTest {
    @TempDir
    private Path temporary;

    private Path path;

    @BeforeEach
    void name() {
        path = temporary.resolve("run");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> path.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private void assertRefused(boolean resume, String... parts) {
        String message = assertThrows(UsageException.class, () -> RunDirectory.open(path, resume))
                .getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), "'" + message + "' lacks '" + part + "'");
        }
    }

    /** A kill in the middle of a write leaves a file beside the one that was to be replaced. */
    @Test
    void halfWrittenFilesAreClearedAway() throws IOException {
        Files.createDirectories(path.resolve("plots"));
        Files.createDirectories(path.resolve("checkpoints"));
        Files.writeString(path.resolve("measurements.csv"), "whole");
        for (String half : List.of(
                ".measurements.csv.1f.tmp",
                ".manifest.json.ffffffffffffffff.tmp",
                "plots/.loss.svg.0.tmp",
                "checkpoints/.block.safetensors.abc.tmp")) {
            Files.writeString(path.resolve(half), "half");
        }
        assertRefused(false, "unfinished run", "--resume");
        assertEquals(5, files().size(), "a refusal changes nothing");
        RunDirectory.open(path, true).close();
        assertEquals(List.of("measurements.csv"), files());
    }

    @Test
    void othersFilesAreNot() throws IOException {
        Files.createDirectories(path);
        for (String name : List.of(".thesis.1f.tmp", ".measurements.csv.tmp", ".measurements.csv.xyz.tmp", "a.tmp")) {
            Path file = Files.writeString(path.resolve(name), "mine");
            assertRefused(true, "'" + name + "'", "not of a run");
            Files.delete(file);
        }
    }

    @Test
    void runUnderWayIsSaidToBe() throws IOException {
        try (RunDirectory first = RunDirectory.open(path, false)) {
            first.write(RunDirectory.CLAIMS, "[]");
            assertRefused(true, "in use by another run");
            assertRefused(false, "in use by another run");
            first.write(RunDirectory.MANIFEST, "{}");
            assertRefused(true, "complete run");
        }
        assertRefused(true, "complete run");
        assertFalse(Files.exists(path.resolve(".lock")));
    }

    @Test
    void lockOfADeadRunIsNoRun() throws IOException {
        Files.createDirectories(path);
        Files.writeString(path.resolve(".lock"), "");
        RunDirectory.open(path, false).close();
        assertFalse(Files.exists(path), "nothing was written");
    }
}
