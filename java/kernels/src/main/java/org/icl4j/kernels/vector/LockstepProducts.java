package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.LockstepTiles.NARROW;
import static org.icl4j.kernels.vector.LockstepTiles.PAIR;
import static org.icl4j.kernels.vector.LockstepTiles.WIDE;

/**
 * The products of causal attention among {@code rows} queries and as many keys, every lane its own: for a pair of queries only what the
 * second of them sees is computed, rounded up to a tile. A block of columns of the right operand stays in the first-level cache while
 * the left one passes by.
 */
final class LockstepProducts {
    private LockstepProducts() {}

    /**
     * C ← A·Bᵀ.
     *
     * @param a [rows, cols], as b
     * @param c [rows, …], {@code ldc} elements a pair of rows
     */
    static void scores(float[] s, int rows, int cols, int a, int b, int c, int ldc) {
        int pair = LockstepPacking.pair(cols);
        int pairs = pairs(rows);
        for (int key = 0; key < rows; key += WIDE) {
            int panel = b + key / 2 * pair;
            for (int i = key / 2; i < pairs; i++) {
                LockstepTiles.scores(s, cols, a + i * pair, panel, pair, c + i * ldc + key * PAIR);
            }
        }
    }

    /**
     * C ← A·B, where row i of A has i + 1 terms.
     *
     * @param a [rows, rows], {@code lda} elements a pair of rows
     * @param b [rows, cols], as c
     */
    static void mix(float[] s, int rows, int cols, int a, int lda, int b, int c) {
        int pair = LockstepPacking.pair(cols);
        int pairs = pairs(rows);
        for (int d = 0; d < cols; d += width(cols - d)) {
            for (int i = 0; i < pairs; i++) {
                int column = d * PAIR;
                LockstepTiles.mix(width(cols - d), s, i + 1, a + i * lda, b + column, pair, c + i * pair + column);
            }
        }
    }

    /** C ← Aᵀ·B, otherwise as {@link #mix}. */
    static void outer(float[] s, int rows, int cols, int a, int lda, int b, int c) {
        int pair = LockstepPacking.pair(cols);
        int pairs = pairs(rows);
        for (int d = 0; d < cols; d += width(cols - d)) {
            for (int k = 0; k < pairs; k++) {
                int ofA = a + k * lda + k * 2 * PAIR;
                int row = k * pair + d * PAIR;
                LockstepTiles.outer(width(cols - d), s, pairs - k, ofA, lda, b + row, pair, c + row);
            }
        }
    }

    /** Columns of the next tile, where {@code rest} columns are left, an even number of at least 4. */
    private static int width(int rest) {
        return rest % WIDE == 0 || rest > 2 * NARROW ? WIDE : NARROW;
    }

    private static int pairs(int rows) {
        return Math.ceilDiv(rows, 2);
    }
}
