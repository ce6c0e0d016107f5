package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.random.RandomGenerator;
import org.icl4j.kernels.Epilogue.Activation;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A product with an epilogue has the bits of the product and the kernels after it. */
@ExtendWith(CaseReport.class)
class EpilogueTest {
    private final RandomGenerator random = TestSeed.random("epilogue");

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void bitsOfTheKernelsOneByOne(Tested<A> tested) {
        for (int threads = 1; threads <= 3; threads++) {
            try (Kernels<A> kernels = tested.open(threads)) {
                for (int round = 0; round < 48; round++) {
                    boolean large = tested.provider().equals("vector") && round % 4 == 0;
                    int m = random.nextInt(0, large ? 120 : 12);
                    int n = random.nextInt(0, large ? 700 : 140);
                    int k = random.nextInt(0, large ? 600 : 40);
                    check(tested, kernels, m, n, k, round);
                }
            }
        }
    }

    private <A> void check(Tested<A> tested, Kernels<A> kernels, int m, int n, int k, int round) {
        Precision<A> precision = tested.precision();
        Activation activation = Activation.values()[round % 4];
        Operand<A> a = Operand.batch(precision, 2, m, k, random::nextGaussian);
        Operand<A> b = Operand.matrix(precision, k, n, random::nextGaussian);
        Operand<A> bias = Operand.matrix(precision, 1, n, random::nextGaussian);
        Operand<A> residual = Operand.batch(precision, 2, m, n, random::nextGaussian);
        Operand<A> kept = Operand.batch(precision, 2, m, n, () -> Double.NaN);
        Operand<A> c = Operand.batch(precision, 2, m, n, random::nextGaussian);
        Matrix<A> plain = copy(precision, c.view);
        Epilogue<A> epilogue = Epilogue.<A>none().activation(activation);
        epilogue = round % 3 == 0 ? epilogue : epilogue.bias(bias.view);
        epilogue = round % 5 == 0 ? epilogue : epilogue.residual(residual.view);
        epilogue = round % 7 == 0 ? epilogue : epilogue.keeping(kept.view);
        double alpha = round % 8 == 7 ? 0 : 0.7;
        if (round % 2 == 0) {
            kernels.gemm(alpha, a.view, b.view, 1, c.view, epilogue);
        } else {
            kernels.gemm(alpha, a.view, kernels.pack(b.view), 1, c.view, epilogue);
        }
        c.assertGapsUntouched("C");
        kept.assertGapsUntouched("kept");
        residual.assertUnchanged("residual");
        bias.assertUnchanged("bias");
        kernels.gemm(alpha, a.view, round % 2 == 0 ? b.view : plain(precision, b.view), 1, plain);
        if (epilogue.bias().isPresent()) {
            kernels.addBias(plain, bias.view);
        }
        Matrix<A> before = copy(precision, plain);
        activate(kernels, activation, plain);
        String what = tested + " " + m + "x" + n + "x" + k + " " + activation + " round " + round + TestSeed.hint();
        for (int i = 0; i < 2 * m * n; i++) {
            int at = plain.index(i / (m * n), i / n % m, i % n);
            double sum = precision.get(plain.array(), at);
            if (epilogue.residual().isPresent()) {
                sum = precision.round(sum + residual.get(i / (m * n), i / n % m, i % n));
            }
            assertEquals(sum, c.get(i / (m * n), i / n % m, i % n), what);
            if (epilogue.kept().isPresent()) {
                double expected = precision.get(before.array(), at);
                assertEquals(expected, kept.get(i / (m * n), i / n % m, i % n), what);
            }
        }
        tested.count(1);
    }

    private static <A> void activate(Kernels<A> kernels, Activation activation, Matrix<A> x) {
        switch (activation) {
            case NONE -> {}
            case RELU -> kernels.relu(x, x);
            case GELU_EXACT -> kernels.gelu(Gelu.EXACT, x, x);
            case GELU_TANH -> kernels.gelu(Gelu.TANH, x, x);
        }
    }

    /** Without gaps, as the copy that providers other than vector multiply with, so that OpenBLAS takes the same way. */
    private static <A> Matrix<A> plain(Precision<A> precision, Matrix<A> m) {
        A array = precision.allocate(m.rows() * m.cols());
        for (int i = 0; i < m.rows() * m.cols(); i++) {
            precision.set(array, i, precision.get(m.array(), m.index(0, i / m.cols(), i % m.cols())));
        }
        return Matrix.of(array, m.rows(), m.cols());
    }

    private static <A> Matrix<A> copy(Precision<A> precision, Matrix<A> m) {
        A array = precision.allocate(precision.length(m.array()));
        System.arraycopy(m.array(), 0, array, 0, precision.length(array));
        return Matrix.batch(array, m.offset(), m.count(), m.stride(), m.rows(), m.cols(), m.ld());
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void refused(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open()) {
            Matrix<A> a = matrix(tested, 2, 3);
            Matrix<A> b = matrix(tested, 3, 4);
            Matrix<A> c = matrix(tested, 2, 4);
            PackedMatrix<A> packed = kernels.pack(b);
            Epilogue<A> none = Epilogue.none();
            Matrix<A> turned = matrix(tested, 4, 2).transposed();
            assertRefused("transposed", () -> kernels.gemm(1, a, b, 0, turned, none));
            for (Epilogue<A> wrong : List.of(
                    none.bias(matrix(tested, 1, 3)),
                    none.bias(c.rows(0, 1)),
                    none.residual(c),
                    none.residual(turned),
                    none.residual(matrix(tested, 2, 3)),
                    none.keeping(c),
                    none.keeping(turned),
                    none.keeping(matrix(tested, 1, 4)),
                    none.bias(matrix(tested, 4, 1).transposed()))) {
                assertRefused("gemm", () -> kernels.gemm(1, a, b, 0, c, wrong));
                assertRefused("gemm", () -> kernels.gemm(1, a, packed, 0, c, wrong));
            }
            Matrix<A> residual = matrix(tested, 2, 4);
            assertRefused(
                    "shares elements",
                    () -> kernels.gemm(1, a, b, 0, c, none.residual(residual).keeping(residual)));
            assertRefused(
                    "shares elements",
                    () -> kernels.gemm(1, a, b, 0, c, none.keeping(Matrix.of(b.array(), 0, 2, 4, 4))));
            assertThrows(NullPointerException.class, () -> none.activation(null));
        }
        tested.count(21);
    }

    private static <A> Matrix<A> matrix(Tested<A> tested, int rows, int cols) {
        return Matrix.of(tested.precision().allocate(rows * cols), rows, cols);
    }

    private static void assertRefused(String word, Runnable call) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(e.getMessage().contains(word), e.getMessage());
    }
}
