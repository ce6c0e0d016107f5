package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of the sizes of real layers, where every loop over blocks goes round several times, on some rows and columns of each. */
@ExtendWith(CaseReport.class)
class ProductKernelsLargeTest {
    /** m, n and k. */
    private static final int[][] SHAPES = {{512, 512, 512}, {768, 3072, 128}, {1, 4096, 4096}, {2048, 64, 64}};

    /** Elements that are compared: as many dot products in double. */
    private static final int SAMPLES = 800;

    /** In units of ε·|A|·|B|, as in {@link ProductKernelsTest}. */
    private static final double BOUND = 4;

    private final RandomGenerator random = TestSeed.random("large products");

    @Tag("extended")
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void everyShape(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int[] s : SHAPES) {
                for (int form = 0; form < 4; form++) {
                    check(tested, kernels, s[0], s[1], s[2], form);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void longRow(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            check(tested, kernels, 1, 512, 2048, random.nextInt(4));
            check(tested, kernels, 600, 64, 64, random.nextInt(4));
        }
    }

    private <A> Matrix<A> matrix(Tested<A> tested, int rows, int cols, boolean transposed) {
        Matrix<A> m = Operand.matrix(
                        tested.precision(), transposed ? cols : rows, transposed ? rows : cols, random::nextGaussian)
                .view;
        return transposed ? m.transposed() : m;
    }

    private <A> void check(Tested<A> tested, Kernels<A> kernels, int m, int n, int k, int form) {
        Matrix<A> a = matrix(tested, m, k, (form & 1) != 0);
        Matrix<A> b = matrix(tested, k, n, (form & 2) != 0);
        Operand<A> c = Operand.matrix(tested.precision(), m, n, () -> Double.NaN);
        kernels.gemm(1, a, b, 0, c.view);
        String what = tested + " " + m + "x" + n + "x" + k + " form " + form;
        c.assertGapsUntouched(what);
        for (int sample = 0; sample < SAMPLES; sample++) {
            element(tested, a, b, c, random.nextInt(m), random.nextInt(n), what);
        }
        tested.count(1);
    }

    private static <A> void element(
            Tested<A> tested, Matrix<A> a, Matrix<A> b, Operand<A> c, int i, int j, String what) {
        Precision<A> precision = tested.precision();
        double sum = 0;
        double gauge = 0;
        for (int l = 0; l < a.cols(); l++) {
            double term = precision.get(a.array(), a.index(0, i, l)) * precision.get(b.array(), b.index(0, l, j));
            sum += term;
            gauge += Math.abs(term);
        }
        double error = Math.abs(c.get(0, i, j) - sum);
        double allowed = BOUND * precision.epsilon() * gauge;
        assertTrue(
                error <= allowed,
                () -> what + " [" + i + ", " + j + "]: error " + error + ", allowed " + allowed + ", "
                        + TestSeed.hint());
    }
}
