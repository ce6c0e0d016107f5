package org.icl4j.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.icl4j.bench.BenchException;
import org.icl4j.bench.BenchTool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The interpreter that a person names. */
class PythonPeerTest {
    private static Path interpreter(Path directory, String script) throws IOException {
        Path file = Files.writeString(directory.resolve("python"), "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void tellsItsVersion(@TempDir Path directory) throws IOException {
        assertEquals("2.13.0+cpu", PythonPeer.version(interpreter(directory, "echo 2.13.0+cpu")));
    }

    @Test
    void withoutTorch(@TempDir Path directory) throws IOException {
        Path python = interpreter(directory, "echo no module >&2; exit 1");
        BenchException refusal = assertThrows(BenchException.class, () -> PythonPeer.version(python));
        assertTrue(refusal.getMessage().contains("cannot import torch"), refusal.getMessage());
    }

    @Test
    void thatIsNone(@TempDir Path directory) {
        StringWriter err = new StringWriter();
        String missing = directory.resolve("nothing").toString();
        int code = new BenchTool()
                .run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), "peers", "--python", missing);
        assertEquals(4, code, err.toString());
        assertTrue(err.toString().contains(missing), err.toString());
    }
}
