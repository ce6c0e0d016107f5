package org.icl4j.kernels.vector;

import org.icl4j.kernels.KernelUnavailableException;

/**
 * Finds out by timing whether vector operations are compiled to instructions. Without them (no FMA in the CPU, vectors switched
 * off, a compiler that does not know them) they still work, a thousand times slower, and nothing else tells.
 */
final class VectorProbe {
    private static final int ITERATIONS = 100;

    /** An operation in instructions takes under 1 ns on any machine, one through the library's own code over 20. */
    private static final double NANOS_PER_OPERATION = 5;

    /** How long the compiler may take, in seconds: a fraction of one, but much longer where many processes start at once. */
    private static final String PATIENCE_PROPERTY = "icl4j.probeSeconds";

    private static final long PATIENCE_NANOS = Integer.getInteger(PATIENCE_PROPERTY, 15) * 1_000_000_000L;

    private static double fastest = Double.POSITIVE_INFINITY;
    private static boolean probed;
    private static volatile float sink;

    private VectorProbe() {}

    /**
     * Returns if operations are compiled. The answer is found once and stands for the life of the JVM.
     *
     * @throws KernelUnavailableException if no round was fast
     */
    static synchronized void requireCompiled() {
        if (!probed) {
            fastest = nanosPerOperation();
            probed = true;
        }
        if (fastest > NANOS_PER_OPERATION) {
            throw new KernelUnavailableException(
                    "vector",
                    "vector operations are not compiled here: the fastest took " + Math.round(fastest) + " ns",
                    "check that the CPU has FMA and that no -XX flag switches vectors or C2 off");
        }
    }

    private static double nanosPerOperation() {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        while (best > NANOS_PER_OPERATION && System.nanoTime() - start < PATIENCE_NANOS) {
            long before = System.nanoTime();
            sink = FmaLoop.chains(ITERATIONS);
            double nanos = System.nanoTime() - before;
            best = Math.min(best, nanos / (ITERATIONS * FmaLoop.CHAINS));
        }
        return best;
    }
}
