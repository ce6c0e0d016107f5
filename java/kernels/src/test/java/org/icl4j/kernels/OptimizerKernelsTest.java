package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** AdamW against the specification, and the specification against the paper's arithmetic. */
@ExtendWith(CaseReport.class)
class OptimizerKernelsTest {
    private final RandomGenerator random = TestSeed.random("optimizers");

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyLength(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        AdamW settings = new AdamW(0.01, 0.9, 0.999, 1e-8, 0.1);
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n = 0; n <= 130; n++) {
                Operand<A> p = Operand.matrix(precision, 3, n, random::nextGaussian);
                Operand<A> m = Operand.matrix(precision, 3, n, () -> 0);
                Operand<A> v = Operand.matrix(precision, 3, n, () -> 0);
                Operand<double[]> pExpected = p.widened();
                Operand<double[]> mExpected = m.widened();
                Operand<double[]> vExpected = v.widened();
                for (int step = 1; step <= 5; step++) {
                    Operand<A> g = Operand.matrix(precision, 3, n, random::nextGaussian);
                    kernels.adamW(settings, step, p.view, g.view, m.view, v.view);
                    Reference.KERNELS.adamW(
                            settings, step, pExpected.view, g.widened().view, mExpected.view, vExpected.view);
                    g.assertUnchanged(tested + " gradient");
                }
                String what = tested + " adamW n=" + n;
                p.assertGapsUntouched(what);
                m.assertGapsUntouched(what);
                v.assertGapsUntouched(what);
                assertClose(pExpected, p, (b, i, j) -> 10 * eps * (0.1 + Math.abs(pExpected.get(b, i, j))), what);
                assertClose(mExpected, m, (b, i, j) -> 10 * eps, what + " first moment");
                assertClose(vExpected, v, (b, i, j) -> 10 * eps, what + " second moment");
                tested.count(5);
            }
        }
    }

    /** One step from any state, with an ε that vanishes beside √v̂ and one beside which √v̂ vanishes. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void oneStep(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        try (Kernels<A> kernels = tested.open()) {
            for (double epsilon : new double[] {1e-8, 0.5, 1e4}) {
                AdamW settings = new AdamW(epsilon / 10, 0.9, 0.999, epsilon, 0.1 / epsilon);
                for (int step : new int[] {1, 10, 10_000}) {
                    Operand<A> p = Operand.matrix(precision, 3, 100, random::nextGaussian);
                    Operand<A> g = Operand.matrix(precision, 3, 100, random::nextGaussian);
                    Operand<A> m = Operand.matrix(precision, 3, 100, random::nextGaussian);
                    Operand<A> v = Operand.matrix(precision, 3, 100, random::nextDouble);
                    Operand<double[]> pExpected = p.widened();
                    Operand<double[]> mExpected = m.widened();
                    Operand<double[]> vExpected = v.widened();
                    Operand<double[]> pBefore = p.widened();
                    Operand<double[]> mBefore = m.widened();
                    Reference.KERNELS.adamW(
                            settings, step, pExpected.view, g.widened().view, mExpected.view, vExpected.view);
                    kernels.adamW(settings, step, p.view, g.view, m.view, v.view);
                    String what = tested + " adamW step " + step + " epsilon " + epsilon;
                    Reference.Tolerance size =
                            (b, i, j) -> 0.9 * Math.abs(mBefore.get(b, i, j)) + 0.1 * Math.abs(g.get(b, i, j));
                    assertClose(mExpected, m, (b, i, j) -> 2 * eps * size.at(b, i, j), what + " m");
                    assertClose(vExpected, v, (b, i, j) -> 2 * eps * vExpected.get(b, i, j), what + " v");
                    double rate = settings.learningRate() / (1 - Math.pow(0.9, step));
                    double unbias = 1 - Math.pow(0.999, step);
                    assertClose(
                            pExpected,
                            p,
                            (b, i, j) -> {
                                double root = Math.sqrt(vExpected.get(b, i, j) / unbias) + epsilon;
                                return 2 * eps * Math.abs(pBefore.get(b, i, j))
                                        + 8 * eps * rate * size.at(b, i, j) / root;
                            },
                            what);
                    tested.count(1);
                }
            }
        }
    }

    /** Gradients whose square leaves f32, far enough or not for v to leave it: providers agree in what becomes of p. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    void rangeOfGradients(Tested<float[]> tested) {
        float[] gradients = {3.5e-18f, 1e-15f, 1, 1e15f, 1e19f, 1e20f, 5e20f, 6e20f, 1e21f, 3e38f, 1e-22f, 1e-25f, 0};
        AdamW settings = new AdamW(0.1, 0.9, 0.999, 1e-30, 0.1);
        try (Kernels<float[]> kernels = tested.open()) {
            for (float gradient : gradients) {
                for (float sign : new float[] {1, -1}) {
                    float[] p = {1};
                    float[] m = {0};
                    float[] v = {0};
                    kernels.adamW(
                            settings,
                            1,
                            Matrix.of(p, 1, 1),
                            Matrix.of(new float[] {sign * gradient}, 1, 1),
                            Matrix.of(m, 1, 1),
                            Matrix.of(v, 1, 1));
                    float stored = (float) (0.001 * gradient * gradient);
                    double move = stored == Float.POSITIVE_INFINITY || gradient == 0
                            ? 0
                            : stored == 0 ? 0.1 * sign * gradient / 1e-30 : 0.1 * sign;
                    String what = tested + " adamW of a gradient " + sign * gradient + ": p=" + p[0] + " v=" + v[0];
                    assertEquals(0.99 - move, p[0], 1e-4 * Math.abs(move) + 1e-6, what);
                    assertEquals(stored, v[0], 1e-6 * stored, what);
                    tested.count(1);
                }
            }
        }
    }

    @Test
    void specification() {
        double[] p = {1};
        double[] m = {0};
        double[] v = {0};
        Matrix<double[]> one = Matrix.of(p, 1, 1);
        AdamW settings = new AdamW(0.1, 0.9, 0.999, 1e-12, 0.5);
        Matrix<double[]> gradient = Matrix.of(new double[] {0.5}, 1, 1);
        Reference.KERNELS.adamW(settings, 1, one, gradient, Matrix.of(m, 1, 1), Matrix.of(v, 1, 1));
        // The first step has length lr whatever the gradient: 1 − 0.1·0.5·1 − 0.1·sign(g).
        assertEquals(0.85, p[0], 1e-11);
        assertEquals(0.05, m[0], 1e-16);
        assertEquals(0.00025, v[0], 1e-16);
    }
}
