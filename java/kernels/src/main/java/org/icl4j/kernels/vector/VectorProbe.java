package org.icl4j.kernels.vector;

import jdk.incubator.vector.FloatVector;
import org.icl4j.kernels.KernelUnavailableException;

/**
 * Finds out by timing whether vector operations are compiled to instructions. Without them (no FMA
 * in the CPU, vectors switched off, a compiler that does not know them) they still work, a thousand
 * times slower, and nothing else tells.
 */
final class VectorProbe {
    /** Chains long enough to hide the latency of a fused multiply-add. */
    private static final int CHAINS = 8;

    private static final int ITERATIONS = 2_000;

    /**
     * An operation in instructions takes under 1 ns on any machine, one through the library's own
     * code over 20.
     */
    private static final double NANOS_PER_OPERATION = 5;

    /** How long the compiler may take. */
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    private static volatile boolean passed;
    private static volatile float sink;

    private VectorProbe() {}

    /** Returns once a run was fast; that is remembered for the life of the JVM. */
    static void requireCompiled() {
        if (passed) {
            return;
        }
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        while (best > NANOS_PER_OPERATION) {
            long before = System.nanoTime();
            sink = chains(ITERATIONS);
            best = Math.min(best, (System.nanoTime() - before) / (double) (ITERATIONS * CHAINS));
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new KernelUnavailableException(
                        "vector",
                        "vector operations are not compiled here: the best took " + Math.round(best) + " ns",
                        "check that the CPU has FMA and that no -XX flag switches vectors off");
            }
        }
        passed = true;
    }

    private static float chains(int n) {
        FloatVector x = Lanes.broadcast(0.999f);
        FloatVector y = Lanes.broadcast(0.001f);
        FloatVector s0 = x;
        FloatVector s1 = x;
        FloatVector s2 = x;
        FloatVector s3 = x;
        FloatVector s4 = x;
        FloatVector s5 = x;
        FloatVector s6 = x;
        FloatVector s7 = x;
        for (int i = 0; i < n; i++) {
            s0 = s0.fma(x, y);
            s1 = s1.fma(x, y);
            s2 = s2.fma(x, y);
            s3 = s3.fma(x, y);
            s4 = s4.fma(x, y);
            s5 = s5.fma(x, y);
            s6 = s6.fma(x, y);
            s7 = s7.fma(x, y);
        }
        return Lanes.sum(s0.add(s1).add(s2).add(s3).add(s4.add(s5).add(s6).add(s7)));
    }
}
