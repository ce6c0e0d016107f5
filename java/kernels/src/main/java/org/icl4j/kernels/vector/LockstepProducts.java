package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.LockstepTiles.NARROW;
import static org.icl4j.kernels.vector.LockstepTiles.PAIR;
import static org.icl4j.kernels.vector.LockstepTiles.WIDE;

/**
 * The products of causal attention between a block of {@code rows} queries, of which the first is {@code first}, an even number, and the
 * keys from 0 on, every lane its own: for a pair of queries only what the second of them sees is computed, rounded up to a tile. A block
 * of columns of the right operand stays in the first-level cache while the left one passes by.
 */
final class LockstepProducts {
    /** Zeros in front of the working array, from which sums start. */
    static final int ZEROS = WIDE * PAIR;

    private LockstepProducts() {}

    /**
     * C ← A·Bᵀ.
     *
     * @param a [rows, cols] of the block
     * @param b [keys, cols]
     * @param c [rows, keys], {@code ldc} elements a pair of rows
     */
    static void scores(float[] s, int first, int rows, int cols, int a, int b, int c, int ldc) {
        int pair = LockstepPacking.pair(cols);
        for (int key = 0; key < first + rows; key += WIDE) {
            int panel = b + key / 2 * pair;
            for (int i = Math.max(0, key - first) / 2; i < pairs(rows); i++) {
                LockstepTiles.scores(s, cols, a + i * pair, panel, pair, c + i * ldc + key * PAIR);
            }
        }
    }

    /**
     * C ← A·B over the keys from {@code key}, an even number, on, {@code keys} at most; rows of queries that see none of them stay as
     * they are.
     *
     * @param a [rows, keys], {@code lda} elements a pair of rows
     * @param b [keys, cols]
     * @param c [rows, cols]
     */
    static void mix(float[] s, int first, int rows, int key, int keys, int cols, int a, int lda, int b, int c) {
        int pair = LockstepPacking.pair(cols);
        int from = a + key * PAIR;
        int panel = b + key / 2 * pair;
        for (int d = 0; d < cols; d += width(cols - d)) {
            for (int i = Math.max(0, key - first) / 2; i < pairs(rows); i++) {
                int terms = Math.min(keys, first + 2 * i + 2 - key) / 2;
                int column = d * PAIR;
                LockstepTiles.mix(
                        width(cols - d), s, terms, from + i * lda, panel + column, pair, c + i * pair + column);
            }
        }
    }

    /**
     * C ← Aᵀ·B, or C + Aᵀ·B for the rows that have it from earlier queries.
     *
     * @param a [rows, keys], {@code lda} elements a pair of rows
     * @param b [rows, cols]
     * @param c [keys, cols]
     */
    static void outer(float[] s, int first, int rows, int cols, int a, int lda, int b, int c) {
        int pair = LockstepPacking.pair(cols);
        for (int d = 0; d < cols; d += width(cols - d)) {
            for (int key = 0; key < first + rows; key += 2) {
                int i = Math.max(0, key - first) / 2;
                int ofA = a + i * lda + key * PAIR;
                int ofB = b + i * pair + d * PAIR;
                int ofC = c + key / 2 * pair + d * PAIR;
                int start = key < first ? ofC : 0;
                LockstepOuterTiles.add(width(cols - d), s, pairs(rows) - i, ofA, lda, ofB, pair, start, ofC);
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
