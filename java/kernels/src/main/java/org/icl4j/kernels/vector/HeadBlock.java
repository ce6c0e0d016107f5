package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.AttentionTiles.ROWS;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * What the forward and the backward pass of attention share: a block of {@link AttentionTiles#WIDTH} queries of one head against
 * blocks of {@link #KEYS} keys. A lane is a query and a row a key, so that maxima and sums over the keys need no step across
 * lanes, and keys and values are read as they stand, by broadcast.
 */
final class HeadBlock {
    /** Keys of a block. Part of the result's identity: changing it changes bits. */
    static final int KEYS = 64;

    private HeadBlock() {}

    /** {@code n} rounded up to whole tiles. */
    static int tiles(int n) {
        return Math.ceilDiv(n, ROWS) * ROWS;
    }

    /** to[d, lane] = factor·m[first + lane, d], zeros in the lanes from {@code n} on. */
    static void transpose(Matrix<float[]> m, int first, int n, float factor, float[] to, int at) {
        if (n < WIDTH) {
            Arrays.fill(to, at, at + m.cols() * WIDTH, 0);
        }
        for (int lane = 0; lane < n; lane++) {
            copyToColumn(m.cols(), m.array(), m.index(0, first + lane, 0), factor, to, at + lane);
        }
    }

    private static void copyToColumn(int n, float[] from, int fromAt, float factor, float[] to, int at) {
        for (int d = 0; d < n; d++) {
            to[at + d * WIDTH] = factor * from[fromAt + d];
        }
    }

    /** m[first + lane, d] ← factor·from[d, lane]. */
    static void transposeBack(float[] from, int at, float factor, Matrix<float[]> m, int first, int n) {
        for (int lane = 0; lane < n; lane++) {
            copyFromColumn(m.cols(), from, at + lane, factor, m.array(), m.index(0, first + lane, 0));
        }
    }

    private static void copyFromColumn(int n, float[] from, int at, float factor, float[] to, int toAt) {
        for (int d = 0; d < n; d++) {
            to[toAt + d] = factor * from[at + d * WIDTH];
        }
    }

    /** Packs the columns of m by {@link AttentionTiles#ROWS}: to[panel, row, column]; columns beyond the last are zeros. */
    static void packColumns(Matrix<float[]> m, float[] to, int at) {
        int rows = m.rows();
        for (int d = 0; d < m.cols(); d += ROWS) {
            int panel = at + d * rows;
            if (m.cols() - d < ROWS) {
                Arrays.fill(to, panel, panel + ROWS * rows, 0);
            }
            int width = Math.min(ROWS, m.cols() - d);
            for (int j = 0; j < rows; j++) {
                int from = m.index(0, j, d);
                for (int column = 0; column < width; column++) {
                    to[panel + j * ROWS + column] = m.array()[from + column];
                }
            }
        }
    }

    /** c[0 … tiles(n), :] += rows j … j + n of m times packed [m.cols, WIDTH]; rows that m lacks repeat its last. */
    static void addProducts(Matrix<float[]> m, int j, int n, float[] packed, int packedAt, float[] c, int cAt) {
        for (int row = 0; row < n; row += ROWS) {
            AttentionTiles.rows(
                    m.cols(),
                    m.array(),
                    m.index(0, j + row, 0),
                    m.ld(),
                    Math.min(ROWS, m.rows() - j - row) - 1,
                    packed,
                    packedAt,
                    c,
                    cAt + row * WIDTH,
                    WIDTH);
        }
    }

    /** c[d, :] += Σ over the keys j … j + n of panels[d, key]·weights[key, :], for d below {@code nColumns}. */
    static void addMix(
            float[] panels,
            int panelsAt,
            int nKeys,
            int nColumns,
            int j,
            int n,
            float[] weights,
            int weightsAt,
            float[] c,
            int cAt) {
        for (int d = 0; d < nColumns; d += ROWS) {
            AttentionTiles.columns(
                    n, panels, panelsAt + d * nKeys + j * ROWS, weights, weightsAt, c, cAt + d * WIDTH, WIDTH);
        }
    }

    /**
     * Puts {@code value} where a query does not see a key: lane of scores[key, lane] sees the keys up to {@code lastOfFirst} +
     * lane.
     *
     * @param j the block's first key, n its keys
     */
    static void hide(float[] scores, int at, int j, int n, int lastOfFirst, float value) {
        for (int key = Math.max(j, lastOfFirst + 1); key < j + n; key++) {
            int hidden = key - lastOfFirst;
            int row = at + (key - j) * WIDTH;
            for (int lane = 0; lane < WIDTH; lane += LENGTH) {
                VectorMask<Float> mask = Lanes.first(Math.clamp(hidden - lane, 0, LENGTH));
                FloatVector v = load(scores, row + lane);
                v.blend(value, mask).intoArray(scores, row + lane);
            }
        }
    }
}
