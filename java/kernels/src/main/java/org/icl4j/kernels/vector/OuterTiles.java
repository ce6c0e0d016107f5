package org.icl4j.kernels.vector;

import static java.lang.invoke.VarHandle.loadLoadFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.QueryBlock.KEYS;

import jdk.incubator.vector.FloatVector;

/**
 * Register tiles of the gradients of keys and values: C ← C + Aᵀ·B, one fused multiply-add a term in ascending k, for {@link
 * #ROWS} rows of C. A is [n, {@link QueryBlock#KEYS}] and B is packed [n, {@link AttentionTiles#WIDTH}], all in one
 * array, with accumulators as in {@link AttentionTiles}.
 */
final class OuterTiles {
    /** Rows of the largest tile: 16 accumulators where there are 32 registers, else 12. */
    private static final int ROWS = AttentionTiles.ROWS;

    /** Columns of A that a tile reads on either side of one that counts, beyond those of the same whole vector. */
    static final int MARGIN = ROWS == 8 ? 0 : ROWS - 1;

    private OuterTiles() {}

    /** Rows of the tile that begins with row {@code key} of a block of keys. */
    static int rows(int key) {
        return KEYS - key < ROWS ? 4 : ROWS;
    }

    /**
     * C for {@code rows} rows and {@code width} columns, filled up to whole vectors.
     *
     * @param rows as {@link #rows} has it
     * @param aAt element (k, r) of A is at aAt + k·KEYS + r
     * @param cAt element (r, j) of C is at cAt + r·ldc + j
     */
    static void add(int rows, int width, float[] s, int n, int aAt, int bAt, int cAt, int ldc) {
        if (width > LENGTH) {
            pairs(rows, s, n, aAt, bAt, cAt, ldc);
        } else {
            singles(rows, s, n, aAt, bAt, cAt, ldc);
        }
    }

    private static void pairs(int rows, float[] s, int n, int aAt, int bAt, int cAt, int ldc) {
        switch (rows) {
            case 8 -> rows8x2(s, n, aAt, bAt, cAt, ldc);
            case 6 -> rows6x2(s, n, aAt, bAt, cAt, ldc);
            default -> rows4x2(s, n, aAt, bAt, cAt, ldc);
        }
    }

    private static void singles(int rows, float[] s, int n, int aAt, int bAt, int cAt, int ldc) {
        switch (rows) {
            case 8 -> rows8x1(s, n, aAt, bAt, cAt, ldc);
            case 6 -> rows6x1(s, n, aAt, bAt, cAt, ldc);
            default -> rows4x1(s, n, aAt, bAt, cAt, ldc);
        }
    }

    private static void rows8x2(float[] s, int n, int aAt, int bAt, int cAt, int ldc) {
        FloatVector s0a = fromArray(SPECIES, s, cAt);
        FloatVector s0b = fromArray(SPECIES, s, cAt + LENGTH);
        FloatVector s1a = fromArray(SPECIES, s, cAt + 1 * ldc);
        FloatVector s1b = fromArray(SPECIES, s, cAt + 1 * ldc + LENGTH);
        FloatVector s2a = fromArray(SPECIES, s, cAt + 2 * ldc);
        FloatVector s2b = fromArray(SPECIES, s, cAt + 2 * ldc + LENGTH);
        FloatVector s3a = fromArray(SPECIES, s, cAt + 3 * ldc);
        FloatVector s3b = fromArray(SPECIES, s, cAt + 3 * ldc + LENGTH);
        FloatVector s4a = fromArray(SPECIES, s, cAt + 4 * ldc);
        FloatVector s4b = fromArray(SPECIES, s, cAt + 4 * ldc + LENGTH);
        FloatVector s5a = fromArray(SPECIES, s, cAt + 5 * ldc);
        FloatVector s5b = fromArray(SPECIES, s, cAt + 5 * ldc + LENGTH);
        FloatVector s6a = fromArray(SPECIES, s, cAt + 6 * ldc);
        FloatVector s6b = fromArray(SPECIES, s, cAt + 6 * ldc + LENGTH);
        FloatVector s7a = fromArray(SPECIES, s, cAt + 7 * ldc);
        FloatVector s7b = fromArray(SPECIES, s, cAt + 7 * ldc + LENGTH);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector b1 = fromArray(SPECIES, s, bAt + k * WIDTH + LENGTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k * KEYS]);
            s0a = a0.fma(b0, s0a);
            s0b = a0.fma(b1, s0b);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k * KEYS + 1]);
            s1a = a1.fma(b0, s1a);
            s1b = a1.fma(b1, s1b);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k * KEYS + 2]);
            s2a = a2.fma(b0, s2a);
            s2b = a2.fma(b1, s2b);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k * KEYS + 3]);
            s3a = a3.fma(b0, s3a);
            s3b = a3.fma(b1, s3b);
            FloatVector a4 = broadcast(SPECIES, s[aAt + k * KEYS + 4]);
            s4a = a4.fma(b0, s4a);
            s4b = a4.fma(b1, s4b);
            FloatVector a5 = broadcast(SPECIES, s[aAt + k * KEYS + 5]);
            s5a = a5.fma(b0, s5a);
            s5b = a5.fma(b1, s5b);
            FloatVector a6 = broadcast(SPECIES, s[aAt + k * KEYS + 6]);
            s6a = a6.fma(b0, s6a);
            s6b = a6.fma(b1, s6b);
            FloatVector a7 = broadcast(SPECIES, s[aAt + k * KEYS + 7]);
            s7a = a7.fma(b0, s7a);
            s7b = a7.fma(b1, s7b);
        }
        s0a.intoArray(s, cAt);
        s0b.intoArray(s, cAt + LENGTH);
        s1a.intoArray(s, cAt + 1 * ldc);
        s1b.intoArray(s, cAt + 1 * ldc + LENGTH);
        s2a.intoArray(s, cAt + 2 * ldc);
        s2b.intoArray(s, cAt + 2 * ldc + LENGTH);
        s3a.intoArray(s, cAt + 3 * ldc);
        s3b.intoArray(s, cAt + 3 * ldc + LENGTH);
        s4a.intoArray(s, cAt + 4 * ldc);
        s4b.intoArray(s, cAt + 4 * ldc + LENGTH);
        s5a.intoArray(s, cAt + 5 * ldc);
        s5b.intoArray(s, cAt + 5 * ldc + LENGTH);
        s6a.intoArray(s, cAt + 6 * ldc);
        s6b.intoArray(s, cAt + 6 * ldc + LENGTH);
        s7a.intoArray(s, cAt + 7 * ldc);
        s7b.intoArray(s, cAt + 7 * ldc + LENGTH);
    }

    private static void rows8x1(float[] s, int n, int aAt, int bAt, int cAt, int ldc) {
        FloatVector s0 = fromArray(SPECIES, s, cAt);
        FloatVector s1 = fromArray(SPECIES, s, cAt + 1 * ldc);
        FloatVector s2 = fromArray(SPECIES, s, cAt + 2 * ldc);
        FloatVector s3 = fromArray(SPECIES, s, cAt + 3 * ldc);
        FloatVector s4 = fromArray(SPECIES, s, cAt + 4 * ldc);
        FloatVector s5 = fromArray(SPECIES, s, cAt + 5 * ldc);
        FloatVector s6 = fromArray(SPECIES, s, cAt + 6 * ldc);
        FloatVector s7 = fromArray(SPECIES, s, cAt + 7 * ldc);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k * KEYS]);
            s0 = a0.fma(b0, s0);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k * KEYS + 1]);
            s1 = a1.fma(b0, s1);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k * KEYS + 2]);
            s2 = a2.fma(b0, s2);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k * KEYS + 3]);
            s3 = a3.fma(b0, s3);
            FloatVector a4 = broadcast(SPECIES, s[aAt + k * KEYS + 4]);
            s4 = a4.fma(b0, s4);
            FloatVector a5 = broadcast(SPECIES, s[aAt + k * KEYS + 5]);
            s5 = a5.fma(b0, s5);
            FloatVector a6 = broadcast(SPECIES, s[aAt + k * KEYS + 6]);
            s6 = a6.fma(b0, s6);
            FloatVector a7 = broadcast(SPECIES, s[aAt + k * KEYS + 7]);
            s7 = a7.fma(b0, s7);
        }
        s0.intoArray(s, cAt);
        s1.intoArray(s, cAt + 1 * ldc);
        s2.intoArray(s, cAt + 2 * ldc);
        s3.intoArray(s, cAt + 3 * ldc);
        s4.intoArray(s, cAt + 4 * ldc);
        s5.intoArray(s, cAt + 5 * ldc);
        s6.intoArray(s, cAt + 6 * ldc);
        s7.intoArray(s, cAt + 7 * ldc);
    }

    /** With fences as {@link AttentionTiles} has them. */
    private static void rows6x2(float[] s, int n, int aAt, int bAt, int cAt, int ldc) {
        FloatVector s0a = fromArray(SPECIES, s, cAt);
        FloatVector s0b = fromArray(SPECIES, s, cAt + LENGTH);
        FloatVector s1a = fromArray(SPECIES, s, cAt + 1 * ldc);
        FloatVector s1b = fromArray(SPECIES, s, cAt + 1 * ldc + LENGTH);
        FloatVector s2a = fromArray(SPECIES, s, cAt + 2 * ldc);
        FloatVector s2b = fromArray(SPECIES, s, cAt + 2 * ldc + LENGTH);
        FloatVector s3a = fromArray(SPECIES, s, cAt + 3 * ldc);
        FloatVector s3b = fromArray(SPECIES, s, cAt + 3 * ldc + LENGTH);
        FloatVector s4a = fromArray(SPECIES, s, cAt + 4 * ldc);
        FloatVector s4b = fromArray(SPECIES, s, cAt + 4 * ldc + LENGTH);
        FloatVector s5a = fromArray(SPECIES, s, cAt + 5 * ldc);
        FloatVector s5b = fromArray(SPECIES, s, cAt + 5 * ldc + LENGTH);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector b1 = fromArray(SPECIES, s, bAt + k * WIDTH + LENGTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k * KEYS]);
            s0a = a0.fma(b0, s0a);
            s0b = a0.fma(b1, s0b);
            loadLoadFence();
            FloatVector a1 = broadcast(SPECIES, s[aAt + k * KEYS + 1]);
            s1a = a1.fma(b0, s1a);
            s1b = a1.fma(b1, s1b);
            loadLoadFence();
            FloatVector a2 = broadcast(SPECIES, s[aAt + k * KEYS + 2]);
            s2a = a2.fma(b0, s2a);
            s2b = a2.fma(b1, s2b);
            loadLoadFence();
            FloatVector a3 = broadcast(SPECIES, s[aAt + k * KEYS + 3]);
            s3a = a3.fma(b0, s3a);
            s3b = a3.fma(b1, s3b);
            loadLoadFence();
            FloatVector a4 = broadcast(SPECIES, s[aAt + k * KEYS + 4]);
            s4a = a4.fma(b0, s4a);
            s4b = a4.fma(b1, s4b);
            loadLoadFence();
            FloatVector a5 = broadcast(SPECIES, s[aAt + k * KEYS + 5]);
            s5a = a5.fma(b0, s5a);
            s5b = a5.fma(b1, s5b);
        }
        s0a.intoArray(s, cAt);
        s0b.intoArray(s, cAt + LENGTH);
        s1a.intoArray(s, cAt + 1 * ldc);
        s1b.intoArray(s, cAt + 1 * ldc + LENGTH);
        s2a.intoArray(s, cAt + 2 * ldc);
        s2b.intoArray(s, cAt + 2 * ldc + LENGTH);
        s3a.intoArray(s, cAt + 3 * ldc);
        s3b.intoArray(s, cAt + 3 * ldc + LENGTH);
        s4a.intoArray(s, cAt + 4 * ldc);
        s4b.intoArray(s, cAt + 4 * ldc + LENGTH);
        s5a.intoArray(s, cAt + 5 * ldc);
        s5b.intoArray(s, cAt + 5 * ldc + LENGTH);
    }

    private static void rows6x1(float[] s, int n, int aAt, int bAt, int cAt, int ldc) {
        FloatVector s0 = fromArray(SPECIES, s, cAt);
        FloatVector s1 = fromArray(SPECIES, s, cAt + 1 * ldc);
        FloatVector s2 = fromArray(SPECIES, s, cAt + 2 * ldc);
        FloatVector s3 = fromArray(SPECIES, s, cAt + 3 * ldc);
        FloatVector s4 = fromArray(SPECIES, s, cAt + 4 * ldc);
        FloatVector s5 = fromArray(SPECIES, s, cAt + 5 * ldc);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k * KEYS]);
            s0 = a0.fma(b0, s0);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k * KEYS + 1]);
            s1 = a1.fma(b0, s1);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k * KEYS + 2]);
            s2 = a2.fma(b0, s2);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k * KEYS + 3]);
            s3 = a3.fma(b0, s3);
            FloatVector a4 = broadcast(SPECIES, s[aAt + k * KEYS + 4]);
            s4 = a4.fma(b0, s4);
            FloatVector a5 = broadcast(SPECIES, s[aAt + k * KEYS + 5]);
            s5 = a5.fma(b0, s5);
        }
        s0.intoArray(s, cAt);
        s1.intoArray(s, cAt + 1 * ldc);
        s2.intoArray(s, cAt + 2 * ldc);
        s3.intoArray(s, cAt + 3 * ldc);
        s4.intoArray(s, cAt + 4 * ldc);
        s5.intoArray(s, cAt + 5 * ldc);
    }

    private static void rows4x2(float[] s, int n, int aAt, int bAt, int cAt, int ldc) {
        FloatVector s0a = fromArray(SPECIES, s, cAt);
        FloatVector s0b = fromArray(SPECIES, s, cAt + LENGTH);
        FloatVector s1a = fromArray(SPECIES, s, cAt + 1 * ldc);
        FloatVector s1b = fromArray(SPECIES, s, cAt + 1 * ldc + LENGTH);
        FloatVector s2a = fromArray(SPECIES, s, cAt + 2 * ldc);
        FloatVector s2b = fromArray(SPECIES, s, cAt + 2 * ldc + LENGTH);
        FloatVector s3a = fromArray(SPECIES, s, cAt + 3 * ldc);
        FloatVector s3b = fromArray(SPECIES, s, cAt + 3 * ldc + LENGTH);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector b1 = fromArray(SPECIES, s, bAt + k * WIDTH + LENGTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k * KEYS]);
            s0a = a0.fma(b0, s0a);
            s0b = a0.fma(b1, s0b);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k * KEYS + 1]);
            s1a = a1.fma(b0, s1a);
            s1b = a1.fma(b1, s1b);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k * KEYS + 2]);
            s2a = a2.fma(b0, s2a);
            s2b = a2.fma(b1, s2b);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k * KEYS + 3]);
            s3a = a3.fma(b0, s3a);
            s3b = a3.fma(b1, s3b);
        }
        s0a.intoArray(s, cAt);
        s0b.intoArray(s, cAt + LENGTH);
        s1a.intoArray(s, cAt + 1 * ldc);
        s1b.intoArray(s, cAt + 1 * ldc + LENGTH);
        s2a.intoArray(s, cAt + 2 * ldc);
        s2b.intoArray(s, cAt + 2 * ldc + LENGTH);
        s3a.intoArray(s, cAt + 3 * ldc);
        s3b.intoArray(s, cAt + 3 * ldc + LENGTH);
    }

    private static void rows4x1(float[] s, int n, int aAt, int bAt, int cAt, int ldc) {
        FloatVector s0 = fromArray(SPECIES, s, cAt);
        FloatVector s1 = fromArray(SPECIES, s, cAt + 1 * ldc);
        FloatVector s2 = fromArray(SPECIES, s, cAt + 2 * ldc);
        FloatVector s3 = fromArray(SPECIES, s, cAt + 3 * ldc);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k * KEYS]);
            s0 = a0.fma(b0, s0);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k * KEYS + 1]);
            s1 = a1.fma(b0, s1);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k * KEYS + 2]);
            s2 = a2.fma(b0, s2);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k * KEYS + 3]);
            s3 = a3.fma(b0, s3);
        }
        s0.intoArray(s, cAt);
        s1.intoArray(s, cAt + 1 * ldc);
        s2.intoArray(s, cAt + 2 * ldc);
        s3.intoArray(s, cAt + 3 * ldc);
    }
}
