package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.icl4j.kernels.KernelCall.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The vector provider's promise: the same bits whatever the threads, and whatever stands around an element. */
@ExtendWith(CaseReport.class)
class DeterminismTest {
    /** What the vector provider gives to one task at most. */
    private static final int TASK_ELEMENTS = 16_384;

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

    /** Enough elements for several tasks, in one stretch and row by row, and a batch of products that threads share. */
    @Test
    void allOtherKernelsDoNotDependOnThreads() {
        assertTrue(5 * 140 * 96 > 4 * TASK_ELEMENTS);
        threads(5, 140, 96);
    }

    @Test
    void kernelsOfARandomShapeDoNotDependOnThreads() {
        threads(random.nextInt(1, 7), random.nextInt(1, 120), 2 * random.nextInt(1, 60));
    }

    private void threads(int batch, int length, int width) {
        for (KernelCall<float[]> call : KernelCall.<float[]>all(batch, length, width)) {
            for (int gap : new int[] {0, 3}) {
                List<float[]> values = call.slots().stream()
                        .map(slot -> values(slot.count() * slot.rows() * (slot.cols() + gap)))
                        .toList();
                Outcome first = run(call, gap, values, 1);
                for (int threads = 2; threads <= 4; threads++) {
                    Outcome again = run(call, gap, values, threads);
                    String what = call + " of " + batch + "x" + length + "x" + width + " with " + threads
                            + " threads and gaps of " + gap + ", " + TestSeed.hint();
                    first.assertSame(again, what);
                    vector.count(1);
                }
            }
        }
    }

    /** Rows {@code gap} elements apart. */
    private Outcome run(KernelCall<float[]> call, int gap, List<float[]> values, int threads) {
        List<Matrix<float[]>> operands = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            KernelCall.Slot slot = call.slots().get(i);
            int ld = slot.cols() + gap;
            operands.add(Matrix.batch(
                    values.get(i).clone(), 0, slot.count(), slot.rows() * ld, slot.rows(), slot.cols(), ld));
        }
        try (Kernels<float[]> kernels = vector.open(threads)) {
            return Outcome.of(call, kernels, operands);
        }
    }
}
