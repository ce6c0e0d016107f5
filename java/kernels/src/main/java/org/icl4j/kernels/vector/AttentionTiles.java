package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Register tiles of attention: C ← C + A·B for {@link #ROWS} rows of C and {@link #WIDTH} columns, one fused multiply-add a term
 * in ascending k. B is packed [n, {@link #WIDTH}]. Accumulators are local variables one by one because C2 keeps no array of
 * vectors in registers; with two vectors a row, an element of A that is broadcast serves twice.
 */
final class AttentionTiles {
    /** Rows of a tile. */
    static final int ROWS = 8;

    /** Vectors in a row of a tile: 16 accumulators where there are 32 registers, else 8. */
    static final int VECTORS = LENGTH >= 16 ? 2 : 1;

    /** Columns of a tile. */
    static final int WIDTH = VECTORS * LENGTH;

    /** Columns that {@link #columns} finds side by side: of a whole vector, and of a whole tile. */
    static final int PANEL = Math.max(LENGTH, ROWS);

    private AttentionTiles() {}

    /**
     * Row r of A is {@code n} elements from aAt + min(r, last)·lda: rows that do not exist repeat the last one.
     *
     * @param c element (r, j) at cAt + r·ldc + j
     */
    static void rows(int n, float[] a, int aAt, int lda, int last, float[] b, int bAt, float[] c, int cAt, int ldc) {
        if (VECTORS == 2) {
            rows2(n, a, aAt, lda, last, b, bAt, c, cAt, ldc);
        } else {
            rows1(n, a, aAt, lda, last, b, bAt, c, cAt, ldc);
        }
    }

    /** Column k of A is {@link #ROWS} elements from aAt + k·PANEL. */
    static void columns(int n, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int ldc) {
        if (VECTORS == 2) {
            columns2(n, a, aAt, b, bAt, c, cAt, ldc);
        } else {
            columns1(n, a, aAt, b, bAt, c, cAt, ldc);
        }
    }

    private static void rows2(
            int n, float[] a, int aAt, int lda, int last, float[] b, int bAt, float[] c, int cAt, int ldc) {
        int r0 = aAt + Math.min(0, last) * lda;
        int r1 = aAt + Math.min(1, last) * lda;
        int r2 = aAt + Math.min(2, last) * lda;
        int r3 = aAt + Math.min(3, last) * lda;
        int r4 = aAt + Math.min(4, last) * lda;
        int r5 = aAt + Math.min(5, last) * lda;
        int r6 = aAt + Math.min(6, last) * lda;
        int r7 = aAt + Math.min(7, last) * lda;
        FloatVector s0a = fromArray(SPECIES, c, cAt + 0 * ldc);
        FloatVector s0b = fromArray(SPECIES, c, cAt + 0 * ldc + LENGTH);
        FloatVector s1a = fromArray(SPECIES, c, cAt + 1 * ldc);
        FloatVector s1b = fromArray(SPECIES, c, cAt + 1 * ldc + LENGTH);
        FloatVector s2a = fromArray(SPECIES, c, cAt + 2 * ldc);
        FloatVector s2b = fromArray(SPECIES, c, cAt + 2 * ldc + LENGTH);
        FloatVector s3a = fromArray(SPECIES, c, cAt + 3 * ldc);
        FloatVector s3b = fromArray(SPECIES, c, cAt + 3 * ldc + LENGTH);
        FloatVector s4a = fromArray(SPECIES, c, cAt + 4 * ldc);
        FloatVector s4b = fromArray(SPECIES, c, cAt + 4 * ldc + LENGTH);
        FloatVector s5a = fromArray(SPECIES, c, cAt + 5 * ldc);
        FloatVector s5b = fromArray(SPECIES, c, cAt + 5 * ldc + LENGTH);
        FloatVector s6a = fromArray(SPECIES, c, cAt + 6 * ldc);
        FloatVector s6b = fromArray(SPECIES, c, cAt + 6 * ldc + LENGTH);
        FloatVector s7a = fromArray(SPECIES, c, cAt + 7 * ldc);
        FloatVector s7b = fromArray(SPECIES, c, cAt + 7 * ldc + LENGTH);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, b, bAt + k * (2 * LENGTH));
            FloatVector b1 = fromArray(SPECIES, b, bAt + k * (2 * LENGTH) + LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[r0 + k]);
            s0a = a0.fma(b0, s0a);
            s0b = a0.fma(b1, s0b);
            FloatVector a1 = broadcast(SPECIES, a[r1 + k]);
            s1a = a1.fma(b0, s1a);
            s1b = a1.fma(b1, s1b);
            FloatVector a2 = broadcast(SPECIES, a[r2 + k]);
            s2a = a2.fma(b0, s2a);
            s2b = a2.fma(b1, s2b);
            FloatVector a3 = broadcast(SPECIES, a[r3 + k]);
            s3a = a3.fma(b0, s3a);
            s3b = a3.fma(b1, s3b);
            FloatVector a4 = broadcast(SPECIES, a[r4 + k]);
            s4a = a4.fma(b0, s4a);
            s4b = a4.fma(b1, s4b);
            FloatVector a5 = broadcast(SPECIES, a[r5 + k]);
            s5a = a5.fma(b0, s5a);
            s5b = a5.fma(b1, s5b);
            FloatVector a6 = broadcast(SPECIES, a[r6 + k]);
            s6a = a6.fma(b0, s6a);
            s6b = a6.fma(b1, s6b);
            FloatVector a7 = broadcast(SPECIES, a[r7 + k]);
            s7a = a7.fma(b0, s7a);
            s7b = a7.fma(b1, s7b);
        }
        s0a.intoArray(c, cAt + 0 * ldc);
        s0b.intoArray(c, cAt + 0 * ldc + LENGTH);
        s1a.intoArray(c, cAt + 1 * ldc);
        s1b.intoArray(c, cAt + 1 * ldc + LENGTH);
        s2a.intoArray(c, cAt + 2 * ldc);
        s2b.intoArray(c, cAt + 2 * ldc + LENGTH);
        s3a.intoArray(c, cAt + 3 * ldc);
        s3b.intoArray(c, cAt + 3 * ldc + LENGTH);
        s4a.intoArray(c, cAt + 4 * ldc);
        s4b.intoArray(c, cAt + 4 * ldc + LENGTH);
        s5a.intoArray(c, cAt + 5 * ldc);
        s5b.intoArray(c, cAt + 5 * ldc + LENGTH);
        s6a.intoArray(c, cAt + 6 * ldc);
        s6b.intoArray(c, cAt + 6 * ldc + LENGTH);
        s7a.intoArray(c, cAt + 7 * ldc);
        s7b.intoArray(c, cAt + 7 * ldc + LENGTH);
    }

    private static void columns2(int n, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int ldc) {
        FloatVector s0a = fromArray(SPECIES, c, cAt + 0 * ldc);
        FloatVector s0b = fromArray(SPECIES, c, cAt + 0 * ldc + LENGTH);
        FloatVector s1a = fromArray(SPECIES, c, cAt + 1 * ldc);
        FloatVector s1b = fromArray(SPECIES, c, cAt + 1 * ldc + LENGTH);
        FloatVector s2a = fromArray(SPECIES, c, cAt + 2 * ldc);
        FloatVector s2b = fromArray(SPECIES, c, cAt + 2 * ldc + LENGTH);
        FloatVector s3a = fromArray(SPECIES, c, cAt + 3 * ldc);
        FloatVector s3b = fromArray(SPECIES, c, cAt + 3 * ldc + LENGTH);
        FloatVector s4a = fromArray(SPECIES, c, cAt + 4 * ldc);
        FloatVector s4b = fromArray(SPECIES, c, cAt + 4 * ldc + LENGTH);
        FloatVector s5a = fromArray(SPECIES, c, cAt + 5 * ldc);
        FloatVector s5b = fromArray(SPECIES, c, cAt + 5 * ldc + LENGTH);
        FloatVector s6a = fromArray(SPECIES, c, cAt + 6 * ldc);
        FloatVector s6b = fromArray(SPECIES, c, cAt + 6 * ldc + LENGTH);
        FloatVector s7a = fromArray(SPECIES, c, cAt + 7 * ldc);
        FloatVector s7b = fromArray(SPECIES, c, cAt + 7 * ldc + LENGTH);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, b, bAt + k * (2 * LENGTH));
            FloatVector b1 = fromArray(SPECIES, b, bAt + k * (2 * LENGTH) + LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aAt + k * PANEL]);
            s0a = a0.fma(b0, s0a);
            s0b = a0.fma(b1, s0b);
            FloatVector a1 = broadcast(SPECIES, a[aAt + k * PANEL + 1]);
            s1a = a1.fma(b0, s1a);
            s1b = a1.fma(b1, s1b);
            FloatVector a2 = broadcast(SPECIES, a[aAt + k * PANEL + 2]);
            s2a = a2.fma(b0, s2a);
            s2b = a2.fma(b1, s2b);
            FloatVector a3 = broadcast(SPECIES, a[aAt + k * PANEL + 3]);
            s3a = a3.fma(b0, s3a);
            s3b = a3.fma(b1, s3b);
            FloatVector a4 = broadcast(SPECIES, a[aAt + k * PANEL + 4]);
            s4a = a4.fma(b0, s4a);
            s4b = a4.fma(b1, s4b);
            FloatVector a5 = broadcast(SPECIES, a[aAt + k * PANEL + 5]);
            s5a = a5.fma(b0, s5a);
            s5b = a5.fma(b1, s5b);
            FloatVector a6 = broadcast(SPECIES, a[aAt + k * PANEL + 6]);
            s6a = a6.fma(b0, s6a);
            s6b = a6.fma(b1, s6b);
            FloatVector a7 = broadcast(SPECIES, a[aAt + k * PANEL + 7]);
            s7a = a7.fma(b0, s7a);
            s7b = a7.fma(b1, s7b);
        }
        s0a.intoArray(c, cAt + 0 * ldc);
        s0b.intoArray(c, cAt + 0 * ldc + LENGTH);
        s1a.intoArray(c, cAt + 1 * ldc);
        s1b.intoArray(c, cAt + 1 * ldc + LENGTH);
        s2a.intoArray(c, cAt + 2 * ldc);
        s2b.intoArray(c, cAt + 2 * ldc + LENGTH);
        s3a.intoArray(c, cAt + 3 * ldc);
        s3b.intoArray(c, cAt + 3 * ldc + LENGTH);
        s4a.intoArray(c, cAt + 4 * ldc);
        s4b.intoArray(c, cAt + 4 * ldc + LENGTH);
        s5a.intoArray(c, cAt + 5 * ldc);
        s5b.intoArray(c, cAt + 5 * ldc + LENGTH);
        s6a.intoArray(c, cAt + 6 * ldc);
        s6b.intoArray(c, cAt + 6 * ldc + LENGTH);
        s7a.intoArray(c, cAt + 7 * ldc);
        s7b.intoArray(c, cAt + 7 * ldc + LENGTH);
    }

    private static void rows1(
            int n, float[] a, int aAt, int lda, int last, float[] b, int bAt, float[] c, int cAt, int ldc) {
        int r0 = aAt + Math.min(0, last) * lda;
        int r1 = aAt + Math.min(1, last) * lda;
        int r2 = aAt + Math.min(2, last) * lda;
        int r3 = aAt + Math.min(3, last) * lda;
        int r4 = aAt + Math.min(4, last) * lda;
        int r5 = aAt + Math.min(5, last) * lda;
        int r6 = aAt + Math.min(6, last) * lda;
        int r7 = aAt + Math.min(7, last) * lda;
        FloatVector s0 = fromArray(SPECIES, c, cAt + 0 * ldc);
        FloatVector s1 = fromArray(SPECIES, c, cAt + 1 * ldc);
        FloatVector s2 = fromArray(SPECIES, c, cAt + 2 * ldc);
        FloatVector s3 = fromArray(SPECIES, c, cAt + 3 * ldc);
        FloatVector s4 = fromArray(SPECIES, c, cAt + 4 * ldc);
        FloatVector s5 = fromArray(SPECIES, c, cAt + 5 * ldc);
        FloatVector s6 = fromArray(SPECIES, c, cAt + 6 * ldc);
        FloatVector s7 = fromArray(SPECIES, c, cAt + 7 * ldc);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, b, bAt + k * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[r0 + k]);
            s0 = a0.fma(b0, s0);
            FloatVector a1 = broadcast(SPECIES, a[r1 + k]);
            s1 = a1.fma(b0, s1);
            FloatVector a2 = broadcast(SPECIES, a[r2 + k]);
            s2 = a2.fma(b0, s2);
            FloatVector a3 = broadcast(SPECIES, a[r3 + k]);
            s3 = a3.fma(b0, s3);
            FloatVector a4 = broadcast(SPECIES, a[r4 + k]);
            s4 = a4.fma(b0, s4);
            FloatVector a5 = broadcast(SPECIES, a[r5 + k]);
            s5 = a5.fma(b0, s5);
            FloatVector a6 = broadcast(SPECIES, a[r6 + k]);
            s6 = a6.fma(b0, s6);
            FloatVector a7 = broadcast(SPECIES, a[r7 + k]);
            s7 = a7.fma(b0, s7);
        }
        s0.intoArray(c, cAt + 0 * ldc);
        s1.intoArray(c, cAt + 1 * ldc);
        s2.intoArray(c, cAt + 2 * ldc);
        s3.intoArray(c, cAt + 3 * ldc);
        s4.intoArray(c, cAt + 4 * ldc);
        s5.intoArray(c, cAt + 5 * ldc);
        s6.intoArray(c, cAt + 6 * ldc);
        s7.intoArray(c, cAt + 7 * ldc);
    }

    private static void columns1(int n, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int ldc) {
        FloatVector s0 = fromArray(SPECIES, c, cAt + 0 * ldc);
        FloatVector s1 = fromArray(SPECIES, c, cAt + 1 * ldc);
        FloatVector s2 = fromArray(SPECIES, c, cAt + 2 * ldc);
        FloatVector s3 = fromArray(SPECIES, c, cAt + 3 * ldc);
        FloatVector s4 = fromArray(SPECIES, c, cAt + 4 * ldc);
        FloatVector s5 = fromArray(SPECIES, c, cAt + 5 * ldc);
        FloatVector s6 = fromArray(SPECIES, c, cAt + 6 * ldc);
        FloatVector s7 = fromArray(SPECIES, c, cAt + 7 * ldc);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, b, bAt + k * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aAt + k * PANEL]);
            s0 = a0.fma(b0, s0);
            FloatVector a1 = broadcast(SPECIES, a[aAt + k * PANEL + 1]);
            s1 = a1.fma(b0, s1);
            FloatVector a2 = broadcast(SPECIES, a[aAt + k * PANEL + 2]);
            s2 = a2.fma(b0, s2);
            FloatVector a3 = broadcast(SPECIES, a[aAt + k * PANEL + 3]);
            s3 = a3.fma(b0, s3);
            FloatVector a4 = broadcast(SPECIES, a[aAt + k * PANEL + 4]);
            s4 = a4.fma(b0, s4);
            FloatVector a5 = broadcast(SPECIES, a[aAt + k * PANEL + 5]);
            s5 = a5.fma(b0, s5);
            FloatVector a6 = broadcast(SPECIES, a[aAt + k * PANEL + 6]);
            s6 = a6.fma(b0, s6);
            FloatVector a7 = broadcast(SPECIES, a[aAt + k * PANEL + 7]);
            s7 = a7.fma(b0, s7);
        }
        s0.intoArray(c, cAt + 0 * ldc);
        s1.intoArray(c, cAt + 1 * ldc);
        s2.intoArray(c, cAt + 2 * ldc);
        s3.intoArray(c, cAt + 3 * ldc);
        s4.intoArray(c, cAt + 4 * ldc);
        s5.intoArray(c, cAt + 5 * ldc);
        s6.intoArray(c, cAt + 6 * ldc);
        s7.intoArray(c, cAt + 7 * ldc);
    }
}
