package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.LockstepTiles.PAIR;

import org.icl4j.kernels.Matrix;

/**
 * Rows of LENGTH heads to matrices of which each lane is a head, as {@link LockstepTiles} stores them, and back.
 */
final class LockstepPacking {
    /** An even number. */
    private static final int QUERIES = 32;

    private LockstepPacking() {}

    /**
     * to[i/2, d, i mod 2, lane] ← factor·from[at[lane] + (first + i)·ld + d] for {@code rows} rows; a row that is missing to {@link #padded}
     * becomes 0.
     *
     * @param cols a multiple of LENGTH
     */
    static void pack(
            float[] from, int[] at, int ld, int first, int rows, int cols, float factor, float[] to, int toAt) {
        boolean byEight =
                Transposes.BY_EIGHT && LockstepTransposes.canReadAround(from, at, (first + rows - 1) * ld + cols);
        for (int i = 0; i < rows; i++) {
            int row = toAt + i / 2 * pair(cols) + i % 2 * LENGTH;
            if (byEight) {
                LockstepTransposes.fromEightPlaces(from, at, (first + i) * ld, cols, factor, to, row);
            } else {
                LockstepTransposes.fromPlaces(from, at, (first + i) * ld, cols, factor, to, row);
            }
        }
        for (int i = rows; i < padded(rows); i++) {
            int row = toAt + i / 2 * pair(cols) + i % 2 * LENGTH;
            for (int d = 0; d < cols; d++) {
                zero(SPECIES).intoArray(to, row + d * PAIR);
            }
        }
    }

    /**
     * Where the heads {@code first} … of all entries' heads begin in m, whose entries have {@code nHeads} each of {@code dHead}
     * columns; what is left of {@code at} repeats the last of {@code n}.
     */
    static void places(Matrix<float[]> m, int nHeads, int dHead, int first, int n, int[] at) {
        for (int lane = 0; lane < at.length; lane++) {
            int head = first + Math.min(lane, n - 1);
            at[lane] = m.index(head / nHeads, 0, head % nHeads * dHead);
        }
    }

    /**
     * Elements from one pair of rows to the next: a column more than there are, lest pairs share their places in the first-level
     * cache, as they do with a power of two.
     */
    static int pair(int cols) {
        return (cols + 1) * PAIR;
    }

    /** Queries that are taken together: all where a block of keys holds their weights, and else {@link #QUERIES}. */
    static int queriesOfBlock(int rows) {
        return rows <= QueryBlock.KEYS ? rows : QUERIES;
    }

    /** Elements of {@code rows} rows. */
    static int length(int rows, int cols) {
        return padded(rows) / 2 * pair(cols);
    }

    /** {@code rows} rounded up to whole columns of tiles. */
    static int padded(int rows) {
        return Math.ceilDiv(rows, LockstepTiles.WIDE) * LockstepTiles.WIDE;
    }

    /**
     * to[at[lane] + (first + i)·ld + d] ← factors[i, lane]·from[i/2, d, i mod 2, lane] for {@code rows} rows.
     *
     * @param factorsAt where the factors of row 0 are in {@code from}
     * @param factorStep from those of a row to those of the next
     */
    static void unpack(
            float[] from,
            int fromAt,
            int first,
            int rows,
            int cols,
            int factorsAt,
            int factorStep,
            float[] to,
            int[] at,
            int ld) {
        for (int i = 0; i < rows; i++) {
            int row = fromAt + i / 2 * pair(cols) + i % 2 * LENGTH;
            int factors = factorsAt + i * factorStep;
            if (Transposes.BY_EIGHT) {
                LockstepTransposes.toEightPlaces(from, row, cols, factors, to, at, (first + i) * ld);
            } else {
                LockstepTransposes.toPlaces(from, row, cols, factors, to, at, (first + i) * ld);
            }
        }
    }
}
