package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * In the steady state a product on one thread allocates nothing. (C2 leaves a few boxes of vectors in the tails of a transposed
 * operand; those forms are not held to it.)
 */
@ExtendWith(CaseReport.class)
class ProductAllocationTest {
    private static final int CALLS = 500;

    /** Bytes of a round: what the measurement itself takes. */
    private static final int ALLOWED = 2_500;

    private final Tested<float[]> vector = new Tested<>("vector", Precision.F32);

    @Test
    @Tag("extended")
    void steadyState() throws ReflectiveOperationException {
        int[][] shapes = {{64, 64, 64}, {41, 41, 32}, {1, 256, 300}, {3, 200, 300}, {100, 600, 300}};
        try (Kernels<float[]> kernels = vector.open()) {
            for (int[] s : shapes) {
                for (int form = 0; form < 3; form++) {
                    Runnable call = call(kernels, s[0], s[1], s[2], form);
                    long least = Long.MAX_VALUE;
                    for (int round = 0; round < 400 && least > ALLOWED; round++) {
                        long before = allocated();
                        for (int i = 0; i < CALLS; i++) {
                            call.run();
                        }
                        least = Math.min(least, allocated() - before);
                    }
                    String what = s[0] + "x" + s[1] + "x" + s[2] + " form " + form;
                    assertTrue(least <= ALLOWED, what + ": " + least + " bytes in " + CALLS + " calls");
                    vector.count(1);
                }
            }
        }
    }

    /** Bytes that this thread has allocated; by reflection, because the module under test does not read the management modules. */
    private static long allocated() throws ReflectiveOperationException {
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        Method bytes = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        return (long) bytes.invoke(threads);
    }

    /** B as it lies, and packed weights of 32 and 16 bits. */
    private static Runnable call(Kernels<float[]> kernels, int m, int n, int k, int form) {
        Matrix<float[]> a = matrix(m, k);
        Matrix<float[]> b = matrix(k, n);
        Matrix<float[]> c = matrix(m, n);
        PackedMatrix<float[]> packed = kernels.pack(b, form == 2 ? WeightType.BF16 : WeightType.F32);
        return form == 0 ? () -> kernels.gemm(1, a, b, 1, c) : () -> kernels.gemm(1, a, packed, 0, c);
    }

    private static Matrix<float[]> matrix(int rows, int cols) {
        return Matrix.of(new float[rows * cols], rows, cols);
    }
}
