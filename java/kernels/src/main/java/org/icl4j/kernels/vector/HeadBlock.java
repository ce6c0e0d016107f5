package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.AttentionTiles.PANEL;
import static org.icl4j.kernels.vector.AttentionTiles.ROWS;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.icl4j.kernels.AttentionHeads;
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
            fromArray(SPECIES, x, i).mul(factor).intoArray(x, i);
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
                fromArray(SPECIES, from, at + i * ld + d).mul(factor).intoArray(to, row + d);
            }
            if (d < cols) {
                fromArray(SPECIES, from, at + i * ld + d).mul(factor).intoArray(to, row + d, Lanes.first(cols - d));
            }
        }
    }

    /**
     * Packs the columns of m: to[panel, row, column of {@link AttentionTiles#PANEL}], filled up with zeros. Returns whether all
     * elements are finite.
     */
    static boolean packColumns(Matrix<float[]> m, float[] to, int at) {
        int rows = m.rows();
        float zero = 0;
        for (int d = 0; d < panels(m.cols()); d += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.clamp(m.cols() - d, 0, LENGTH));
            zero += packVectors(
                    m.array(), m.index(0, 0, 0) + d, m.ld(), rows, mask, to, at + d / PANEL * PANEL * rows + d % PANEL);
        }
        return zero == 0;
    }

    /** 0, or NaN if a value is not finite. */
    private static float packVectors(
            float[] from, int at, int ld, int rows, VectorMask<Float> mask, float[] to, int toAt) {
        FloatVector zero = zero(SPECIES);
        for (int j = 0; j < rows; j++) {
            FloatVector v = fromArray(SPECIES, from, at + j * ld, mask);
            zero = v.fma(zero(SPECIES), zero);
            v.intoArray(to, toAt + j * PANEL);
        }
        return Lanes.sum(zero);
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
     * What becomes of the products of a block: cap, bias, and −∞ where a query does not see a key.
     *
     * @param heads cap and window
     * @param bias [nQueries, nKeys] of the head
     * @param i the block's first query, n its queries, lastOfFirst the key of the first
     * @param j the block's first key, keys their number
     * @param scores [keys, WIDTH], overwritten
     * @param biases place for a block of biases
     * @param tanhs place for tanh(score/cap), written if there is a cap
     */
    static void finishScores(
            AttentionHeads heads,
            Optional<Matrix<float[]>> bias,
            int i,
            int n,
            int lastOfFirst,
            int j,
            int keys,
            float[] s,
            int scores,
            int biases,
            int tanhs) {
        if (heads.isCapped()) {
            cap((float) heads.softCap(), keys * WIDTH, s, scores, tanhs);
        }
        if (bias.isPresent()) {
            Matrix<float[]> given = bias.get();
            Transposes.transpose(given.array(), given.index(0, i, j), given.ld(), n, keys, s, biases, WIDTH);
            add(keys * WIDTH, s, biases, scores);
        }
        hideLater(s, scores, j, keys, lastOfFirst);
        hideEarlier(s, scores, j, keys, lastOfFirst, heads.window());
    }

    private static void cap(float softCap, int n, float[] s, int scores, int tanhs) {
        FloatVector reciprocal = broadcast(SPECIES, 1 / softCap);
        for (int e = 0; e < n; e += LENGTH) {
            FloatVector tanh = Hyperbolic.tanh(fromArray(SPECIES, s, scores + e).mul(reciprocal));
            tanh.intoArray(s, tanhs + e);
            tanh.mul(softCap).intoArray(s, scores + e);
        }
    }

    private static void add(int n, float[] s, int from, int to) {
        for (int e = 0; e < n; e += LENGTH) {
            fromArray(SPECIES, s, to + e).add(fromArray(SPECIES, s, from + e)).intoArray(s, to + e);
        }
    }

    /** Lane sees the keys up to {@code lastOfFirst} + lane. */
    private static void hideLater(float[] s, int scores, int j, int n, int lastOfFirst) {
        for (int key = Math.max(j, lastOfFirst + 1); key < j + n; key++) {
            FloatVector hidden = broadcast(SPECIES, key - lastOfFirst);
            int row = scores + (key - j) * WIDTH;
            for (int lane = 0; lane < WIDTH; lane += LENGTH) {
                FloatVector v = fromArray(SPECIES, s, row + lane);
                v.blend(
                                Float.NEGATIVE_INFINITY,
                                fromArray(SPECIES, LANE_NUMBERS, lane).compare(VectorOperators.LT, hidden))
                        .intoArray(s, row + lane);
            }
        }
    }

    /** Lane sees the keys from {@code lastOfFirst} + lane + 1 − window on. */
    private static void hideEarlier(float[] s, int scores, int j, int n, int lastOfFirst, int window) {
        int end = (int) Math.min(j + n, (long) lastOfFirst + WIDTH - window);
        for (int key = j; key < end; key++) {
            FloatVector seeing = broadcast(SPECIES, key - lastOfFirst + window);
            int row = scores + (key - j) * WIDTH;
            for (int lane = 0; lane < WIDTH; lane += LENGTH) {
                FloatVector v = fromArray(SPECIES, s, row + lane);
                v.blend(
                                Float.NEGATIVE_INFINITY,
                                fromArray(SPECIES, LANE_NUMBERS, lane).compare(VectorOperators.GE, seeing))
                        .intoArray(s, row + lane);
            }
        }
    }

    /** The first key of the first block that a query sees whose own key is {@code last}. */
    static int firstKey(AttentionHeads heads, int last) {
        return heads.firstSeen(last) / KEYS * KEYS;
    }

    private static float[] laneNumbers() {
        float[] numbers = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            numbers[i] = i;
        }
        return numbers;
    }
}
