package org.icl4j.kernels.vector;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * Working arrays that are kept between calls, so that a call in the steady state allocates none.
 */
final class Scratch {
    /** Arrays that are kept of other callers than the kernels' own threads. */
    private static final int CALLERS = 64;

    private static final int OF_A_THREAD = 2;

    private final AtomicReferenceArray<float[]> free;

    /**
     * @param threads that work on one call
     */
    Scratch(int threads) {
        free = new AtomicReferenceArray<>(CALLERS + OF_A_THREAD * threads);
    }

    /**
     * Lends {@code body} an array of at least {@code length} elements, with any content. It may be
     * called by many threads at once and may nest.
     */
    void lend(int length, Consumer<float[]> body) {
        float[] array = take(length);
        try {
            body.accept(array);
        } finally {
            giveBack(array);
        }
    }

    /** As {@link #lend}, for callers that must not allocate so much as a lambda. */
    float[] take(int length) {
        for (int i = 0; i < free.length(); i++) {
            float[] array = free.get(i);
            if (array != null && array.length >= length && free.compareAndSet(i, array, null)) {
                return array;
            }
        }
        return new float[Integer.highestOneBit(Math.max(length, 1024) - 1) << 1];
    }

    void giveBack(float[] array) {
        for (int i = 0; i < free.length(); i++) {
            if (free.get(i) == null && free.compareAndSet(i, null, array)) {
                return;
            }
        }
    }
}
