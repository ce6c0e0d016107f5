package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Row-wise kernels against the specification in double: all short lengths, and lengths around powers of two. */
@ExtendWith(CaseReport.class)
class RowKernelsTest {
    private static final int[] LENGTHS = IntStream.concat(
                    IntStream.rangeClosed(0, 130), IntStream.of(255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097))
            .toArray();

    private static final int[] NONZERO_LENGTHS =
            IntStream.of(LENGTHS).filter(n -> n > 0).toArray();

    private final RandomGenerator random = TestSeed.random("rows");

    private double gaussian() {
        return random.nextGaussian();
    }

    private static <A> double largest(Operand<A> m, int b, int i) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < m.view.cols(); j++) {
            largest = Math.max(largest, m.get(b, i, j));
        }
        return largest;
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void softmax(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n : LENGTHS) {
                double spread = random.nextInt(3) == 0 ? 40 : 2;
                double shift = random.nextInt(3) == 0 ? random.nextDouble(-1e4, 1e4) : 0;
                Operand<A> x = Operand.batch(precision, 2, 3, n, () -> spread * gaussian() + shift);
                Operand<A> y = Operand.batch(precision, 2, 3, n, () -> Double.NaN);
                Operand<double[]> expected = x.widened();
                Reference.KERNELS.softmax(expected.view, expected.view);
                kernels.softmax(x.view, y.view);
                String what = tested + " softmax n=" + n;
                x.assertUnchanged(what);
                y.assertGapsUntouched(what);
                assertClose(
                        expected,
                        y,
                        (b, i, j) -> 4 * eps * expected.get(b, i, j) * (1 + largest(x, b, i) - x.get(b, i, j)) + 2e-38,
                        what);
                assertSumsToOne(y, n, eps, what);
                kernels.softmax(x.view, x.view);
                assertClose(y.widened(), x, (b, i, j) -> 0, what + " in place");
                tested.count(2);
            }
        }
    }

    /** One term and n − 1 equal ones: where a plain sum's roundings all have one sign, its error grows with n. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    void softmaxOfLongRows(Tested<float[]> tested) {
        int longest = tested.provider().equals("vector") ? 24 : 16;
        try (Kernels<float[]> kernels = tested.open()) {
            for (int log : new int[] {9, 14, 16, 20, 24}) {
                for (float rest : log <= longest ? new float[] {0, -0.1f, -2.3f, -11.55f} : new float[0]) {
                    int n = 1 << log;
                    float[] x = new float[n];
                    Arrays.fill(x, rest);
                    x[n / 3] = 0;
                    kernels.softmax(Matrix.of(x, 1, n), Matrix.of(x, 1, n));
                    double sum = 1 + (n - 1) * Math.exp(rest);
                    String what = tested + " softmax of 0 and n-1 times " + rest + ", n=2^" + log + ", at ";
                    for (int j = 0; j < n; j++) {
                        double exact = (j == n / 3 ? 1 : Math.exp(rest)) / sum;
                        double units = Math.abs(x[j] - exact) / (0x1p-23 * exact);
                        if (!(units <= 4 * (1 + (j == n / 3 ? 0 : -rest)))) {
                            fail(what + j + ": error " + units + " units");
                        }
                    }
                    tested.count(1);
                }
            }
        }
    }

    private static <A> void assertSumsToOne(Operand<A> y, int n, double eps, String what) {
        for (int i = 0; i < 3 && n > 0; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += y.get(1, i, j);
            }
            assertEquals(1, sum, (n + 4) * eps, what);
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void softmaxBackward(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n : LENGTHS) {
                Operand<A> y = Operand.batch(precision, 2, 3, n, this::gaussian);
                kernels.softmax(y.view, y.view);
                Operand<A> dy = Operand.batch(precision, 2, 3, n, this::gaussian);
                Operand<A> dx = Operand.batch(precision, 2, 3, n, () -> Double.NaN);
                Operand<double[]> expected = dx.widened();
                Reference.KERNELS.softmaxBackward(y.widened().view, dy.widened().view, expected.view);
                kernels.softmaxBackward(y.view, dy.view, dx.view);
                String what = tested + " softmaxBackward n=" + n;
                dx.assertGapsUntouched(what);
                // The gauge is y·(|dy| + Σ|y·dy|), and no |dy| exceeds 8 here; sums of n terms add their rounding.
                double sumUnits = 4 + Math.sqrt(n);
                assertClose(expected, dx, (b, i, j) -> sumUnits * eps * 8 * y.get(b, i, j) + 1e-40, what);
                kernels.softmaxBackward(y.view, dy.view, dy.view);
                assertClose(dx.widened(), dy, (b, i, j) -> 0, what + " in place");
                tested.count(2);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void layerNorm(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n : NONZERO_LENGTHS) {
                Operand<A> x = Operand.batch(precision, 2, 3, n, () -> 3 * gaussian() + 1);
                Operand<A> gamma = Operand.matrix(precision, 1, n, this::gaussian);
                Operand<A> beta = Operand.matrix(precision, 1, n, this::gaussian);
                Operand<A> y = Operand.batch(precision, 2, 3, n, () -> Double.NaN);
                Operand<A> mean = Operand.matrix(precision, 1, 6, () -> 7);
                Operand<A> rstd = Operand.matrix(precision, 1, 6, () -> 7);
                Operand<double[]> yExpected = y.widened();
                Operand<double[]> meanExpected = mean.widened();
                Operand<double[]> rstdExpected = rstd.widened();
                Reference.KERNELS.layerNorm(
                        x.widened().view,
                        gamma.widened().view,
                        beta.widened().view,
                        1e-5,
                        yExpected.view,
                        meanExpected.view,
                        rstdExpected.view);
                kernels.layerNorm(x.view, gamma.view, beta.view, 1e-5, y.view, mean.view, rstd.view);
                String what = tested + " layerNorm n=" + n;
                x.assertUnchanged(what);
                y.assertGapsUntouched(what);
                mean.assertGapsUntouched(what);
                rstd.assertGapsUntouched(what);
                assertClose(
                        yExpected,
                        y,
                        (b, i, j) -> 8 * eps * (Math.abs(beta.get(0, 0, j)) + 6 * Math.abs(gamma.get(0, 0, j))),
                        what);
                assertClose(meanExpected, mean, (b, i, j) -> 16 * eps, what + " mean");
                assertClose(rstdExpected, rstd, (b, i, j) -> 8 * eps * rstdExpected.get(b, i, j), what + " rstd");
                tested.count(1);
            }
        }
    }

    /** Rows far from 0: E[x²] − E[x]² would lose every digit. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void layerNormFarFromZero(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        try (Kernels<A> kernels = tested.open()) {
            for (int n : new int[] {2, 17, 256, 4097}) {
                Operand<A> x = Operand.matrix(precision, 1, n, () -> 1e6 + Math.rint(8 * gaussian()));
                Operand<A> one = Operand.matrix(precision, 1, n, () -> 1);
                Operand<A> zero = Operand.matrix(precision, 1, n, () -> 0);
                Operand<A> y = Operand.matrix(precision, 1, n, () -> 0);
                Operand<A> mean = Operand.matrix(precision, 1, 1, () -> 0);
                Operand<A> rstd = Operand.matrix(precision, 1, 1, () -> 0);
                Operand<double[]> expected = y.widened();
                Reference.KERNELS.layerNorm(
                        x.widened().view,
                        one.widened().view,
                        zero.widened().view,
                        1e-5,
                        expected.view,
                        mean.widened().view,
                        rstd.widened().view);
                kernels.layerNorm(x.view, one.view, zero.view, 1e-5, y.view, mean.view, rstd.view);
                assertClose(expected, y, (b, i, j) -> 1e-5, tested + " layerNorm of 1e6 + noise, n=" + n);
                tested.count(1);
            }
        }
    }

    /** Rows whose sum or squares are beyond a float, or below it. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    void layerNormOfHugeAndTinyRows(Tested<float[]> tested) {
        double eps = tested.precision().epsilon();
        double[] sizes = {0, 1e-45, 1e-40, 1e-30, 1e-20, 1e-3, 1e15, 1e18, 1e19, 1e20, 1e25, 1e35, 1e38, Float.MAX_VALUE
        };
        try (Kernels<float[]> kernels = tested.open()) {
            for (int n : new int[] {1, 2, 16, 17, 47, 300}) {
                for (double size : sizes) {
                    Operand<float[]> x =
                            Operand.matrix(Precision.F32, 3, n, () -> random.nextDouble(-size, size + 1e-45));
                    for (int j = 0; j < n; j++) {
                        x.set(0, 1, j, j % 2 == 0 ? size : -size);
                        x.set(0, 2, j, size);
                    }
                    checkLayerNorm(tested, kernels, x, size, eps);
                }
            }
        }
    }

    private void checkLayerNorm(
            Tested<float[]> tested, Kernels<float[]> kernels, Operand<float[]> x, double size, double eps) {
        int n = x.view.cols();
        Operand<float[]> gamma = Operand.matrix(Precision.F32, 1, n, this::gaussian);
        Operand<float[]> beta = Operand.matrix(Precision.F32, 1, n, this::gaussian);
        Operand<float[]> mean = Operand.matrix(Precision.F32, 1, 3, () -> 7);
        Operand<float[]> rstd = Operand.matrix(Precision.F32, 1, 3, () -> 7);
        Operand<double[]> expected = x.widened();
        Operand<double[]> meanExpected = mean.widened();
        Operand<double[]> rstdExpected = rstd.widened();
        Reference.KERNELS.layerNorm(
                expected.view,
                gamma.widened().view,
                beta.widened().view,
                1e-5,
                expected.view,
                meanExpected.view,
                rstdExpected.view);
        kernels.layerNorm(x.view, gamma.view, beta.view, 1e-5, x.view, mean.view, rstd.view);
        String what = tested + " layerNorm of a row of size " + size + ", n=" + n;
        x.assertGapsUntouched(what);
        double largest = Math.sqrt(n) + 1;
        assertClose(
                expected,
                x,
                (b, i, j) -> 8 * eps * (Math.abs(beta.get(0, 0, j)) + largest * Math.abs(gamma.get(0, 0, j))),
                what);
        assertClose(meanExpected, mean, (b, i, j) -> 16 * eps * size + Float.MIN_VALUE, what + " mean");
        assertClose(
                rstdExpected, rstd, (b, i, j) -> 8 * eps * rstdExpected.get(b, i, j) + Float.MIN_VALUE, what + " rstd");
        tested.count(3);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void layerNormBackward(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n : NONZERO_LENGTHS) {
                Operand<A> x = Operand.batch(precision, 2, 3, n, () -> 3 * gaussian() + 1);
                Operand<A> gamma = Operand.matrix(precision, 1, n, this::gaussian);
                Operand<A> dy = Operand.batch(precision, 2, 3, n, this::gaussian);
                Operand<A> dx = Operand.batch(precision, 2, 3, n, () -> Double.NaN);
                Operand<A> dGamma = Operand.matrix(precision, 1, n, this::gaussian);
                Operand<A> dBeta = Operand.matrix(precision, 1, n, this::gaussian);
                Operand<A> mean = Operand.matrix(precision, 1, 6, () -> 0);
                Operand<A> rstd = Operand.matrix(precision, 1, 6, () -> 0);
                kernels.layerNorm(x.view, gamma.view, gamma.view, 1e-5, dx.view, mean.view, rstd.view);
                Operand<double[]> dxExpected = dx.widened();
                Operand<double[]> dGammaExpected = dGamma.widened();
                Operand<double[]> dBetaExpected = dBeta.widened();
                Reference.KERNELS.layerNormBackward(
                        x.widened().view,
                        gamma.widened().view,
                        mean.widened().view,
                        rstd.widened().view,
                        dy.widened().view,
                        dxExpected.view,
                        dGammaExpected.view,
                        dBetaExpected.view);
                kernels.layerNormBackward(
                        x.view, gamma.view, mean.view, rstd.view, dy.view, dx.view, dGamma.view, dBeta.view);
                String what = tested + " layerNormBackward n=" + n;
                x.assertUnchanged(what);
                dy.assertUnchanged(what);
                dx.assertGapsUntouched(what);
                // |γ·dy| ≤ 25 and |x̂| ≤ 6 here; r is as large as 1/√eps for n = 1.
                assertClose(dxExpected, dx, (b, i, j) -> 300 * eps * (1 + rstd.get(0, 0, 3 * b + i)), what + " dx");
                assertClose(dGammaExpected, dGamma, (b, i, j) -> 200 * eps, what + " dGamma");
                assertClose(dBetaExpected, dBeta, (b, i, j) -> 60 * eps, what + " dBeta");
                tested.count(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void biasAndItsGradient(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n : LENGTHS) {
                Operand<A> x = Operand.batch(precision, 2, 5, n, this::gaussian);
                Operand<A> bias = Operand.matrix(precision, 1, n, this::gaussian);
                Operand<double[]> expected = x.widened();
                Reference.KERNELS.addBias(expected.view, bias.widened().view);
                kernels.addBias(x.view, bias.view);
                String what = tested + " n=" + n;
                x.assertGapsUntouched(what + " addBias");
                bias.assertUnchanged(what + " addBias");
                assertClose(expected, x, (b, i, j) -> eps * Math.abs(expected.get(b, i, j)), what + " addBias");
                double beta = n % 3 == 0 ? 0 : gaussian();
                Operand<A> sum = Operand.matrix(precision, 1, n, beta == 0 ? () -> Double.NaN : this::gaussian);
                Operand<double[]> sumExpected = sum.widened();
                Reference.KERNELS.sumRows(x.widened().view, beta, sumExpected.view);
                kernels.sumRows(x.view, beta, sum.view);
                sum.assertGapsUntouched(what + " sumRows");
                assertClose(sumExpected, sum, (b, i, j) -> 80 * eps, what + " sumRows");
                tested.count(2);
            }
        }
    }

    /** A NaN, an infinity or a row of −∞ spoils its row and no other. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void softmaxOfSpecialValues(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        double[] specials = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 1e-42, -3e38, 3e38};
        try (Kernels<A> kernels = tested.open()) {
            for (int n : new int[] {40, 47, 64}) {
                for (int at = 0; at < 40; at++) {
                    for (double special : specials) {
                        Operand<A> x = Operand.matrix(precision, 2, n, this::gaussian);
                        x.set(0, 1, at, special);
                        Operand<double[]> expected = x.widened();
                        Reference.KERNELS.softmax(expected.view, expected.view);
                        kernels.softmax(x.view, x.view);
                        assertClose(
                                expected,
                                x,
                                (b, i, j) -> 1e-5 * expected.get(b, i, j) + 2e-38,
                                tested + " softmax with " + special + " at " + at + " of " + n);
                        tested.count(1);
                    }
                }
            }
            Operand<A> nothing = Operand.matrix(precision, 1, 21, () -> Double.NEGATIVE_INFINITY);
            kernels.softmax(nothing.view, nothing.view);
            for (int j = 0; j < 21; j++) {
                assertEquals(Double.NaN, nothing.get(0, 0, j), tested + " softmax of -inf only");
            }
        }
    }

    /** The specification itself, on numbers worked out by hand. */
    @Test
    void specification() {
        double[] x = {0, Math.log(2), Math.log(5)};
        Reference.KERNELS.softmax(Matrix.of(x, 1, 3), Matrix.of(x, 1, 3));
        assertEquals(0.125, x[0], 1e-15);
        assertEquals(0.25, x[1], 1e-15);
        assertEquals(0.625, x[2], 1e-15);

        double[] row = {1, 2, 3, 6};
        double[] y = new double[4];
        double[] mean = new double[1];
        double[] rstd = new double[1];
        Reference.KERNELS.layerNorm(
                Matrix.of(row, 1, 4),
                Matrix.of(new double[] {1, 1, 1, 2}, 1, 4),
                Matrix.of(new double[] {0, 0, 0, 5}, 1, 4),
                0.5,
                Matrix.of(y, 1, 4),
                Matrix.of(mean, 1, 1),
                Matrix.of(rstd, 1, 1));
        assertEquals(3, mean[0]); // variance (4 + 1 + 0 + 9)/4 = 3.5, plus 0.5
        assertEquals(0.5, rstd[0]);
        assertEquals(-1, y[0]);
        assertEquals(0, y[2]);
        assertEquals(5 + 2 * 1.5, y[3]);
    }
}
