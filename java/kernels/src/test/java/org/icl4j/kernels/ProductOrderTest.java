package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The vector provider's products have the bits of the order that they document, with vectors of every width. */
@ExtendWith(CaseReport.class)
class ProductOrderTest {
    private static final Tested<float[]> VECTOR = new Tested<>("vector", Precision.F32);

    private final RandomGenerator random = TestSeed.random("product order");

    @Test
    void bitsOfTheDocumentedOrder() {
        int[] edges = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 32, 41, 47, 48, 49, 63, 64, 65, 80, 97, 144, 513, 600};
        try (Kernels<float[]> kernels = VECTOR.open(2)) {
            for (int round = 0; round < 120; round++) {
                int m = edges[random.nextInt(round < 25 ? edges.length : 20)];
                int n = edges[random.nextInt(round < 25 ? edges.length : 22)];
                int k = round % 3 == 0 ? random.nextInt(1, 600) : edges[random.nextInt(22)];
                check(kernels, random.nextInt(1, 4), m, n, k);
            }
            for (int round = 0; round < 30; round++) {
                int m = edges[random.nextInt(21)];
                check(kernels, 1, m, edges[random.nextInt(21)], random.nextInt(900, m < 5 ? 4000 : 1700));
            }
        }
    }

    /** What a product leaves in working memory does not reach the next, not even where vectors are filled up. */
    @Test
    void bitsAfterAProductOfNumbersThatAreNone() {
        try (Kernels<float[]> kernels = VECTOR.open(1)) {
            for (int round = 0; round < 60; round++) {
                int m = random.nextInt(1, 10);
                int n = random.nextInt(1, 70);
                for (boolean transposed : new boolean[] {false, true}) {
                    Operand<float[]> a = Operand.batch(Precision.F32, 1, m, 80, () -> Double.NaN);
                    Operand<float[]> b = operand(1, 80, n, transposed);
                    kernels.gemm(1, a.view, b.view, 0, operand(1, m, n, false).view);
                }
                check(kernels, 1, m, n, random.nextInt(1, 80));
            }
        }
    }

    private void check(Kernels<float[]> kernels, int count, int m, int n, int k) {
        int form = random.nextInt(4);
        float alpha = random.nextBoolean() ? 1 : (float) random.nextGaussian();
        float beta = random.nextInt(3) / 2f;
        Operand<float[]> a = operand(random.nextInt(3) == 0 ? 1 : count, m, k, (form & 1) != 0);
        Operand<float[]> b = operand(random.nextInt(3) == 0 ? 1 : count, k, n, (form & 2) != 0);
        Operand<float[]> c = operand(count, m, n, random.nextInt(8) == 0);
        float[] before = c.view.array().clone();
        kernels.gemm(alpha, a.view, b.view, beta, c.view);
        c.assertGapsUntouched("C");
        String what = count + " " + m + "x" + n + "x" + k + " form " + form + " alpha=" + alpha + " beta=" + beta;
        for (int batch = 0; batch < count; batch++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    int at = c.view.index(batch, i, j);
                    float expected = element(alpha, a.view, b.view, beta, before[at], batch, i, j);
                    assertEquals(expected, c.view.array()[at], what + " [" + i + ", " + j + "], " + TestSeed.hint());
                }
            }
        }
        VECTOR.count(1);
    }

    private Operand<float[]> operand(int count, int rows, int cols, boolean transposed) {
        return transposed
                ? Operand.transposed(Precision.F32, count, rows, cols, random::nextGaussian)
                : Operand.batch(Precision.F32, count, rows, cols, random::nextGaussian);
    }

    /** As {@link ProductKernels#gemm} says: ascending k, by blocks, one fused multiply-add a term. */
    private static float element(
            float alpha, Matrix<float[]> a, Matrix<float[]> b, float beta, float c, int batch, int i, int j) {
        float result = c;
        int terms = a.cols() <= 1024 ? a.cols() : 512;
        for (int k0 = 0; k0 < a.cols(); k0 += terms) {
            float sum = 0;
            for (int k = k0; k < Math.min(k0 + terms, a.cols()); k++) {
                float x = a.array()[a.index(a.count() == 1 ? 0 : batch, i, k)];
                float y = b.array()[b.index(b.count() == 1 ? 0 : batch, k, j)];
                sum = Math.fma(x, y, sum);
            }
            float factor = k0 == 0 ? beta : 1;
            result = factor == 0 ? sum * alpha : Math.fma(result, factor, sum * alpha);
        }
        return result;
    }

    /** The test above, and those of packed weights, in a JVM of its own, whose property says how wide vectors are. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) {
            new ProductOrderTest().bitsOfTheDocumentedOrder();
            for (WeightType type : WeightType.values()) {
                new PackedMatrixTest().bitsOfThePlainProduct(type);
            }
            new PackedMatrixTest().everyNumberOf16Bits(WeightType.BF16);
            new PackedMatrixTest().everyNumberOf16Bits(WeightType.F16);
        }
    }

    @Test
    @Tag("extended")
    void vectorsOfEveryWidth() throws IOException, InterruptedException {
        for (int bits : VectorWidthTest.widths().toArray()) {
            ForkedJvm.run(Main.class, "-Dicl4j.vectorBits=" + bits, TestSeed.flag());
        }
    }
}
