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
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
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
