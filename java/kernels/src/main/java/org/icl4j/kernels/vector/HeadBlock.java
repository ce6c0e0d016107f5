package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.AttentionTiles.PANEL;
import static org.icl4j.kernels.vector.AttentionTiles.ROWS;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.icl4j.kernels.Matrix;

/**
 * What the forward and the backward pass of attention share: a block of {@link AttentionTiles#WIDTH} queries of one head against
 * blocks of {@link #KEYS} keys. A lane is a query and a row a key, so that maxima and sums over the keys need no step across
 * lanes, and keys and values are read as they stand, by broadcast.
 */
final class HeadBlock {
    /** Keys of a block. Part of the result's identity: changing it changes bits. */
    static final int KEYS = 64;

    private static final float[] LANE_NUMBERS = laneNumbers();

    private HeadBlock() {}

    /** {@code n} rounded up to whole tiles. */
    static int tiles(int n) {
        return Math.ceilDiv(n, ROWS) * ROWS;
    }

    /** {@code n} rounded up to whole panels, which are whole tiles and whole vectors. */
    static int panels(int n) {
        return Math.ceilDiv(n, PANEL) * PANEL;
    }

    /** to[d, lane] = factor·m[first + lane, d], zeros in the lanes from {@code n} on, for d below panels(m.cols()). */
    static void transpose(Matrix<float[]> m, int first, int n, float factor, float[] to, int at) {
        int end = at + panels(m.cols()) * WIDTH;
        if (n <= WIDTH - LENGTH) {
            Arrays.fill(to, at, end, 0);
        }
        Transposes.transpose(m.array(), m.index(0, first, 0), m.ld(), n, m.cols(), to, at, WIDTH);
        if (factor != 1) {
            multiply(to, at, end, factor);
        }
    }

    private static void multiply(float[] x, int from, int to, float factor) {
        for (int i = from; i < to; i += LENGTH) {
            load(x, i).mul(factor).intoArray(x, i);
        }
    }

    /**
     * m[first + lane, d] ← factor·from[d, lane].
     *
     * @param rows place in {@code from} for [WIDTH, panels(m.cols())], overwritten
     */
    static void transposeBack(float[] from, int at, int rows, float factor, Matrix<float[]> m, int first, int n) {
        int ld = panels(m.cols());
        Transposes.transpose(from, at, WIDTH, m.cols(), n, from, rows, ld);
        copyRows(from, rows, ld, factor, m, first, n);
    }

    /** Rows first … first + n of m ← factor·from[n, ld]. */
    static void copyRows(float[] from, int at, int ld, float factor, Matrix<float[]> m, int first, int n) {
        float[] to = m.array();
        int cols = m.cols();
        for (int i = 0; i < n; i++) {
            int row = m.index(0, first + i, 0);
            int d = 0;
            for (; d < Lanes.bound(cols); d += LENGTH) {
                load(from, at + i * ld + d).mul(factor).intoArray(to, row + d);
            }
            if (d < cols) {
                load(from, at + i * ld + d).mul(factor).intoArray(to, row + d, Lanes.first(cols - d));
            }
        }
    }

    /** Packs the columns of m: to[panel, row, column of {@link AttentionTiles#PANEL}], filled up with zeros. */
    static void packColumns(Matrix<float[]> m, float[] to, int at) {
        int rows = m.rows();
        for (int d = 0; d < panels(m.cols()); d += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.clamp(m.cols() - d, 0, LENGTH));
            packVectors(
                    m.array(), m.index(0, 0, 0) + d, m.ld(), rows, mask, to, at + d / PANEL * PANEL * rows + d % PANEL);
        }
    }

    private static void packVectors(
            float[] from, int at, int ld, int rows, VectorMask<Float> mask, float[] to, int toAt) {
        for (int j = 0; j < rows; j++) {
            load(from, at + j * ld, mask).intoArray(to, toAt + j * PANEL);
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
                    n,
                    panels,
                    panelsAt + d / PANEL * PANEL * nKeys + j * PANEL + d % PANEL,
                    weights,
                    weightsAt,
                    c,
                    cAt + d * WIDTH,
                    WIDTH);
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
            FloatVector hidden = Lanes.broadcast(key - lastOfFirst);
            int row = at + (key - j) * WIDTH;
            for (int lane = 0; lane < WIDTH; lane += LENGTH) {
                FloatVector v = load(scores, row + lane);
                v.blend(value, load(LANE_NUMBERS, lane).compare(VectorOperators.LT, hidden))
                        .intoArray(scores, row + lane);
            }
        }
    }

    private static float[] laneNumbers() {
        float[] numbers = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            numbers[i] = i;
        }
        return numbers;
    }
}
