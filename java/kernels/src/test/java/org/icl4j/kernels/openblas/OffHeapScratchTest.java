package org.icl4j.kernels.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OffHeapScratchTest {
    /** Asks for more and more of a limit of 64 MB, with a step that leaves no room for doubling. */
    static final class Growing {
        private Growing() {}

        public static void main(String[] args) {
            OffHeapScratch scratch = new OffHeapScratch();
            for (long megabytes : new long[] {1, 20, 40, 50, 30}) {
                scratch.lend(megabytes << 20, segment -> System.out.print(" " + (segment.byteSize() >> 20)));
            }
        }
    }

    @Test
    void takesTheExactSizeWhereTwiceDoesNotFit() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:MaxDirectMemorySize=64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Growing.class.getName())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(3, TimeUnit.MINUTES), out);
        assertEquals(" 1 20 40 50 50", out);
    }
}
