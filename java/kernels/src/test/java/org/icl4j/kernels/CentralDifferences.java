package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.Supplier;

/** Derivatives by (f(x + h) − f(x − h))/2h in f64, to hold gradients to. */
final class CentralDifferences {
    private static final double STEP = 1e-6;
    private static final double TOLERANCE = 5e-8;

    private CentralDifferences() {}

    /** Σ x·y over whole arrays: a loss whose gradient with respect to x is y. */
    static double dot(Matrix<double[]> x, Matrix<double[]> y) {
        double sum = 0;
        for (int i = 0; i < x.array().length; i++) {
            sum += x.array()[i] * y.array()[i];
        }
        return sum;
    }

    /** {@code gradient} must be the derivative of {@code loss} with respect to {@code x}. */
    static void check(String what, Supplier<Double> loss, Matrix<double[]> x, Matrix<double[]> gradient) {
        double[] values = x.array();
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            values[i] = value + STEP;
            double above = loss.get();
            values[i] = value - STEP;
            double below = loss.get();
            values[i] = value;
            assertEquals(
                    (above - below) / (2 * STEP),
                    gradient.array()[i],
                    TOLERANCE,
                    what + " element " + i + ", " + TestSeed.hint());
        }
    }
}
