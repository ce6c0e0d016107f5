package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.hipparchus.special.Erf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations against the specification in double: all short lengths, a million points, special values. */
@ExtendWith(CaseReport.class)
class ActivationKernelsTest {
    private static final double[] SPECIALS = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        0.0,
        -0.0,
        1e-42,
        -1e-42,
        3e38,
        -3e38,
        1e-20,
        -1e-20,
        20,
        -20
    };

    private final RandomGenerator random = TestSeed.random("activations");

    private double gaussian() {
        return 2 * random.nextGaussian();
    }

    /** A kernel with one input, and its gradient. */
    private enum Activation {
        RELU,
        GELU_EXACT,
        GELU_TANH;

        <A> void forward(Kernels<A> kernels, Matrix<A> x, Matrix<A> y) {
            switch (this) {
                case RELU -> kernels.relu(x, y);
                case GELU_EXACT -> kernels.gelu(Gelu.EXACT, x, y);
                case GELU_TANH -> kernels.gelu(Gelu.TANH, x, y);
            }
        }

        <A> void backward(Kernels<A> kernels, Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
            switch (this) {
                case RELU -> kernels.reluBackward(x, dy, dx);
                case GELU_EXACT -> kernels.geluBackward(Gelu.EXACT, x, dy, dx);
                case GELU_TANH -> kernels.geluBackward(Gelu.TANH, x, dy, dx);
            }
        }
    }

    /** What {@link ActivationKernels#gelu} documents for f32: an absolute bound, and one relative to y in the left tail. */
    private static double forwardBound(Activation activation, double x, double y) {
        double eps = 0x1p-23;
        double bound = 2 * eps * Math.max(Math.abs(y), Math.abs(x) / 2) + Float.MIN_VALUE;
        double tail = switch (activation) {
            case RELU -> 0;
            case GELU_TANH -> 2 * (1 + 2 * Math.abs(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case GELU_EXACT -> x >= -6 ? 4 + x * x : 4000;
        };
        return x < 0 ? Math.min(bound, tail * eps * Math.abs(y) + 0x1p-122) : bound;
    }

    private static <A> Reference.Tolerance forwardBound(
            Activation activation, Operand<A> x, Operand<double[]> expected) {
        return (b, i, j) -> forwardBound(activation, x.get(b, i, j), expected.get(b, i, j));
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyLength(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        try (Kernels<A> kernels = tested.open(2)) {
            for (Activation activation : Activation.values()) {
                for (int n = 0; n <= 130; n++) {
                    Operand<A> x = Operand.batch(precision, 2, 2, n, this::gaussian);
                    Operand<A> y = Operand.batch(precision, 2, 2, n, () -> Double.NaN);
                    Operand<A> dy = Operand.batch(precision, 2, 2, n, this::gaussian);
                    Operand<A> dx = Operand.batch(precision, 2, 2, n, () -> Double.NaN);
                    Operand<double[]> yExpected = y.widened();
                    Operand<double[]> dxExpected = dx.widened();
                    activation.forward(Reference.KERNELS, x.widened().view, yExpected.view);
                    activation.backward(Reference.KERNELS, x.widened().view, dy.widened().view, dxExpected.view);
                    activation.forward(kernels, x.view, y.view);
                    activation.backward(kernels, x.view, dy.view, dx.view);
                    String what = tested + " " + activation + " n=" + n;
                    x.assertUnchanged(what);
                    dy.assertUnchanged(what);
                    y.assertGapsUntouched(what);
                    dx.assertGapsUntouched(what);
                    assertClose(yExpected, y, forwardBound(activation, x, yExpected), what);
                    assertClose(
                            dxExpected,
                            dx,
                            (b, i, j) -> 5 * eps * Math.abs(dy.get(b, i, j)) + 1e-40,
                            what + " gradient");
                    activation.backward(kernels, x.view, dy.view, dy.view);
                    assertClose(dx.widened(), dy, (b, i, j) -> 0, what + " gradient in place");
                    activation.forward(kernels, x.view, x.view);
                    assertClose(y.widened(), x, (b, i, j) -> 0, what + " in place");
                    tested.count(4);
                }
            }
        }
    }

    /** A third in every binade from 2⁻¹⁴⁹ up, a third where the functions bend, a third where their tails end. */
    private float[] points(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = switch (i % 3) {
                case 0 -> Float.intBitsToFloat(random.nextInt());
                case 1 -> (float) random.nextDouble(-14, 14);
                default -> (float) random.nextDouble(9.9, 13.3) * (random.nextBoolean() ? 1 : -1);
            };
            if (!Float.isFinite(x[i])) {
                x[i] = 1;
            }
        }
        return x;
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void aMillionPoints(Activation activation) {
        Tested<float[]> tested = new Tested<>("vector", Precision.F32);
        int n = 1_000_000;
        float[] x = points(n);
        double[] wide = new double[n];
        double[] ones = new double[n];
        for (int i = 0; i < n; i++) {
            wide[i] = x[i];
            ones[i] = 1;
        }
        float[] y = new float[n];
        float[] slope = new float[n];
        Arrays.fill(slope, 1);
        try (Kernels<float[]> kernels = tested.open()) {
            activation.forward(kernels, Matrix.of(x, 1, n), Matrix.of(y, 1, n));
            activation.backward(kernels, Matrix.of(x, 1, n), Matrix.of(slope, 1, n), Matrix.of(slope, 1, n));
        }
        double[] yExact = new double[n];
        activation.forward(Reference.KERNELS, Matrix.of(wide, 1, n), Matrix.of(yExact, 1, n));
        activation.backward(Reference.KERNELS, Matrix.of(wide, 1, n), Matrix.of(ones, 1, n), Matrix.of(ones, 1, n));
        double worst = 0;
        double worstSlope = 0;
        for (int i = 0; i < n; i++) {
            double error = Math.abs(y[i] - yExact[i]);
            String values = activation + " of " + x[i] + " is " + y[i] + ", exact " + yExact[i];
            assertTrue(error <= forwardBound(activation, x[i], yExact[i]), values);
            double slopeError = Math.abs(slope[i] - ones[i]) / 0x1p-23;
            assertTrue(
                    slopeError <= 5,
                    "slope of " + activation + " at " + x[i] + " is " + slope[i] + ", exact " + ones[i]);
            double unit = 0x1p-23 * Math.max(Math.abs(yExact[i]), Math.abs(x[i]) / 2) + 0x1p-122;
            worst = Math.max(worst, error / unit);
            worstSlope = Math.max(worstSlope, slopeError);
        }
        System.out.printf(
                "%s vector.f32: worst error %.2f units, of the slope %.2f, on %,d points%n",
                activation, worst, worstSlope, n);
        tested.count(2L * n);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void specialValues(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        try (Kernels<A> kernels = tested.open()) {
            for (Activation activation : Activation.values()) {
                for (int at = 0; at < 40; at++) {
                    for (double special : SPECIALS) {
                        Operand<A> x = Operand.matrix(precision, 1, 43, this::gaussian);
                        x.set(0, 0, at, special);
                        Operand<A> dy = Operand.matrix(precision, 1, 43, () -> 1);
                        Operand<double[]> yExpected = x.widened();
                        Operand<double[]> dxExpected = x.widened();
                        activation.forward(Reference.KERNELS, x.widened().view, yExpected.view);
                        activation.backward(Reference.KERNELS, x.widened().view, dy.widened().view, dxExpected.view);
                        Operand<A> y = Operand.matrix(precision, 1, 43, () -> 0);
                        activation.forward(kernels, x.view, y.view);
                        activation.backward(kernels, x.view, dy.view, dy.view);
                        String what = tested + " " + activation + " of " + special + " at " + at;
                        assertClose(yExpected, y, forwardBound(activation, x, yExpected), what);
                        assertClose(dxExpected, dy, (b, i, j) -> 5 * eps, what + " gradient");
                        tested.count(2);
                    }
                }
            }
        }
    }

    /** The specification against another implementation of erf, and against a published value. */
    @Test
    void specification() {
        for (double x = -8; x <= 8; x += 0.01) {
            double[] y = {x};
            Reference.KERNELS.gelu(Gelu.EXACT, Matrix.of(y, 1, 1), Matrix.of(y, 1, 1));
            double expected = x * 0.5 * Erf.erfc(-x / Math.sqrt(2));
            assertEquals(expected, y[0], 2e-14 * Math.abs(expected) + 1e-16, "gelu of " + x);
        }
        double[] one = {1};
        Reference.KERNELS.gelu(Gelu.EXACT, Matrix.of(one, 1, 1), Matrix.of(one, 1, 1));
        assertEquals(0.8413447460685429, one[0], 1e-15);
    }
}
