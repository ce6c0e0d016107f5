package org.icl4j.kernels.vector;

import static java.lang.invoke.VarHandle.loadLoadFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Register tiles of attention: C = S + A·B, one fused multiply-add a term in ascending k, for up to {@link #ROWS} rows and {@link
 * #WIDTH} columns of C. All operands are in one array; rows of A are {@link #A_ROW} apart, so that their addresses take no
 * instructions of their own, and B is packed [n, {@link #WIDTH}]. An element has the same bits in every tile. Accumulators are
 * local variables one by one because C2 keeps no array of vectors in registers; with two vectors a row, an element of A that is
 * broadcast serves twice.
 */
final class AttentionTiles {
    /** Rows of the largest tile: 16 accumulators where there are 32 registers, else 12. */
    static final int ROWS = LENGTH >= 16 ? 8 : 6;

    /** Columns of the largest tile. */
    static final int WIDTH = 2 * LENGTH;

    /** Elements from one row of A to the next, and so the most terms. */
    static final int A_ROW = QueryBlock.KEYS;

    private AttentionTiles() {}

    /** {@code n} rounded up to whole tiles' columns. */
    static int wide(int n) {
        return Math.ceilDiv(n, WIDTH) * WIDTH;
    }

    /** Elements of a row of A with {@code n} terms, in whole panels of {@link #A_ROW}. */
    static int rowsOfA(int n) {
        return Math.ceilDiv(n, A_ROW) * A_ROW;
    }

    /** Rows that are written for {@code rows} rows, {@link #ROWS} at most. */
    static int written(int rows) {
        return rows > 4 ? ROWS : rows > 1 ? 4 : rows;
    }

    /**
     * C for {@code rows} rows, filled up to {@link #written}, and {@code width} columns, filled up to whole vectors.
     *
     * @param n terms, up to {@link #A_ROW}
     * @param aAt element (r, k) of A is at aAt + r·{@link #A_ROW} + k
     * @param startAt element (r, j) of S is at startAt + r·ldStart + j
     * @param cAt element (r, j) of C is at cAt + r·ldc + j
     */
    static void rows(
            int rows, int width, float[] s, int n, int aAt, int bAt, int startAt, int ldStart, int cAt, int ldc) {
        if (width > LENGTH) {
            pairs(rows, s, n, aAt, bAt, startAt, ldStart, cAt, ldc);
        } else {
            singles(rows, s, n, aAt, bAt, startAt, ldStart, cAt, ldc);
        }
    }

    private static void pairs(
            int rows, float[] s, int n, int aAt, int bAt, int startAt, int ldStart, int cAt, int ldc) {
        if (rows > 4 && ROWS == 8) {
            rows8x2(s, n, aAt, bAt, startAt, ldStart, cAt, ldc);
        } else if (rows > 4) {
            rows6x2(s, n, aAt, bAt, startAt, ldStart, cAt, ldc);
        } else if (rows > 1) {
            rows4x2(s, n, aAt, bAt, startAt, ldStart, cAt, ldc);
        } else {
            rows1x2(s, n, aAt, bAt, startAt, cAt);
        }
    }

    private static void singles(
            int rows, float[] s, int n, int aAt, int bAt, int startAt, int ldStart, int cAt, int ldc) {
        if (rows > 4 && ROWS == 8) {
            rows8x1(s, n, aAt, bAt, startAt, ldStart, cAt, ldc);
        } else if (rows > 4) {
            rows6x1(s, n, aAt, bAt, startAt, ldStart, cAt, ldc);
        } else if (rows > 1) {
            rows4x1(s, n, aAt, bAt, startAt, ldStart, cAt, ldc);
        } else {
            rows1x1(s, n, aAt, bAt, startAt, cAt);
        }
    }

    private static void rows8x2(float[] s, int n, int aAt, int bAt, int startAt, int ldStart, int cAt, int ldc) {
        FloatVector s0a = fromArray(SPECIES, s, startAt);
        FloatVector s0b = fromArray(SPECIES, s, startAt + LENGTH);
        FloatVector s1a = fromArray(SPECIES, s, startAt + 1 * ldStart);
        FloatVector s1b = fromArray(SPECIES, s, startAt + 1 * ldStart + LENGTH);
        FloatVector s2a = fromArray(SPECIES, s, startAt + 2 * ldStart);
        FloatVector s2b = fromArray(SPECIES, s, startAt + 2 * ldStart + LENGTH);
        FloatVector s3a = fromArray(SPECIES, s, startAt + 3 * ldStart);
        FloatVector s3b = fromArray(SPECIES, s, startAt + 3 * ldStart + LENGTH);
        FloatVector s4a = fromArray(SPECIES, s, startAt + 4 * ldStart);
        FloatVector s4b = fromArray(SPECIES, s, startAt + 4 * ldStart + LENGTH);
        FloatVector s5a = fromArray(SPECIES, s, startAt + 5 * ldStart);
        FloatVector s5b = fromArray(SPECIES, s, startAt + 5 * ldStart + LENGTH);
        FloatVector s6a = fromArray(SPECIES, s, startAt + 6 * ldStart);
        FloatVector s6b = fromArray(SPECIES, s, startAt + 6 * ldStart + LENGTH);
        FloatVector s7a = fromArray(SPECIES, s, startAt + 7 * ldStart);
        FloatVector s7b = fromArray(SPECIES, s, startAt + 7 * ldStart + LENGTH);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector b1 = fromArray(SPECIES, s, bAt + k * WIDTH + LENGTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k]);
            s0a = a0.fma(b0, s0a);
            s0b = a0.fma(b1, s0b);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k + 1 * A_ROW]);
            s1a = a1.fma(b0, s1a);
            s1b = a1.fma(b1, s1b);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k + 2 * A_ROW]);
            s2a = a2.fma(b0, s2a);
            s2b = a2.fma(b1, s2b);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k + 3 * A_ROW]);
            s3a = a3.fma(b0, s3a);
            s3b = a3.fma(b1, s3b);
            FloatVector a4 = broadcast(SPECIES, s[aAt + k + 4 * A_ROW]);
            s4a = a4.fma(b0, s4a);
            s4b = a4.fma(b1, s4b);
            FloatVector a5 = broadcast(SPECIES, s[aAt + k + 5 * A_ROW]);
            s5a = a5.fma(b0, s5a);
            s5b = a5.fma(b1, s5b);
            FloatVector a6 = broadcast(SPECIES, s[aAt + k + 6 * A_ROW]);
            s6a = a6.fma(b0, s6a);
            s6b = a6.fma(b1, s6b);
            FloatVector a7 = broadcast(SPECIES, s[aAt + k + 7 * A_ROW]);
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

    private static void rows8x1(float[] s, int n, int aAt, int bAt, int startAt, int ldStart, int cAt, int ldc) {
        FloatVector s0 = fromArray(SPECIES, s, startAt);
        FloatVector s1 = fromArray(SPECIES, s, startAt + 1 * ldStart);
        FloatVector s2 = fromArray(SPECIES, s, startAt + 2 * ldStart);
        FloatVector s3 = fromArray(SPECIES, s, startAt + 3 * ldStart);
        FloatVector s4 = fromArray(SPECIES, s, startAt + 4 * ldStart);
        FloatVector s5 = fromArray(SPECIES, s, startAt + 5 * ldStart);
        FloatVector s6 = fromArray(SPECIES, s, startAt + 6 * ldStart);
        FloatVector s7 = fromArray(SPECIES, s, startAt + 7 * ldStart);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k]);
            s0 = a0.fma(b0, s0);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k + 1 * A_ROW]);
            s1 = a1.fma(b0, s1);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k + 2 * A_ROW]);
            s2 = a2.fma(b0, s2);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k + 3 * A_ROW]);
            s3 = a3.fma(b0, s3);
            FloatVector a4 = broadcast(SPECIES, s[aAt + k + 4 * A_ROW]);
            s4 = a4.fma(b0, s4);
            FloatVector a5 = broadcast(SPECIES, s[aAt + k + 5 * A_ROW]);
            s5 = a5.fma(b0, s5);
            FloatVector a6 = broadcast(SPECIES, s[aAt + k + 6 * A_ROW]);
            s6 = a6.fma(b0, s6);
            FloatVector a7 = broadcast(SPECIES, s[aAt + k + 7 * A_ROW]);
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

    /** Fences, of which nothing is left in the code, keep C2 from reading ahead, for which there are no registers. */
    private static void rows6x2(float[] s, int n, int aAt, int bAt, int startAt, int ldStart, int cAt, int ldc) {
        FloatVector s0a = fromArray(SPECIES, s, startAt);
        FloatVector s0b = fromArray(SPECIES, s, startAt + LENGTH);
        FloatVector s1a = fromArray(SPECIES, s, startAt + 1 * ldStart);
        FloatVector s1b = fromArray(SPECIES, s, startAt + 1 * ldStart + LENGTH);
        FloatVector s2a = fromArray(SPECIES, s, startAt + 2 * ldStart);
        FloatVector s2b = fromArray(SPECIES, s, startAt + 2 * ldStart + LENGTH);
        FloatVector s3a = fromArray(SPECIES, s, startAt + 3 * ldStart);
        FloatVector s3b = fromArray(SPECIES, s, startAt + 3 * ldStart + LENGTH);
        FloatVector s4a = fromArray(SPECIES, s, startAt + 4 * ldStart);
        FloatVector s4b = fromArray(SPECIES, s, startAt + 4 * ldStart + LENGTH);
        FloatVector s5a = fromArray(SPECIES, s, startAt + 5 * ldStart);
        FloatVector s5b = fromArray(SPECIES, s, startAt + 5 * ldStart + LENGTH);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector b1 = fromArray(SPECIES, s, bAt + k * WIDTH + LENGTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k]);
            s0a = a0.fma(b0, s0a);
            s0b = a0.fma(b1, s0b);
            loadLoadFence();
            FloatVector a1 = broadcast(SPECIES, s[aAt + k + 1 * A_ROW]);
            s1a = a1.fma(b0, s1a);
            s1b = a1.fma(b1, s1b);
            loadLoadFence();
            FloatVector a2 = broadcast(SPECIES, s[aAt + k + 2 * A_ROW]);
            s2a = a2.fma(b0, s2a);
            s2b = a2.fma(b1, s2b);
            loadLoadFence();
            FloatVector a3 = broadcast(SPECIES, s[aAt + k + 3 * A_ROW]);
            s3a = a3.fma(b0, s3a);
            s3b = a3.fma(b1, s3b);
            loadLoadFence();
            FloatVector a4 = broadcast(SPECIES, s[aAt + k + 4 * A_ROW]);
            s4a = a4.fma(b0, s4a);
            s4b = a4.fma(b1, s4b);
            loadLoadFence();
            FloatVector a5 = broadcast(SPECIES, s[aAt + k + 5 * A_ROW]);
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

    private static void rows6x1(float[] s, int n, int aAt, int bAt, int startAt, int ldStart, int cAt, int ldc) {
        FloatVector s0 = fromArray(SPECIES, s, startAt);
        FloatVector s1 = fromArray(SPECIES, s, startAt + 1 * ldStart);
        FloatVector s2 = fromArray(SPECIES, s, startAt + 2 * ldStart);
        FloatVector s3 = fromArray(SPECIES, s, startAt + 3 * ldStart);
        FloatVector s4 = fromArray(SPECIES, s, startAt + 4 * ldStart);
        FloatVector s5 = fromArray(SPECIES, s, startAt + 5 * ldStart);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k]);
            s0 = a0.fma(b0, s0);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k + 1 * A_ROW]);
            s1 = a1.fma(b0, s1);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k + 2 * A_ROW]);
            s2 = a2.fma(b0, s2);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k + 3 * A_ROW]);
            s3 = a3.fma(b0, s3);
            FloatVector a4 = broadcast(SPECIES, s[aAt + k + 4 * A_ROW]);
            s4 = a4.fma(b0, s4);
            FloatVector a5 = broadcast(SPECIES, s[aAt + k + 5 * A_ROW]);
            s5 = a5.fma(b0, s5);
        }
        s0.intoArray(s, cAt);
        s1.intoArray(s, cAt + 1 * ldc);
        s2.intoArray(s, cAt + 2 * ldc);
        s3.intoArray(s, cAt + 3 * ldc);
        s4.intoArray(s, cAt + 4 * ldc);
        s5.intoArray(s, cAt + 5 * ldc);
    }

    private static void rows4x2(float[] s, int n, int aAt, int bAt, int startAt, int ldStart, int cAt, int ldc) {
        FloatVector s0a = fromArray(SPECIES, s, startAt);
        FloatVector s0b = fromArray(SPECIES, s, startAt + LENGTH);
        FloatVector s1a = fromArray(SPECIES, s, startAt + 1 * ldStart);
        FloatVector s1b = fromArray(SPECIES, s, startAt + 1 * ldStart + LENGTH);
        FloatVector s2a = fromArray(SPECIES, s, startAt + 2 * ldStart);
        FloatVector s2b = fromArray(SPECIES, s, startAt + 2 * ldStart + LENGTH);
        FloatVector s3a = fromArray(SPECIES, s, startAt + 3 * ldStart);
        FloatVector s3b = fromArray(SPECIES, s, startAt + 3 * ldStart + LENGTH);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector b1 = fromArray(SPECIES, s, bAt + k * WIDTH + LENGTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k]);
            s0a = a0.fma(b0, s0a);
            s0b = a0.fma(b1, s0b);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k + 1 * A_ROW]);
            s1a = a1.fma(b0, s1a);
            s1b = a1.fma(b1, s1b);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k + 2 * A_ROW]);
            s2a = a2.fma(b0, s2a);
            s2b = a2.fma(b1, s2b);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k + 3 * A_ROW]);
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

    private static void rows4x1(float[] s, int n, int aAt, int bAt, int startAt, int ldStart, int cAt, int ldc) {
        FloatVector s0 = fromArray(SPECIES, s, startAt);
        FloatVector s1 = fromArray(SPECIES, s, startAt + 1 * ldStart);
        FloatVector s2 = fromArray(SPECIES, s, startAt + 2 * ldStart);
        FloatVector s3 = fromArray(SPECIES, s, startAt + 3 * ldStart);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k]);
            s0 = a0.fma(b0, s0);
            FloatVector a1 = broadcast(SPECIES, s[aAt + k + 1 * A_ROW]);
            s1 = a1.fma(b0, s1);
            FloatVector a2 = broadcast(SPECIES, s[aAt + k + 2 * A_ROW]);
            s2 = a2.fma(b0, s2);
            FloatVector a3 = broadcast(SPECIES, s[aAt + k + 3 * A_ROW]);
            s3 = a3.fma(b0, s3);
        }
        s0.intoArray(s, cAt);
        s1.intoArray(s, cAt + 1 * ldc);
        s2.intoArray(s, cAt + 2 * ldc);
        s3.intoArray(s, cAt + 3 * ldc);
    }

    private static void rows1x2(float[] s, int n, int aAt, int bAt, int startAt, int cAt) {
        FloatVector s0a = fromArray(SPECIES, s, startAt);
        FloatVector s0b = fromArray(SPECIES, s, startAt + LENGTH);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector b1 = fromArray(SPECIES, s, bAt + k * WIDTH + LENGTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k]);
            s0a = a0.fma(b0, s0a);
            s0b = a0.fma(b1, s0b);
        }
        s0a.intoArray(s, cAt);
        s0b.intoArray(s, cAt + LENGTH);
    }

    private static void rows1x1(float[] s, int n, int aAt, int bAt, int startAt, int cAt) {
        FloatVector s0 = fromArray(SPECIES, s, startAt);
        for (int k = 0; k < n; k++) {
            FloatVector b0 = fromArray(SPECIES, s, bAt + k * WIDTH);
            FloatVector a0 = broadcast(SPECIES, s[aAt + k]);
            s0 = a0.fma(b0, s0);
        }
        s0.intoArray(s, cAt);
    }
}
