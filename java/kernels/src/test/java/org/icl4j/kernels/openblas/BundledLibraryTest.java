package org.icl4j.kernels.openblas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelUnavailableException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled library comes out of the jar whole, whoever else unpacks it and whatever is there already. */
class BundledLibraryTest {
    @TempDir
    private Path cache;

    @BeforeAll
    static void requireJar() {
        Assumptions.assumeTrue(
                BundledLibrary.absence().isEmpty(),
                () -> BundledLibrary.absence().orElseThrow());
    }

    private static List<String> namesBeside(Path library) throws IOException {
        try (Stream<Path> files = Files.list(library.getParent())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void manyUnpackAtOnce() throws Exception {
        int users = 4;
        try (ExecutorService threads = Executors.newFixedThreadPool(users)) {
            for (int round = 0; round < 2; round++) {
                Path empty = cache.resolve("round-" + round);
                CyclicBarrier together = new CyclicBarrier(users);
                List<Future<Path>> results = new ArrayList<>();
                for (int i = 0; i < users; i++) {
                    results.add(threads.submit(() -> {
                        together.await();
                        return BundledLibrary.extract(empty);
                    }));
                }
                Path library = results.getFirst().get();
                for (Future<Path> result : results) {
                    assertEquals(library, result.get());
                }
                assertEquals(
                        List.of("libgcc_s.so.1", "libgfortran.so.5", "libopenblas.so.0", "libquadmath.so.0"),
                        namesBeside(library));
            }
        }
    }

    @Test
    void missingAndSpoiledFilesAreUnpackedAgain() throws IOException {
        Path library = BundledLibrary.extract(cache);
        Path spoiled = library.resolveSibling("libquadmath.so.0");
        byte[] good = Files.readAllBytes(spoiled);
        Files.write(spoiled, new byte[] {1, 2, 3});
        Files.delete(library.resolveSibling("libgcc_s.so.1"));
        List<String> complete = namesBeside(BundledLibrary.extract(cache));
        assertEquals(4, complete.size(), complete.toString());
        assertArrayEquals(good, Files.readAllBytes(spoiled));
    }

    @Test
    void whatCannotBeUnpackedIsNamed() throws IOException {
        Path library = BundledLibrary.extract(cache);
        Files.delete(library);
        Files.createDirectories(library.resolve("in the way"));
        String message = assertThrows(KernelUnavailableException.class, () -> BundledLibrary.extract(cache))
                .getMessage();
        assertTrue(message.contains(library.toString()) && message.contains("-Dicl4j.cache=DIR"), message);
    }
}
