package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.broadcast;
import static org.icl4j.kernels.vector.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * The weights of a recurrence, packed once for all its steps: panels of two vectors of columns, filled up with zeros, through
 * which a tile walks with a constant step.
 *
 * <p>Element (i, j) of a product starts from what is there and adds its terms in ascending k, one fused multiply-add each,
 * whatever the rows around it.
 *
 * @param k rows of the weights
 * @param n columns of the weights
 * @param packed at least {@link #length} elements
 */
record StepWeights(int k, int n, float[] packed) {
    private static final int WIDTH = 2 * LENGTH;

    /** Rows of a tall tile: with two vectors each, as many chains of multiply-adds as hide their latency. */
    private static final int TILE_ROWS = 4;

    /** Room for packed weights of this shape. */
    static int length(int k, int n) {
        return Math.multiplyExact(k, Math.ceilDiv(n, WIDTH) * WIDTH);
    }

    /** Packs {@code weights}, which may be a transposed view, into {@code to}. */
    static StepWeights pack(Matrix<float[]> weights, float[] to) {
        int k = weights.rows();
        int n = weights.cols();
        for (int first = 0; first < n; first += WIDTH) {
            int filled = Math.min(WIDTH, n - first);
            if (weights.isTransposed()) {
                packColumns(weights, first, filled, to, first * k);
            } else {
                packRows(weights, first, filled, to, first * k);
            }
        }
        return new StepWeights(k, n, to);
    }

    /** Stored [k, n]: a row of the panel is a stretch of a row. */
    private static void packRows(Matrix<float[]> weights, int first, int filled, float[] to, int panel) {
        for (int p = 0; p < weights.rows(); p++) {
            int row = panel + p * WIDTH;
            System.arraycopy(weights.array(), weights.index(0, p, first), to, row, filled);
            Arrays.fill(to, row + filled, row + WIDTH, 0);
        }
    }

    /** Stored [n, k]: a column of the panel is a stretch of a row. */
    private static void packColumns(Matrix<float[]> weights, int first, int filled, float[] to, int panel) {
        int k = weights.rows();
        for (int j = 0; j < filled; j++) {
            int from = weights.index(0, 0, first + j);
            for (int p = 0; p < k; p++) {
                to[panel + p * WIDTH + j] = weights.array()[from + p];
            }
        }
        for (int p = 0; filled < WIDTH && p < k; p++) {
            Arrays.fill(to, panel + p * WIDTH + filled, panel + (p + 1) * WIDTH, 0);
        }
    }

    /** y[i, :] += x[i, :]·W for {@code rows} rows, {@code xStep} and {@code yStep} apart. */
    void addProduct(int rows, float[] x, int xAt, int xStep, float[] y, int yAt, int yStep) {
        for (int first = 0; first < n; first += WIDTH) {
            VectorMask<Float> mask0 = Lanes.first(Math.min(LENGTH, n - first));
            VectorMask<Float> mask1 = Lanes.first(Math.max(0, Math.min(LENGTH, n - first - LENGTH)));
            int panel = first * k;
            int row = 0;
            for (; row + TILE_ROWS <= rows; row += TILE_ROWS) {
                int to = yAt + row * yStep + first;
                tile4(k, x, xAt + row * xStep, xStep, packed, panel, y, to, yStep, mask0, mask1);
            }
            for (; row < rows; row++) {
                tile1(k, x, xAt + row * xStep, packed, panel, y, yAt + row * yStep + first, mask0, mask1);
            }
        }
    }

    private static void tile4(
            int k,
            float[] x,
            int x0,
            int xStep,
            float[] packed,
            int panel,
            float[] y,
            int y0,
            int yStep,
            VectorMask<Float> mask0,
            VectorMask<Float> mask1) {
        int x1 = x0 + xStep;
        int x2 = x1 + xStep;
        int x3 = x2 + xStep;
        int y1 = y0 + yStep;
        int y2 = y1 + yStep;
        int y3 = y2 + yStep;
        FloatVector s00 = load(y, y0, mask0);
        FloatVector s01 = load(y, y0 + LENGTH, mask1);
        FloatVector s10 = load(y, y1, mask0);
        FloatVector s11 = load(y, y1 + LENGTH, mask1);
        FloatVector s20 = load(y, y2, mask0);
        FloatVector s21 = load(y, y2 + LENGTH, mask1);
        FloatVector s30 = load(y, y3, mask0);
        FloatVector s31 = load(y, y3 + LENGTH, mask1);
        for (int p = 0; p < k; p++) {
            FloatVector w0 = load(packed, panel + p * WIDTH);
            FloatVector w1 = load(packed, panel + p * WIDTH + LENGTH);
            FloatVector v = broadcast(x[x0 + p]);
            s00 = v.fma(w0, s00);
            s01 = v.fma(w1, s01);
            v = broadcast(x[x1 + p]);
            s10 = v.fma(w0, s10);
            s11 = v.fma(w1, s11);
            v = broadcast(x[x2 + p]);
            s20 = v.fma(w0, s20);
            s21 = v.fma(w1, s21);
            v = broadcast(x[x3 + p]);
            s30 = v.fma(w0, s30);
            s31 = v.fma(w1, s31);
        }
        s00.intoArray(y, y0, mask0);
        s01.intoArray(y, y0 + LENGTH, mask1);
        s10.intoArray(y, y1, mask0);
        s11.intoArray(y, y1 + LENGTH, mask1);
        s20.intoArray(y, y2, mask0);
        s21.intoArray(y, y2 + LENGTH, mask1);
        s30.intoArray(y, y3, mask0);
        s31.intoArray(y, y3 + LENGTH, mask1);
    }

    private static void tile1(
            int k,
            float[] x,
            int xAt,
            float[] packed,
            int panel,
            float[] y,
            int yAt,
            VectorMask<Float> mask0,
            VectorMask<Float> mask1) {
        FloatVector s0 = load(y, yAt, mask0);
        FloatVector s1 = load(y, yAt + LENGTH, mask1);
        for (int p = 0; p < k; p++) {
            FloatVector v = broadcast(x[xAt + p]);
            s0 = v.fma(load(packed, panel + p * WIDTH), s0);
            s1 = v.fma(load(packed, panel + p * WIDTH + LENGTH), s1);
        }
        s0.intoArray(y, yAt, mask0);
        s1.intoArray(y, yAt + LENGTH, mask1);
    }
}
