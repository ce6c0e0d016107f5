package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Bad arguments: an exception that carries the numbers, and nothing written. */
class ChecksTest {
    private final Kernels<float[]> kernels =
            Kernels.open(Precision.F32, KernelOptions.defaults().provider("scalar"));

    @AfterEach
    void close() {
        kernels.close();
    }

    private static Matrix<float[]> matrix(int rows, int cols) {
        return Matrix.of(new float[rows * cols], rows, cols);
    }

    private static void assertRefused(Executable call, String... parts) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), "'" + message + "' lacks '" + part + "'");
        }
    }

    @Test
    void views() {
        float[] a = new float[10];
        assertRefused(() -> Matrix.of(a, 3, 4), "10", "12");
        assertRefused(() -> Matrix.of(a, 2, 4), "[2, 4]", "10", "8");
        assertRefused(() -> Matrix.of(a, 0, 2, 5, 4), "ld=4", "5");
        assertRefused(() -> Matrix.of(a, -1, 2, 2, 2), "offset=-1");
        assertRefused(() -> Matrix.of(a, 0, -2, 2, 2), "rows=-2");
        assertRefused(() -> Matrix.of(a, 0, 2, 2, 0), "ld=0");
        assertRefused(() -> Matrix.of(a, 5, 2, 3, 3), "11", "10");
        assertRefused(() -> Matrix.of(a, 0, Integer.MAX_VALUE, 2, Integer.MAX_VALUE), "10");
        assertRefused(() -> Matrix.batch(a, 0, 3, 4, 2, 2, 2), "12", "10");
        assertRefused(() -> Matrix.batch(a, 0, Integer.MAX_VALUE, Integer.MAX_VALUE, 1, 1, 1), "10");
        assertRefused(() -> Matrix.of(new int[4], 2, 2), "int[]");
        assertThrows(NullPointerException.class, () -> Matrix.of(null, 0, 0, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> matrix(2, 3).rows(1, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> matrix(2, 3).columns(2, 4));
        assertThrows(IndexOutOfBoundsException.class, () -> matrix(2, 3).at(1));
    }

    @Test
    void shapes() {
        assertRefused(
                () -> kernels.gemm(1, matrix(2, 3), matrix(4, 5), 0, matrix(2, 5)), "gemm", "B is [4, 5]", "[3, 5]");
        assertRefused(() -> kernels.gemm(1, matrix(2, 3), matrix(3, 5), 0, matrix(3, 5)), "A is [2, 3]", "[3, 3]");
        assertRefused(() -> kernels.addBias(matrix(2, 3), matrix(1, 2)), "bias is [1, 2]", "[1, 3]");
        assertRefused(() -> kernels.softmax(matrix(2, 3), matrix(3, 2)), "y is [3, 2]", "[2, 3]");
        assertRefused(() -> kernels.sumRows(matrix(2, 3), 0, matrix(2, 3)), "sum is [2, 3]", "[1, 3]");
        Matrix<float[]> m = matrix(2, 3);
        assertRefused(
                () -> kernels.layerNorm(m, matrix(1, 3), matrix(1, 3), 0, matrix(2, 3), matrix(1, 2), matrix(1, 2)),
                "eps=0");
        assertRefused(
                () -> kernels.layerNorm(m, matrix(1, 3), matrix(1, 3), 1, matrix(2, 3), matrix(1, 3), matrix(1, 2)),
                "mean is [1, 3]",
                "[1, 2]");
        assertRefused(
                () -> kernels.attention(
                        new AttentionHeads(2, 1), matrix(2, 3), matrix(2, 3), matrix(2, 3), matrix(2, 3), matrix(2, 2)),
                "3 columns",
                "nHeads=2");
        assertRefused(
                () -> kernels.attention(
                        new AttentionHeads(1, 1), matrix(3, 4), matrix(2, 4), matrix(2, 4), matrix(3, 4), matrix(1, 3)),
                "3 queries",
                "2 keys");
        biasShapes();
        AdamW adam = AdamW.adam(0.1);
        assertRefused(() -> kernels.adamW(adam, 0, m, matrix(2, 3), matrix(2, 3), matrix(2, 3)), "step=0");
        assertRefused(() -> kernels.adamW(adam, 1, m, matrix(2, 3), matrix(3, 2), matrix(2, 3)), "firstMoment");
    }

    /** Of attention with two heads, three queries and four keys; all else that is wrong with it is tried by {@link ArgumentsTest}. */
    private void biasShapes() {
        Matrix<float[]> q = matrix(3, 4);
        Matrix<float[]> k = matrix(4, 4);
        Matrix<float[]> three = Matrix.batch(new float[36], 0, 3, 12, 3, 4, 4);
        for (Matrix<float[]> wrong : List.of(
                matrix(3, 3), matrix(4, 4), matrix(1, 4), three, matrix(4, 3).transposed())) {
            assertRefused(
                    () -> kernels.attention(
                            new AttentionHeads(2, 1), Optional.of(wrong), q, k, k, matrix(3, 4), matrix(2, 3)),
                    wrong.isTransposed() ? "transposed" : "bias is " + wrong.shape());
        }
    }

    @Test
    void settings() {
        assertRefused(() -> new AttentionHeads(0, 1), "nHeads=0");
        assertRefused(() -> new AttentionHeads(1, Double.NaN), "NaN");
        assertRefused(() -> new AttentionHeads(1, Double.NEGATIVE_INFINITY), "scale=-Infinity");
        AttentionHeads heads = new AttentionHeads(6, 1);
        assertRefused(() -> heads.withKeyHeads(4), "nHeads=6", "nKeyHeads=4", "divide");
        assertRefused(() -> heads.withKeyHeads(0), "nKeyHeads=0");
        assertRefused(() -> heads.withKeyHeads(12), "nKeyHeads=12");
        for (double cap : new double[] {0, -0.0, -1, Double.NEGATIVE_INFINITY, Double.NaN}) {
            assertRefused(() -> heads.withSoftCap(cap), "softCap=" + cap);
        }
        assertRefused(() -> heads.withWindow(0), "window=0", ">= 1");
        assertRefused(() -> heads.withWindow(Integer.MIN_VALUE), "window=-2147483648");
        assertRefused(() -> new AdamW(-1, 0.9, 0.999, 1e-8, 0), "learningRate=-1");
        assertRefused(() -> new AdamW(1, 1, 0.999, 1e-8, 0), "beta1=1");
        assertRefused(() -> new AdamW(1, 0.9, 0.999, 0, 0), "epsilon=0");
        assertRefused(() -> new AdamW(Double.NaN, 0.9, 0.999, 1e-8, 0), "NaN");
        assertRefused(() -> new KernelOptions(0, Optional.empty(), Optional.empty()), "threads=0");
        assertRefused(() -> Precision.of("f16"), "f16", "f32", "f64");
    }

    /** What f32 would round to 0, to a subnormal number or to ∞ is refused by it, and taken by f64. */
    @Test
    void settingsThatTheStorageTypeCannotHold() {
        Matrix<float[]> m = matrix(2, 2);
        Matrix<float[]> row = matrix(1, 2);
        for (double eps : new double[] {1e-50, 1e-39, 1e39}) {
            assertRefused(
                    () -> kernels.layerNorm(m, row, row, eps, matrix(2, 2), matrix(1, 2), matrix(1, 2)),
                    "eps=" + eps,
                    "f32");
            AdamW settings = new AdamW(0.1, 0.9, 0.999, eps, 0);
            assertRefused(
                    () -> kernels.adamW(settings, 1, m, matrix(2, 2), matrix(2, 2), matrix(2, 2)), "epsilon=" + eps);
            AttentionHeads capped = new AttentionHeads(1, 1).withSoftCap(eps);
            assertRefused(() -> kernels.attention(capped, m, m, m, matrix(2, 2), matrix(1, 2)), "softCap=" + eps);
            for (double scale : new double[] {eps, -eps}) {
                AttentionHeads heads = new AttentionHeads(1, scale);
                assertRefused(() -> kernels.attention(heads, m, m, m, matrix(2, 2), matrix(1, 2)), "scale=" + scale);
                assertRefused(
                        () -> kernels.attentionBackward(
                                heads, m, m, m, m, row, m, matrix(2, 2), matrix(2, 2), matrix(2, 2)),
                        "scale=" + scale);
            }
        }
        AdamW fast = new AdamW(1e38, 0.9, 0.999, 1e-8, 0);
        assertRefused(() -> kernels.adamW(fast, 1, m, matrix(2, 2), matrix(2, 2), matrix(2, 2)), "learningRate", "E39");
        kernels.attention(new AttentionHeads(1, 0), m, m, m, matrix(2, 2), matrix(1, 2));
        Matrix<double[]> wide = Matrix.of(new double[4], 2, 2);
        Matrix<double[]> wideRow = Matrix.of(new double[2], 1, 2);
        Reference.KERNELS.layerNorm(
                wide,
                wideRow,
                wideRow,
                1e-50,
                Matrix.of(new double[4], 2, 2),
                Matrix.of(new double[2], 1, 2),
                Matrix.of(new double[2], 1, 2));
    }

    @Test
    void sizes() {
        Matrix<float[]> none = matrix(2, 0);
        Matrix<float[]> row = matrix(1, 0);
        assertRefused(
                () -> kernels.layerNorm(none, row, row, 1, matrix(2, 0), matrix(1, 2), matrix(1, 2)),
                "x is [2, 0]",
                "at least 1");
        assertRefused(
                () -> kernels.layerNormBackward(
                        none, row, matrix(1, 2), matrix(1, 2), matrix(2, 0), matrix(2, 0), matrix(1, 0), matrix(1, 0)),
                "x is [2, 0]");
        Matrix<float[]> many = Matrix.batch(new float[70_000], 0, 70_000, 0, 70_000, 1, 1);
        assertRefused(
                () -> Checks.requireShape(
                        "layerNorm", "mean", row, 1, 1, 70_000L * 70_000, () -> "x is " + many.shape()),
                "4900000000");
        Checks.requireHeadFits("attention", 64, 3_000_000);
        assertRefused(() -> Checks.requireHeadFits("attention", 1, (1 << 29) + 16), "536870928 keys", "1073741824");
        assertRefused(
                () -> Checks.requireHeadFits("attention", Integer.MAX_VALUE, Integer.MAX_VALUE), "dHead=2147483647");
        Matrix<float[]> wide = Matrix.of(new float[1 << 26], 1, 1 << 26);
        assertRefused(
                () -> kernels.attention(new AttentionHeads(1, 1), wide, wide, wide, matrix(1, 1), matrix(1, 1)),
                "dHead=67108864",
                "1 keys");
    }

    @Test
    void overlap() {
        float[] array = new float[24];
        Matrix<float[]> left = Matrix.of(array, 0, 4, 3, 6);
        Matrix<float[]> right = Matrix.of(array, 3, 4, 3, 6);
        kernels.relu(left, right); // Side by side in one array is not overlap.
        assertRefused(() -> kernels.relu(left, Matrix.of(array, 2, 3, 3, 6).rows(0, 3)), "y is [3, 3]");
        assertRefused(() -> kernels.relu(left, Matrix.of(array, 2, 4, 3, 6)), "shares elements");
        assertRefused(() -> kernels.gemm(1, left, matrix(3, 3), 0, left), "C", "shares elements");
        assertRefused(() -> kernels.gemm(1, left, matrix(3, 4), 0, Matrix.of(array, 0, 4, 4, 4)), "shares elements");
        assertRefused(
                () -> kernels.relu(Matrix.batch(array, 0, 2, 0, 2, 2, 2), Matrix.batch(array, 0, 2, 0, 2, 2, 2)),
                "stride",
                "4");
        Matrix<float[]> heads = Matrix.batch(array, 0, 2, 3, 4, 3, 6);
        kernels.relu(heads, heads); // Two heads side by side: strided by 3 in rows of 6.
    }

    /** Against the sets of indices themselves: overlap is never missed, and views in step are told apart exactly. */
    @Test
    void overlapOfRandomViews() {
        RandomGenerator random = TestSeed.random("overlap");
        float[] array = new float[400];
        int disjoint = 0;
        for (int round = 0; round < 20_000; round++) {
            Matrix<float[]> x = randomView(random, array);
            Matrix<float[]> y = random.nextInt(3) > 0
                    ? Matrix.batch(
                            array,
                            random.nextInt(40),
                            x.count(),
                            x.stride(),
                            1 + random.nextInt(2),
                            1 + random.nextInt(x.ld()),
                            x.ld())
                    : randomView(random, array);
            boolean shared = !Collections.disjoint(indices(x), indices(y));
            boolean claimed = Checks.mayOverlap(x, y);
            assertTrue(claimed || !shared, x + " and " + y + " share elements, " + TestSeed.hint());
            if (x.ld() == y.ld()) {
                assertEquals(shared, claimed, x + " and " + y + ", " + TestSeed.hint());
                disjoint += shared ? 0 : 1;
            }
        }
        assertTrue(disjoint > 500, "only " + disjoint + " disjoint pairs were tried");
    }

    private static Matrix<float[]> randomView(RandomGenerator random, float[] array) {
        int cols = 1 + random.nextInt(5);
        int ld = cols + random.nextInt(12);
        return Matrix.batch(
                array, random.nextInt(40), 1 + random.nextInt(3), random.nextInt(60), 1 + random.nextInt(4), cols, ld);
    }

    private static Set<Integer> indices(Matrix<?> m) {
        Set<Integer> indices = new HashSet<>();
        for (int b = 0; b < m.count(); b++) {
            for (int i = 0; i < m.rows(); i++) {
                for (int j = 0; j < m.cols(); j++) {
                    indices.add(m.index(b, i, j));
                }
            }
        }
        return indices;
    }

    @Test
    void kinds() {
        Matrix<float[]> m = matrix(2, 3);
        assertRefused(() -> kernels.softmax(m.transposed(), matrix(3, 2)), "transposed");
        @SuppressWarnings({"unchecked", "rawtypes"})
        Matrix<float[]> wrong = (Matrix) Matrix.of(new double[6], 2, 3);
        assertRefused(() -> kernels.softmax(wrong, m), "double", "f32");
    }

    @Test
    void nothingIsWritten() {
        float[] c = {1, 2, 3, 4};
        assertRefused(() -> kernels.gemm(1, matrix(2, 3), matrix(2, 2), 0, Matrix.of(c, 2, 2)));
        assertRefused(() -> kernels.softmax(matrix(2, 3), Matrix.of(c, 2, 2)));
        assertArrayEquals(new float[] {1, 2, 3, 4}, c);
    }

    @Test
    void closed() {
        kernels.close();
        kernels.close();
        String message = assertThrows(IllegalStateException.class, () -> kernels.relu(matrix(1, 1), matrix(1, 1)))
                .getMessage();
        assertTrue(message.contains("closed"), message);
    }
}
