package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RMSNorm against the specification in double. */
@ExtendWith(CaseReport.class)
class RowKernelsNormTest {
    private static final int[] LENGTHS = IntStream.concat(
                    IntStream.rangeClosed(1, 130), IntStream.of(255, 256, 257, 1023, 1024, 1025, 4097))
            .toArray();

    private final RandomGenerator random = TestSeed.random("rmsNorm");

    private double gaussian() {
        return random.nextGaussian();
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void rmsNorm(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n : LENGTHS) {
                checkForward(tested, kernels, Operand.batch(tested.precision(), 2, 3, n, () -> 3 * gaussian() + 1), 1);
            }
        }
    }

    /** Rows whose squares are beyond a float, or below it. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void hugeAndTinyRows(Tested<A> tested) {
        double[] sizes = {0, 1e-45, 1e-40, 1e-20, 1e-3, 1e15, 1e18, 1e19, 1e20, 1e25, 1e35, Float.MAX_VALUE};
        try (Kernels<A> kernels = tested.open()) {
            for (int n : new int[] {1, 2, 16, 17, 47, 300}) {
                for (double size : sizes) {
                    Operand<A> x =
                            Operand.batch(tested.precision(), 2, 3, n, () -> random.nextDouble(-size, size + 1e-45));
                    checkForward(tested, kernels, x, size);
                }
            }
        }
    }

    private <A> void checkForward(Tested<A> tested, Kernels<A> kernels, Operand<A> x, double size) {
        double eps = tested.precision().epsilon();
        int n = x.view.cols();
        Operand<A> gamma = Operand.matrix(tested.precision(), 1, n, this::gaussian);
        Operand<A> y = Operand.batch(tested.precision(), 2, 3, n, () -> Double.NaN);
        Operand<A> rstd = Operand.matrix(tested.precision(), 1, 6, () -> 7);
        Operand<double[]> expected = y.widened();
        Operand<double[]> rstdExpected = rstd.widened();
        Reference.KERNELS.rmsNorm(x.widened().view, gamma.widened().view, 1e-5, expected.view, rstdExpected.view);
        kernels.rmsNorm(x.view, gamma.view, 1e-5, y.view, rstd.view);
        String what = tested + " rmsNorm of rows of size " + size + ", n=" + n;
        x.assertUnchanged(what);
        y.assertGapsUntouched(what);
        rstd.assertGapsUntouched(what);
        double units = 3 + n / 128.0; // Of the four chains of squares, at 128 bits the longest.
        assertClose(
                expected,
                y,
                (b, i, j) -> units * eps * Math.abs(expected.get(b, i, j))
                        + Float.MIN_VALUE * (1 + Math.abs(gamma.get(0, 0, j))),
                what);
        assertClose(
                rstdExpected,
                rstd,
                (b, i, j) -> units * eps * rstdExpected.get(b, i, j) + Float.MIN_VALUE,
                what + " rstd");
        kernels.rmsNorm(x.view, gamma.view, 1e-5, x.view, rstd.view);
        assertClose(y.widened(), x, (b, i, j) -> 0, what + " in place");
        tested.count(2);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void rmsNormBackward(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n : LENGTHS) {
                Operand<A> x = Operand.batch(precision, 2, 3, n, () -> 3 * gaussian() + 1);
                Operand<A> gamma = Operand.matrix(precision, 1, n, this::gaussian);
                Operand<A> dy = Operand.batch(precision, 2, 3, n, this::gaussian);
                Operand<A> dx = Operand.batch(precision, 2, 3, n, () -> Double.NaN);
                Operand<A> dGamma = Operand.matrix(precision, 1, n, this::gaussian);
                Operand<A> rstd = Operand.matrix(precision, 1, 6, () -> 0);
                kernels.rmsNorm(x.view, gamma.view, 1e-5, dx.view, rstd.view);
                Operand<double[]> dxExpected = dx.widened();
                Operand<double[]> dGammaExpected = dGamma.widened();
                Reference.KERNELS.rmsNormBackward(
                        x.widened().view,
                        gamma.widened().view,
                        rstd.widened().view,
                        dy.widened().view,
                        dxExpected.view,
                        dGammaExpected.view);
                kernels.rmsNormBackward(x.view, gamma.view, rstd.view, dy.view, dx.view, dGamma.view);
                String what = tested + " rmsNormBackward n=" + n;
                x.assertUnchanged(what);
                dy.assertUnchanged(what);
                dx.assertGapsUntouched(what);
                // |γ·dy| ≤ 25 and |x̂| ≤ 6 here; r is large where a single x is near 0.
                assertClose(dxExpected, dx, (b, i, j) -> 200 * eps * (1 + rstd.get(0, 0, 3 * b + i)), what + " dx");
                assertClose(dGammaExpected, dGamma, (b, i, j) -> 200 * eps, what + " dGamma");
                kernels.rmsNormBackward(x.view, gamma.view, rstd.view, dy.view, dy.view, dGamma.view);
                assertClose(dx.widened(), dy, (b, i, j) -> 0, what + " in place");
                tested.count(2);
            }
        }
    }

    @Test
    void specification() {
        double[] x = {1, 1, 3, 5};
        double[] y = new double[4];
        double[] rstd = new double[1];
        Reference.KERNELS.rmsNorm(
                Matrix.of(x, 1, 4),
                Matrix.of(new double[] {1, 2, 1, -1}, 1, 4),
                7,
                Matrix.of(y, 1, 4),
                Matrix.of(rstd, 1, 1));
        assertEquals(0.25, rstd[0]); // mean square 9, plus 7
        assertEquals(0.25, y[0]);
        assertEquals(0.5, y[1]);
        assertEquals(-1.25, y[3]);
    }
}
