package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.broadcast;
import static org.icl4j.kernels.vector.Lanes.load;
import static org.icl4j.kernels.vector.Lanes.zero;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Register tiles of the matrix product: C ← α·A·B + β·C for a few rows of C and one packed panel of
 * B.
 *
 * <p>Every tile computes an element in the same way, whatever its size: from 0, one fused
 * multiply-add a term, in ascending k; then α and β. So an element's bits do not depend on the tile
 * that computes it. Accumulators are local variables one by one because C2 keeps no array of
 * vectors in registers.
 *
 * <p>Arguments: a [rows, kc], element (i, k) at aStart + i·aRow + k·aCol; b packed [kc, width] at
 * bStart; row i of c at cStart + i·ldc.
 */
final class ProductTiles {
    /**
     * Vectors in a wide panel: as many as 6 rows leave room for in 32 (512-bit) or 16 registers.
     */
    static final int WIDE_VECTORS = LENGTH >= 16 ? 4 : 2;

    /** Columns of a wide panel. */
    static final int WIDE = WIDE_VECTORS * LENGTH;

    /** Rows of a tall tile on a wide panel. */
    static final int WIDE_ROWS = 6;

    /** Rows of a tall tile on a narrow panel, one vector wide. */
    static final int NARROW_ROWS = 12;

    private ProductTiles() {}

    /** {@link #WIDE_ROWS} rows by one wide panel. */
    static void wide6(
            int kc,
            float[] a,
            int aStart,
            int aRow,
            int aCol,
            float[] b,
            int bStart,
            float alpha,
            float beta,
            float[] c,
            int cStart,
            int ldc) {
        if (WIDE_VECTORS == 4) {
            tile6x4(kc, a, aStart, aRow, aCol, b, bStart, alpha, beta, c, cStart, ldc);
        } else {
            tile6x2(kc, a, aStart, aRow, aCol, b, bStart, alpha, beta, c, cStart, ldc);
        }
    }

    /** One row by one wide panel. */
    static void wide1(
            int kc,
            float[] a,
            int aStart,
            int aCol,
            float[] b,
            int bStart,
            float alpha,
            float beta,
            float[] c,
            int cStart) {
        if (WIDE_VECTORS == 4) {
            tile1x4(kc, a, aStart, aCol, b, bStart, alpha, beta, c, cStart);
        } else {
            tile1x2(kc, a, aStart, aCol, b, bStart, alpha, beta, c, cStart);
        }
    }

    /**
     * {@link #NARROW_ROWS} rows by one narrow panel; only the columns of {@code mask} are written.
     */
    static void narrow12(
            int kc,
            float[] a,
            int aStart,
            int aRow,
            int aCol,
            float[] b,
            int bStart,
            float alpha,
            float beta,
            float[] c,
            int cStart,
            int ldc,
            VectorMask<Float> mask) {
        FloatVector s0 = zero();
        FloatVector s1 = zero();
        FloatVector s2 = zero();
        FloatVector s3 = zero();
        FloatVector s4 = zero();
        FloatVector s5 = zero();
        FloatVector s6 = zero();
        FloatVector s7 = zero();
        FloatVector s8 = zero();
        FloatVector s9 = zero();
        FloatVector s10 = zero();
        FloatVector s11 = zero();
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * LENGTH;
            FloatVector b0 = load(b, bAt);
            int aAt = aStart + k * aCol;
            FloatVector a0 = broadcast(a[aAt]);
            s0 = a0.fma(b0, s0);
            FloatVector a1 = broadcast(a[aAt + aRow]);
            s1 = a1.fma(b0, s1);
            FloatVector a2 = broadcast(a[aAt + 2 * aRow]);
            s2 = a2.fma(b0, s2);
            FloatVector a3 = broadcast(a[aAt + 3 * aRow]);
            s3 = a3.fma(b0, s3);
            FloatVector a4 = broadcast(a[aAt + 4 * aRow]);
            s4 = a4.fma(b0, s4);
            FloatVector a5 = broadcast(a[aAt + 5 * aRow]);
            s5 = a5.fma(b0, s5);
            FloatVector a6 = broadcast(a[aAt + 6 * aRow]);
            s6 = a6.fma(b0, s6);
            FloatVector a7 = broadcast(a[aAt + 7 * aRow]);
            s7 = a7.fma(b0, s7);
            FloatVector a8 = broadcast(a[aAt + 8 * aRow]);
            s8 = a8.fma(b0, s8);
            FloatVector a9 = broadcast(a[aAt + 9 * aRow]);
            s9 = a9.fma(b0, s9);
            FloatVector a10 = broadcast(a[aAt + 10 * aRow]);
            s10 = a10.fma(b0, s10);
            FloatVector a11 = broadcast(a[aAt + 11 * aRow]);
            s11 = a11.fma(b0, s11);
        }
        put(c, cStart, s0, alpha, beta, mask);
        put(c, cStart + ldc, s1, alpha, beta, mask);
        put(c, cStart + 2 * ldc, s2, alpha, beta, mask);
        put(c, cStart + 3 * ldc, s3, alpha, beta, mask);
        put(c, cStart + 4 * ldc, s4, alpha, beta, mask);
        put(c, cStart + 5 * ldc, s5, alpha, beta, mask);
        put(c, cStart + 6 * ldc, s6, alpha, beta, mask);
        put(c, cStart + 7 * ldc, s7, alpha, beta, mask);
        put(c, cStart + 8 * ldc, s8, alpha, beta, mask);
        put(c, cStart + 9 * ldc, s9, alpha, beta, mask);
        put(c, cStart + 10 * ldc, s10, alpha, beta, mask);
        put(c, cStart + 11 * ldc, s11, alpha, beta, mask);
    }

    /** One row by one narrow panel; only the columns of {@code mask} are written. */
    static void narrow1(
            int kc,
            float[] a,
            int aStart,
            int aCol,
            float[] b,
            int bStart,
            float alpha,
            float beta,
            float[] c,
            int cStart,
            VectorMask<Float> mask) {
        FloatVector s0 = zero();
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * LENGTH;
            FloatVector b0 = load(b, bAt);
            int aAt = aStart + k * aCol;
            FloatVector a0 = broadcast(a[aAt]);
            s0 = a0.fma(b0, s0);
        }
        put(c, cStart, s0, alpha, beta, mask);
    }

    private static void tile6x4(
            int kc,
            float[] a,
            int aStart,
            int aRow,
            int aCol,
            float[] b,
            int bStart,
            float alpha,
            float beta,
            float[] c,
            int cStart,
            int ldc) {
        FloatVector s0_0 = zero();
        FloatVector s0_1 = zero();
        FloatVector s0_2 = zero();
        FloatVector s0_3 = zero();
        FloatVector s1_0 = zero();
        FloatVector s1_1 = zero();
        FloatVector s1_2 = zero();
        FloatVector s1_3 = zero();
        FloatVector s2_0 = zero();
        FloatVector s2_1 = zero();
        FloatVector s2_2 = zero();
        FloatVector s2_3 = zero();
        FloatVector s3_0 = zero();
        FloatVector s3_1 = zero();
        FloatVector s3_2 = zero();
        FloatVector s3_3 = zero();
        FloatVector s4_0 = zero();
        FloatVector s4_1 = zero();
        FloatVector s4_2 = zero();
        FloatVector s4_3 = zero();
        FloatVector s5_0 = zero();
        FloatVector s5_1 = zero();
        FloatVector s5_2 = zero();
        FloatVector s5_3 = zero();
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * WIDE;
            FloatVector b0 = load(b, bAt);
            FloatVector b1 = load(b, bAt + LENGTH);
            FloatVector b2 = load(b, bAt + 2 * LENGTH);
            FloatVector b3 = load(b, bAt + 3 * LENGTH);
            int aAt = aStart + k * aCol;
            FloatVector a0 = broadcast(a[aAt]);
            s0_0 = a0.fma(b0, s0_0);
            s0_1 = a0.fma(b1, s0_1);
            s0_2 = a0.fma(b2, s0_2);
            s0_3 = a0.fma(b3, s0_3);
            FloatVector a1 = broadcast(a[aAt + aRow]);
            s1_0 = a1.fma(b0, s1_0);
            s1_1 = a1.fma(b1, s1_1);
            s1_2 = a1.fma(b2, s1_2);
            s1_3 = a1.fma(b3, s1_3);
            FloatVector a2 = broadcast(a[aAt + 2 * aRow]);
            s2_0 = a2.fma(b0, s2_0);
            s2_1 = a2.fma(b1, s2_1);
            s2_2 = a2.fma(b2, s2_2);
            s2_3 = a2.fma(b3, s2_3);
            FloatVector a3 = broadcast(a[aAt + 3 * aRow]);
            s3_0 = a3.fma(b0, s3_0);
            s3_1 = a3.fma(b1, s3_1);
            s3_2 = a3.fma(b2, s3_2);
            s3_3 = a3.fma(b3, s3_3);
            FloatVector a4 = broadcast(a[aAt + 4 * aRow]);
            s4_0 = a4.fma(b0, s4_0);
            s4_1 = a4.fma(b1, s4_1);
            s4_2 = a4.fma(b2, s4_2);
            s4_3 = a4.fma(b3, s4_3);
            FloatVector a5 = broadcast(a[aAt + 5 * aRow]);
            s5_0 = a5.fma(b0, s5_0);
            s5_1 = a5.fma(b1, s5_1);
            s5_2 = a5.fma(b2, s5_2);
            s5_3 = a5.fma(b3, s5_3);
        }
        put(c, cStart, s0_0, alpha, beta);
        put(c, cStart + LENGTH, s0_1, alpha, beta);
        put(c, cStart + 2 * LENGTH, s0_2, alpha, beta);
        put(c, cStart + 3 * LENGTH, s0_3, alpha, beta);
        put(c, cStart + ldc, s1_0, alpha, beta);
        put(c, cStart + ldc + LENGTH, s1_1, alpha, beta);
        put(c, cStart + ldc + 2 * LENGTH, s1_2, alpha, beta);
        put(c, cStart + ldc + 3 * LENGTH, s1_3, alpha, beta);
        put(c, cStart + 2 * ldc, s2_0, alpha, beta);
        put(c, cStart + 2 * ldc + LENGTH, s2_1, alpha, beta);
        put(c, cStart + 2 * ldc + 2 * LENGTH, s2_2, alpha, beta);
        put(c, cStart + 2 * ldc + 3 * LENGTH, s2_3, alpha, beta);
        put(c, cStart + 3 * ldc, s3_0, alpha, beta);
        put(c, cStart + 3 * ldc + LENGTH, s3_1, alpha, beta);
        put(c, cStart + 3 * ldc + 2 * LENGTH, s3_2, alpha, beta);
        put(c, cStart + 3 * ldc + 3 * LENGTH, s3_3, alpha, beta);
        put(c, cStart + 4 * ldc, s4_0, alpha, beta);
        put(c, cStart + 4 * ldc + LENGTH, s4_1, alpha, beta);
        put(c, cStart + 4 * ldc + 2 * LENGTH, s4_2, alpha, beta);
        put(c, cStart + 4 * ldc + 3 * LENGTH, s4_3, alpha, beta);
        put(c, cStart + 5 * ldc, s5_0, alpha, beta);
        put(c, cStart + 5 * ldc + LENGTH, s5_1, alpha, beta);
        put(c, cStart + 5 * ldc + 2 * LENGTH, s5_2, alpha, beta);
        put(c, cStart + 5 * ldc + 3 * LENGTH, s5_3, alpha, beta);
    }

    private static void tile1x4(
            int kc,
            float[] a,
            int aStart,
            int aCol,
            float[] b,
            int bStart,
            float alpha,
            float beta,
            float[] c,
            int cStart) {
        FloatVector s0_0 = zero();
        FloatVector s0_1 = zero();
        FloatVector s0_2 = zero();
        FloatVector s0_3 = zero();
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * WIDE;
            FloatVector b0 = load(b, bAt);
            FloatVector b1 = load(b, bAt + LENGTH);
            FloatVector b2 = load(b, bAt + 2 * LENGTH);
            FloatVector b3 = load(b, bAt + 3 * LENGTH);
            int aAt = aStart + k * aCol;
            FloatVector a0 = broadcast(a[aAt]);
            s0_0 = a0.fma(b0, s0_0);
            s0_1 = a0.fma(b1, s0_1);
            s0_2 = a0.fma(b2, s0_2);
            s0_3 = a0.fma(b3, s0_3);
        }
        put(c, cStart, s0_0, alpha, beta);
        put(c, cStart + LENGTH, s0_1, alpha, beta);
        put(c, cStart + 2 * LENGTH, s0_2, alpha, beta);
        put(c, cStart + 3 * LENGTH, s0_3, alpha, beta);
    }

    private static void tile6x2(
            int kc,
            float[] a,
            int aStart,
            int aRow,
            int aCol,
            float[] b,
            int bStart,
            float alpha,
            float beta,
            float[] c,
            int cStart,
            int ldc) {
        FloatVector s0_0 = zero();
        FloatVector s0_1 = zero();
        FloatVector s1_0 = zero();
        FloatVector s1_1 = zero();
        FloatVector s2_0 = zero();
        FloatVector s2_1 = zero();
        FloatVector s3_0 = zero();
        FloatVector s3_1 = zero();
        FloatVector s4_0 = zero();
        FloatVector s4_1 = zero();
        FloatVector s5_0 = zero();
        FloatVector s5_1 = zero();
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * WIDE;
            FloatVector b0 = load(b, bAt);
            FloatVector b1 = load(b, bAt + LENGTH);
            int aAt = aStart + k * aCol;
            FloatVector a0 = broadcast(a[aAt]);
            s0_0 = a0.fma(b0, s0_0);
            s0_1 = a0.fma(b1, s0_1);
            FloatVector a1 = broadcast(a[aAt + aRow]);
            s1_0 = a1.fma(b0, s1_0);
            s1_1 = a1.fma(b1, s1_1);
            FloatVector a2 = broadcast(a[aAt + 2 * aRow]);
            s2_0 = a2.fma(b0, s2_0);
            s2_1 = a2.fma(b1, s2_1);
            FloatVector a3 = broadcast(a[aAt + 3 * aRow]);
            s3_0 = a3.fma(b0, s3_0);
            s3_1 = a3.fma(b1, s3_1);
            FloatVector a4 = broadcast(a[aAt + 4 * aRow]);
            s4_0 = a4.fma(b0, s4_0);
            s4_1 = a4.fma(b1, s4_1);
            FloatVector a5 = broadcast(a[aAt + 5 * aRow]);
            s5_0 = a5.fma(b0, s5_0);
            s5_1 = a5.fma(b1, s5_1);
        }
        put(c, cStart, s0_0, alpha, beta);
        put(c, cStart + LENGTH, s0_1, alpha, beta);
        put(c, cStart + ldc, s1_0, alpha, beta);
        put(c, cStart + ldc + LENGTH, s1_1, alpha, beta);
        put(c, cStart + 2 * ldc, s2_0, alpha, beta);
        put(c, cStart + 2 * ldc + LENGTH, s2_1, alpha, beta);
        put(c, cStart + 3 * ldc, s3_0, alpha, beta);
        put(c, cStart + 3 * ldc + LENGTH, s3_1, alpha, beta);
        put(c, cStart + 4 * ldc, s4_0, alpha, beta);
        put(c, cStart + 4 * ldc + LENGTH, s4_1, alpha, beta);
        put(c, cStart + 5 * ldc, s5_0, alpha, beta);
        put(c, cStart + 5 * ldc + LENGTH, s5_1, alpha, beta);
    }

    private static void tile1x2(
            int kc,
            float[] a,
            int aStart,
            int aCol,
            float[] b,
            int bStart,
            float alpha,
            float beta,
            float[] c,
            int cStart) {
        FloatVector s0_0 = zero();
        FloatVector s0_1 = zero();
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * WIDE;
            FloatVector b0 = load(b, bAt);
            FloatVector b1 = load(b, bAt + LENGTH);
            int aAt = aStart + k * aCol;
            FloatVector a0 = broadcast(a[aAt]);
            s0_0 = a0.fma(b0, s0_0);
            s0_1 = a0.fma(b1, s0_1);
        }
        put(c, cStart, s0_0, alpha, beta);
        put(c, cStart + LENGTH, s0_1, alpha, beta);
    }

    private static void put(float[] c, int at, FloatVector sum, float alpha, float beta) {
        FloatVector scaled = sum.mul(alpha);
        (beta == 0 ? scaled : load(c, at).fma(broadcast(beta), scaled)).intoArray(c, at);
    }

    private static void put(float[] c, int at, FloatVector sum, float alpha, float beta, VectorMask<Float> mask) {
        FloatVector scaled = sum.mul(alpha);
        (beta == 0 ? scaled : load(c, at, mask).fma(broadcast(beta), scaled)).intoArray(c, at, mask);
    }
}
