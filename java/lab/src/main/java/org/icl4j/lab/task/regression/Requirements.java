package org.icl4j.lab.task.regression;

/** Checks that several tasks and oracles make of their numbers. */
final class Requirements {
    private Requirements() {}

    /**
     * @throws IllegalArgumentException if {@code nDims} is below 1
     */
    static void dims(int nDims) {
        if (nDims < 1) {
            throw new IllegalArgumentException("nDims=" + nDims + ": must be at least 1");
        }
    }

    /**
     * @throws IllegalArgumentException if {@code noise} is not finite and at least 0
     */
    static void noise(double noise) {
        if (!(noise >= 0 && noise < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("noise=" + noise + ": must be a finite number, at least 0");
        }
    }

    /**
     * @throws IllegalArgumentException if {@code value} is not finite and above 0
     */
    static void positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + "=" + value + ": must be a finite number above 0");
        }
    }
}
