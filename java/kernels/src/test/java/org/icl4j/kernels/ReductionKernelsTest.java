package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reductions against the specification: all short lengths, sizes beyond f32, special values; the same bits on any threads. */
@ExtendWith(CaseReport.class)
class ReductionKernelsTest {
    private static final int[] LENGTHS = IntStream.concat(
                    IntStream.rangeClosed(0, 150), IntStream.of(1023, 1024, 1025, 16_383, 16_384, 16_385, 40_000))
            .toArray();

    private final RandomGenerator random = TestSeed.random("reductions");

    /** sum, sumOfSquares, dot, max. */
    private static <A> double[] all(Kernels<A> kernels, Matrix<A> x, Matrix<A> z) {
        return new double[] {kernels.sum(x), kernels.sumOfSquares(x), kernels.dot(x, z), kernels.max(x)};
    }

    private static double[] expected(Matrix<double[]> x, Matrix<double[]> z) {
        return new double[] {
            Reference.KERNELS.sum(x),
            Reference.KERNELS.sumOfSquares(x),
            Reference.KERNELS.dot(x, z),
            Reference.KERNELS.max(x)
        };
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyLength(Tested<A> tested) {
        double[] sizes = {1, 1e-30, 1e30, Float.MAX_VALUE};
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n : LENGTHS) {
                double size = sizes[n % sizes.length];
                Operand<A> x = Operand.batch(tested.precision(), 2, 3, n, () -> size * random.nextDouble(-1, 1));
                Operand<A> z = Operand.batch(tested.precision(), 2, 3, n, () -> size * random.nextDouble(-1, 1));
                double[] right = expected(x.widened().view, z.widened().view);
                double[] actual = all(kernels, x.view, z.view);
                double terms = 6.0 * n;
                double unit = terms * terms * 0x1p-52;
                assertEquals(right[0], actual[0], unit * size, tested + " sum n=" + n);
                assertEquals(right[1], actual[1], unit * size * size, tested + " sumOfSquares n=" + n);
                assertEquals(right[2], actual[2], unit * size * size, tested + " dot n=" + n);
                assertEquals(right[3], actual[3], tested + " max n=" + n);
                x.assertUnchanged(tested + " n=" + n);
                tested.count(4);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void specialValues(Tested<A> tested) {
        double[] specials = {
            Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0, 3e38, -3e38, 1e-42, -1e-42
        };
        try (Kernels<A> kernels = tested.open()) {
            for (int n : new int[] {45, 64, 150}) {
                for (int at = 0; at < n; at++) {
                    for (double special : specials) {
                        // All but the special value are negative.
                        Operand<A> x = Operand.matrix(tested.precision(), 1, n, () -> random.nextDouble(-2, -1));
                        Operand<A> z = Operand.matrix(tested.precision(), 1, n, () -> 1);
                        x.set(0, 0, at, special);
                        double[] right = expected(x.widened().view, z.widened().view);
                        double[] actual = all(kernels, x.view, z.view);
                        for (int i = 0; i < right.length; i++) {
                            String what = tested + " no. " + i + " with " + special + " at " + at + " of " + n;
                            if (i == 3 || !Double.isFinite(right[i])) {
                                assertEquals(right[i], actual[i], what);
                            } else {
                                assertEquals(right[i], actual[i], 1e-9 * (1 + Math.abs(right[i])), what);
                            }
                        }
                        tested.count(4);
                    }
                }
            }
        }
    }

    /** Also where a row is cut into pieces, and whatever the gaps between rows. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    void sameBits(Tested<float[]> tested) {
        for (int cols : new int[] {1, 7, 96, 5000, 70_000}) {
            int rows = 300_000 / cols;
            float[] values = new float[rows * cols];
            float[] spread = new float[rows * (cols + 3)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
                spread[i / cols * (cols + 3) + i % cols] = values[i];
            }
            Matrix<float[]> x = Matrix.of(values, rows, cols);
            Matrix<float[]> apart = Matrix.of(spread, 0, rows, cols, cols + 3);
            double[] first = null;
            for (int threads = 1; threads <= 4; threads++) {
                try (Kernels<float[]> kernels = tested.open(threads)) {
                    double[] now = all(kernels, x, x);
                    first = first == null ? now : first;
                    String what = tested + " " + rows + "x" + cols + " on " + threads + " threads";
                    assertEquals(Arrays.toString(first), Arrays.toString(now), what);
                    assertEquals(Arrays.toString(first), Arrays.toString(all(kernels, apart, apart)), what + ", gaps");
                    tested.count(8);
                }
            }
        }
    }
}
