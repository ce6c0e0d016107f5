package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import org.icl4j.kernels.KernelUnavailableException;

/**
 * Finds out by timing whether vector operations are compiled to instructions. Without them (no FMA in the CPU, vectors switched
 * off, a compiler that does not know them) they still work, a thousand times slower, and nothing else tells.
 */
final class VectorProbe {
    /** Multiply-adds that are timed. */
    private static final int ITERATIONS = 200;

    /** Calls between two timings: the compilers wait for some thousand calls, which are soon made if each does next to nothing. */
    private static final int SHORT_CALLS = 100;

    /** An operation of a chain in instructions takes 1 to 3 ns, and over 20 through the library's own code. */
    private static final double NANOS_PER_OPERATION = 10;

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
            for (int i = 0; i < SHORT_CALLS; i++) {
                sink = chain(1);
            }
            long before = System.nanoTime();
            sink = chain(ITERATIONS);
            double nanos = System.nanoTime() - before;
            best = Math.min(best, nanos / ITERATIONS);
        }
        return best;
    }

    private static float chain(int n) {
        FloatVector x = broadcast(SPECIES, 0.999f);
        FloatVector y = x;
        for (int i = 0; i < n; i++) {
            y = y.fma(x, x);
        }
        return y.lane(0);
    }
}
