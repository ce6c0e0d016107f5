package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    /** 2·ε·max(|y|, |x|/2). */
    private static <A> Reference.Tolerance forwardBound(Operand<double[]> expected, Operand<A> x, double eps) {
        return (b, i, j) -> 2 * eps * Math.max(Math.abs(expected.get(b, i, j)), Math.abs(x.get(b, i, j)) / 2) + 2e-38;
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
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
                    assertClose(yExpected, y, forwardBound(yExpected, x, eps), what);
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

    @ParameterizedTest
    @EnumSource(Activation.class)
    void aMillionPoints(Activation activation) {
        Tested<float[]> tested = new Tested<>("vector", Precision.F32);
        try (Kernels<float[]> kernels = tested.open()) {
            int n = 1_000_000;
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                // Half of them in every binade from 2⁻¹⁴⁹ up, half where the functions bend.
                x[i] = i % 2 == 0 ? Float.intBitsToFloat(random.nextInt()) : (float) random.nextDouble(-14, 14);
            }
            float[] y = new float[n];
            activation.forward(kernels, Matrix.of(x, 1, n), Matrix.of(y, 1, n));
            double worst = 0;
            for (int i = 0; i < n; i++) {
                if (Float.isFinite(x[i])) {
                    double[] exact = {x[i]};
                    activation.forward(Reference.KERNELS, Matrix.of(exact, 1, 1), Matrix.of(exact, 1, 1));
                    double unit = 0x1p-23 * Math.max(Math.abs(exact[0]), Math.abs(x[i]) / 2) + 0x1p-125;
                    double error = Math.abs(y[i] - exact[0]) / unit;
                    assertTrue(error <= 2, activation + " of " + x[i] + " is " + y[i] + ", exact " + exact[0]);
                    worst = Math.max(worst, error);
                }
            }
            System.out.printf("%s vector.f32: worst error %.2f units on %,d points%n", activation, worst, n);
            tested.count(n);
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
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
                        assertClose(yExpected, y, forwardBound(yExpected, x, eps), what);
                        assertClose(dxExpected, dy, (b, i, j) -> 5 * eps, what + " gradient");
                        tested.count(2);
                    }
                }
            }
        }
    }

    /** The specification against another implementation of erf, and against published values. */
    @Test
    void specification() {
        for (double x = -8; x <= 8; x += 0.01) {
            double[] y = {x};
            Reference.KERNELS.gelu(Gelu.EXACT, Matrix.of(y, 1, 1), Matrix.of(y, 1, 1));
            double expected = x * 0.5 * Erf.erfc(-x / Math.sqrt(2));
            assertEquals(expected, y[0], 2e-14 * Math.abs(expected) + 1e-16, "gelu of " + x);
            double[] z = {x};
            Reference.KERNELS.gelu(Gelu.TANH, Matrix.of(z, 1, 1), Matrix.of(z, 1, 1));
            double tanh = Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
            assertEquals(0.5 * x * (1 + tanh), z[0], 1e-15 * (1 + Math.abs(x)), "tanh gelu of " + x);
        }
        double[] one = {1};
        Reference.KERNELS.gelu(Gelu.EXACT, Matrix.of(one, 1, 1), Matrix.of(one, 1, 1));
        assertEquals(0.8413447460685429, one[0], 1e-15);
    }
}
