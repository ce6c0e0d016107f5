package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The vector provider's promise: the same bits whatever the threads, and whatever stands around an element. */
@ExtendWith(CaseReport.class)
class DeterminismTest {
    private final Tested<float[]> vector = new Tested<>("vector", Precision.F32);
    private final RandomGenerator random = TestSeed.random("determinism");

    private float[] values(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void productsDoNotDependOnThreads() {
        try (Kernels<float[]> one = vector.open(1)) {
            for (int threads = 2; threads <= 4; threads++) {
                try (Kernels<float[]> many = vector.open(threads)) {
                    for (int round = 0; round < 40; round++) {
                        int m = random.nextInt(1, 300);
                        int n = random.nextInt(1, 300);
                        int k = random.nextInt(1, 600);
                        float[] a = values(m * k);
                        float[] b = values(k * n);
                        float[] c = values(m * n);
                        float[] other = c.clone();
                        one.gemm(0.7, Matrix.of(a, m, k), Matrix.of(b, k, n), 1.3, Matrix.of(c, m, n));
                        many.gemm(0.7, Matrix.of(a, m, k), Matrix.of(b, k, n), 1.3, Matrix.of(other, m, n));
                        assertArrayEquals(c, other, m + "x" + n + "x" + k + ", " + threads + " threads");
                        vector.count(1);
                    }
                }
            }
        }
    }

    /** A row, a column and an element of a product have the bits they have inside it, in every form of transposition. */
    @Test
    void elementsDoNotDependOnTheirSurroundings() {
        try (Kernels<float[]> kernels = vector.open(2)) {
            for (int round = 0; round < 200; round++) {
                int m = random.nextInt(1, 90);
                int n = random.nextInt(1, 150);
                int k = random.nextInt(1, 600);
                Matrix<float[]> a = random.nextBoolean()
                        ? Matrix.of(values(m * k), m, k)
                        : Matrix.of(values(m * k), k, m).transposed();
                Matrix<float[]> b = random.nextBoolean()
                        ? Matrix.of(values(k * n), k, n)
                        : Matrix.of(values(k * n), n, k).transposed();
                float[] whole = new float[m * n];
                kernels.gemm(1, a, b, 0, Matrix.of(whole, m, n));
                int fromRow = random.nextInt(m);
                int toRow = random.nextInt(fromRow, m) + 1;
                int fromCol = random.nextInt(n);
                int toCol = random.nextInt(fromCol, n) + 1;
                int rows = toRow - fromRow;
                int cols = toCol - fromCol;
                float[] part = new float[rows * cols];
                Matrix<float[]> c = Matrix.of(part, rows, cols);
                kernels.gemm(1, a.rows(fromRow, toRow), b.columns(fromCol, toCol), 0, c);
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < cols; j++) {
                        assertEquals(
                                whole[(fromRow + i) * n + fromCol + j],
                                part[i * cols + j],
                                "element (" + (fromRow + i) + ", " + (fromCol + j) + ") of " + m + "x" + n + "x" + k
                                        + " in a part of " + rows + "x" + cols + ", " + TestSeed.hint());
                    }
                }
                vector.count(1);
            }
        }
    }

    @Test
    void rowKernelsAndAttentionDoNotDependOnThreads() {
        int batch = 3;
        int length = 70;
        int width = 24;
        float[] x = values(batch * length * width);
        float[][] first = everyRowKernel(1, x, batch, length, width);
        for (int threads = 2; threads <= 4; threads++) {
            float[][] again = everyRowKernel(threads, x, batch, length, width);
            for (int i = 0; i < first.length; i++) {
                assertArrayEquals(first[i], again[i], "result " + i + " with " + threads + " threads");
            }
            vector.count(first.length);
        }
    }

    private float[][] everyRowKernel(int threads, float[] values, int batch, int length, int width) {
        try (Kernels<float[]> kernels = vector.open(threads)) {
            int rows = batch * length;
            Matrix<float[]> x = Matrix.batch(values, 0, batch, length * width, length, width, width);
            Matrix<float[]> flat = Matrix.of(values, rows, width);
            Matrix<float[]> y = Matrix.of(new float[values.length], rows, width);
            Matrix<float[]> ones = Matrix.of(new float[width], 1, width);
            Arrays.fill(ones.array(), 1);
            Matrix<float[]> mean = Matrix.of(new float[rows], 1, rows);
            Matrix<float[]> rstd = Matrix.of(new float[rows], 1, rows);
            kernels.layerNorm(flat, ones, ones, 1e-5, y, mean, rstd);
            Matrix<float[]> dx = Matrix.of(new float[values.length], rows, width);
            Matrix<float[]> dGamma = Matrix.of(new float[width], 1, width);
            Matrix<float[]> dBeta = Matrix.of(new float[width], 1, width);
            kernels.layerNormBackward(flat, ones, mean, rstd, flat, dx, dGamma, dBeta);
            Matrix<float[]> soft = Matrix.of(new float[values.length], rows, width);
            kernels.softmax(flat, soft);
            Matrix<float[]> sum = Matrix.of(new float[width], 1, width);
            kernels.sumRows(flat, 0, sum);
            AttentionHeads heads = AttentionHeads.scaled(3, width / 3);
            Matrix<float[]> out = like(x);
            Matrix<float[]> lse = Matrix.batch(new float[batch * 3 * length], 0, batch, 3 * length, 3, length, length);
            kernels.attention(heads, x, x, x, out, lse);
            Matrix<float[]> dq = like(x);
            Matrix<float[]> dk = like(x);
            Matrix<float[]> dv = like(x);
            kernels.attentionBackward(heads, x, x, x, out, lse, x, dq, dk, dv);
            return new float[][] {
                y.array(),
                mean.array(),
                rstd.array(),
                dx.array(),
                dGamma.array(),
                dBeta.array(),
                soft.array(),
                sum.array(),
                out.array(),
                lse.array(),
                dq.array(),
                dk.array(),
                dv.array()
            };
        }
    }

    private static Matrix<float[]> like(Matrix<float[]> m) {
        return Matrix.batch(new float[m.count() * m.stride()], 0, m.count(), m.stride(), m.rows(), m.cols(), m.ld());
    }
}
