package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;

/**
 * Working memory for what is left of a stretch beyond whole vectors, one for each thread: a new one for each rest would be garbage.
 */
final class RestScratch {
    /** Vectors that fit: inputs and outputs of the longest loop, {@link GateGradient}'s. */
    private static final int VECTORS = 5;

    private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[VECTORS * LENGTH]);

    private RestScratch() {}

    /** This thread's, with whatever the last rest left in it. */
    static float[] get() {
        return SCRATCH.get();
    }
}
