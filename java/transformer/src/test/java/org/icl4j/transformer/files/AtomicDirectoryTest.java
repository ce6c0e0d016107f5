package org.icl4j.transformer.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicDirectoryTest {
    @TempDir
    private Path directory;

    private static List<String> names(Path in) throws IOException {
        try (Stream<Path> files = Files.list(in)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void write(Path into) throws IOException {
        Files.writeString(into.resolve("a"), "1");
        Files.writeString(into.resolve("b"), "2");
    }

    @Test
    void allFilesAreThere() throws IOException {
        Path fresh = directory.resolve("some/new/place");
        AtomicDirectory.create(fresh, AtomicDirectoryTest::write);
        assertEquals(List.of("a", "b"), names(fresh));
        Path empty = Files.createDirectory(directory.resolve("empty"));
        AtomicDirectory.create(empty, AtomicDirectoryTest::write);
        assertEquals("2", Files.readString(empty.resolve("b")));
        assertEquals(List.of("empty", "some"), names(directory));
    }

    @Test
    void orNone() throws IOException {
        Path path = directory.resolve("torn");
        IOException e = assertThrows(
                IOException.class,
                () -> AtomicDirectory.create(path, fresh -> {
                    write(fresh);
                    throw new IOException("no space");
                }));
        assertEquals("no space", e.getMessage());
        assertEquals(List.of(), names(directory));
    }

    @Test
    void whatIsThereStays() throws IOException {
        Path mine = Files.createDirectory(directory.resolve("mine"));
        Files.writeString(mine.resolve("thesis"), "x");
        for (Path path : List.of(mine, mine.resolve("thesis"))) {
            FileSystemException e = assertThrows(
                    FileSystemException.class, () -> AtomicDirectory.create(path, AtomicDirectoryTest::write));
            assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
        }
        assertEquals(List.of("thesis"), names(mine));
    }
}
