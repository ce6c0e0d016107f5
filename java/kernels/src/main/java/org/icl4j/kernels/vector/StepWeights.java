package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * The weights of a recurrence, packed once for all its steps: panels of two vectors of columns while they last, then panels of one,
 * the last filled up with zeros. A tile walks through a panel with a constant step.
 *
 * <p>Element (i, j) of a product starts from what is there and adds its terms in ascending k, one fused multiply-add each,
 * whatever the rows around it. Tiles of two vectors have no masks: with them they are too large for C1, and what C1 cannot compile
 * never gets to C2.
 *
 * @param k rows of the weights
 * @param n columns of the weights
 * @param packed at least {@link #length} elements
 */
record StepWeights(int k, int n, float[] packed) {
    private static final int WIDE = 2 * LENGTH;

    /** Rows of a tall tile: with two vectors each, as many chains of multiply-adds as hide their latency. */
    private static final int TILE_ROWS = 4;

    /** Room for packed weights of this shape. */
    static int length(int k, int n) {
        return Math.multiplyExact(k, Lanes.padded(n));
    }

    /** Packs {@code weights}, which may be a transposed view, into {@code to}. */
    static StepWeights pack(Matrix<float[]> weights, float[] to) {
        StepWeights packed = new StepWeights(weights.rows(), weights.cols(), to);
        for (int first = 0; first < packed.n; first += packed.width(first)) {
            int filled = Math.min(packed.width(first), packed.n - first);
            if (weights.isTransposed()) {
                packed.packColumns(weights, first, filled);
            } else {
                packed.packRows(weights, first, filled);
            }
        }
        return packed;
    }

    /** Columns of the panel that starts with column {@code first}. */
    private int width(int first) {
        return first + WIDE <= n ? WIDE : LENGTH;
    }

    /** Stored [k, n]: a row of the panel is a stretch of a row. */
    private void packRows(Matrix<float[]> weights, int first, int filled) {
        int width = width(first);
        for (int p = 0; p < k; p++) {
            int row = first * k + p * width;
            System.arraycopy(weights.array(), weights.index(0, p, first), packed, row, filled);
            Arrays.fill(packed, row + filled, row + width, 0);
        }
    }

    /** Stored [n, k]: a column of the panel is a stretch of a row. */
    private void packColumns(Matrix<float[]> weights, int first, int filled) {
        int width = width(first);
        for (int j = 0; j < filled; j++) {
            copyColumn(k, weights.array(), weights.index(0, 0, first + j), packed, first * k + j, width);
        }
        for (int p = 0; filled < width && p < k; p++) {
            Arrays.fill(packed, first * k + p * width + filled, first * k + (p + 1) * width, 0);
        }
    }

    private static void copyColumn(int k, float[] from, int at, float[] to, int toAt, int step) {
        for (int p = 0; p < k; p++) {
            to[toAt + p * step] = from[at + p];
        }
    }

    /** y[i, :] += x[i, :]·W for {@code rows} rows, {@code xStep} and {@code yStep} apart. */
    void addProduct(int rows, float[] x, int xAt, int xStep, float[] y, int yAt, int yStep) {
        int first = 0;
        for (; first + WIDE <= n; first += WIDE) {
            widePanel(rows, x, xAt, xStep, first * k, y, yAt + first, yStep);
        }
        for (; first < n; first += LENGTH) {
            VectorMask<Float> mask = Lanes.keptFirst(n - first);
            narrowPanel(rows, x, xAt, xStep, first * k, y, yAt + first, yStep, mask);
        }
    }

    private void widePanel(int rows, float[] x, int xAt, int xStep, int panel, float[] y, int yAt, int yStep) {
        int row = 0;
        for (; row + TILE_ROWS <= rows; row += TILE_ROWS) {
            wide4(k, x, xAt + row * xStep, xStep, packed, panel, y, yAt + row * yStep, yStep);
        }
        for (; row < rows; row++) {
            wide1(k, x, xAt + row * xStep, packed, panel, y, yAt + row * yStep);
        }
    }

    private void narrowPanel(
            int rows, float[] x, int xAt, int xStep, int panel, float[] y, int yAt, int yStep, VectorMask<Float> mask) {
        int row = 0;
        for (; row + TILE_ROWS <= rows; row += TILE_ROWS) {
            narrow4(k, x, xAt + row * xStep, xStep, packed, panel, y, yAt + row * yStep, yStep, mask);
        }
        for (; row < rows; row++) {
            narrow1(k, x, xAt + row * xStep, packed, panel, y, yAt + row * yStep, mask);
        }
    }

    private static void wide4(
            int k, float[] x, int x0, int xStep, float[] packed, int panel, float[] y, int y0, int yStep) {
        int x1 = x0 + xStep;
        int x2 = x1 + xStep;
        int x3 = x2 + xStep;
        int y1 = y0 + yStep;
        int y2 = y1 + yStep;
        int y3 = y2 + yStep;
        FloatVector s00 = fromArray(SPECIES, y, y0);
        FloatVector s01 = fromArray(SPECIES, y, y0 + LENGTH);
        FloatVector s10 = fromArray(SPECIES, y, y1);
        FloatVector s11 = fromArray(SPECIES, y, y1 + LENGTH);
        FloatVector s20 = fromArray(SPECIES, y, y2);
        FloatVector s21 = fromArray(SPECIES, y, y2 + LENGTH);
        FloatVector s30 = fromArray(SPECIES, y, y3);
        FloatVector s31 = fromArray(SPECIES, y, y3 + LENGTH);
        for (int p = 0; p < k; p++) {
            int at = panel + p * WIDE;
            FloatVector w0 = fromArray(SPECIES, packed, at);
            FloatVector w1 = fromArray(SPECIES, packed, at + LENGTH);
            FloatVector v = broadcast(SPECIES, x[x0 + p]);
            s00 = v.fma(w0, s00);
            s01 = v.fma(w1, s01);
            v = broadcast(SPECIES, x[x1 + p]);
            s10 = v.fma(w0, s10);
            s11 = v.fma(w1, s11);
            v = broadcast(SPECIES, x[x2 + p]);
            s20 = v.fma(w0, s20);
            s21 = v.fma(w1, s21);
            v = broadcast(SPECIES, x[x3 + p]);
            s30 = v.fma(w0, s30);
            s31 = v.fma(w1, s31);
        }
        s00.intoArray(y, y0);
        s01.intoArray(y, y0 + LENGTH);
        s10.intoArray(y, y1);
        s11.intoArray(y, y1 + LENGTH);
        s20.intoArray(y, y2);
        s21.intoArray(y, y2 + LENGTH);
        s30.intoArray(y, y3);
        s31.intoArray(y, y3 + LENGTH);
    }

    private static void wide1(int k, float[] x, int xAt, float[] packed, int panel, float[] y, int yAt) {
        FloatVector s0 = fromArray(SPECIES, y, yAt);
        FloatVector s1 = fromArray(SPECIES, y, yAt + LENGTH);
        for (int p = 0; p < k; p++) {
            int at = panel + p * WIDE;
            FloatVector v = broadcast(SPECIES, x[xAt + p]);
            s0 = v.fma(fromArray(SPECIES, packed, at), s0);
            s1 = v.fma(fromArray(SPECIES, packed, at + LENGTH), s1);
        }
        s0.intoArray(y, yAt);
        s1.intoArray(y, yAt + LENGTH);
    }

    private static void narrow4(
            int k,
            float[] x,
            int x0,
            int xStep,
            float[] packed,
            int panel,
            float[] y,
            int y0,
            int yStep,
            VectorMask<Float> mask) {
        int x1 = x0 + xStep;
        int x2 = x1 + xStep;
        int x3 = x2 + xStep;
        int y1 = y0 + yStep;
        int y2 = y1 + yStep;
        int y3 = y2 + yStep;
        FloatVector s0 = fromArray(SPECIES, y, y0, mask);
        FloatVector s1 = fromArray(SPECIES, y, y1, mask);
        FloatVector s2 = fromArray(SPECIES, y, y2, mask);
        FloatVector s3 = fromArray(SPECIES, y, y3, mask);
        for (int p = 0; p < k; p++) {
            FloatVector w = fromArray(SPECIES, packed, panel + p * LENGTH);
            s0 = broadcast(SPECIES, x[x0 + p]).fma(w, s0);
            s1 = broadcast(SPECIES, x[x1 + p]).fma(w, s1);
            s2 = broadcast(SPECIES, x[x2 + p]).fma(w, s2);
            s3 = broadcast(SPECIES, x[x3 + p]).fma(w, s3);
        }
        s0.intoArray(y, y0, mask);
        s1.intoArray(y, y1, mask);
        s2.intoArray(y, y2, mask);
        s3.intoArray(y, y3, mask);
    }

    private static void narrow1(
            int k, float[] x, int xAt, float[] packed, int panel, float[] y, int yAt, VectorMask<Float> mask) {
        FloatVector s = fromArray(SPECIES, y, yAt, mask);
        for (int p = 0; p < k; p++) {
            s = broadcast(SPECIES, x[xAt + p]).fma(fromArray(SPECIES, packed, panel + p * LENGTH), s);
        }
        s.intoArray(y, yAt, mask);
    }
}
