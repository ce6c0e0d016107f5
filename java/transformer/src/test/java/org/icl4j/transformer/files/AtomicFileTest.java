package org.icl4j.transformer.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path directory;

    @Test
    void failureNamesTheFileAndLeavesIt() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "old");
        FileSystemException e = assertThrows(
                FileSystemException.class,
                () -> AtomicFile.replace(file, channel -> {
                    throw new IOException("No space left on device");
                }));
        assertEquals(file.toString(), e.getFile());
        assertEquals("No space left on device", e.getReason());
        assertEquals("old", Files.readString(file));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void directoryThatIsNotThere() {
        Path file = directory.resolve("none/a.txt");
        FileSystemException e = assertThrows(FileSystemException.class, () -> AtomicFile.replace(file, "text"));
        assertEquals(file.toString(), e.getFile());
        assertEquals("NoSuchFileException", e.getReason());
    }

    /** The names that a killed write leaves are those that are known for it. */
    @Test
    void halfWrittenFilesAreKnown() throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            AtomicFile.replace(directory.resolve("a.b.txt"), channel -> {
                try (Stream<Path> files = Files.list(directory)) {
                    files.map(path -> path.getFileName().toString())
                            .filter(name -> !name.equals("a.b.txt"))
                            .forEach(names::add);
                }
            });
        }
        assertEquals(20, names.size());
        for (String name : names) {
            assertTrue(AtomicFile.isHalfWritten(name), name);
            assertTrue(AtomicFile.isHalfWritten(name, "a.b.txt"), name);
            assertFalse(AtomicFile.isHalfWritten(name, "b.txt"), name);
        }
        for (String name : List.of("a.b.txt", ".a.tmp", "a.txt.1f.tmp", ".a.txt.1g.tmp", ".a.txt.1f")) {
            assertFalse(AtomicFile.isHalfWritten(name), name);
        }
    }
}
