package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * A sum of outer products that grows along a sequence, and its product with another vector at each position:
 *
 * <pre>S += rowsᵢ⊗(factor·columnsᵢ),  out[i, :] ← outFactor·leftᵢ·S</pre>
 *
 * <p>Each element of S meets one multiply-add a position, and each sum over rows goes in their order, whatever stands around it.
 * A block of columns goes through the whole sequence before the next, so that its part of S stays in the first-level cache; two
 * positions at a time, so that an element of S is loaded and stored once for four multiply-adds.
 *
 * @param nHeads heads side by side in the columns of rows, columns, left and out, [B, T, H·D]
 * @param factor of the columns
 * @param out overwritten
 * @param fromEnd whether the sequence is gone through from its end
 * @param initial S before it, [B, H·D, D], or where it is to be read transposed the view [B, D, H·D]
 * @param last overwritten by S after it, or null; may be initial
 */
record OuterProductScan(
        int nHeads,
        Matrix<float[]> rows,
        Matrix<float[]> columns,
        float factor,
        Matrix<float[]> left,
        float outFactor,
        Matrix<float[]> out,
        boolean fromEnd,
        Matrix<float[]> initial,
        Matrix<float[]> last) {

    private static final int WIDE = 2 * LENGTH;

    private int dHead() {
        return rows.cols() / nHeads;
    }

    /** Working memory of {@link #run}: the columns of S that are gone through together. */
    int scratchLength() {
        return Math.multiplyExact(dHead(), WIDE);
    }

    /**
     * Runs the whole sequence of head {@code h} of batch entry {@code b}.
     *
     * @param panel working memory
     */
    void run(int b, int h, float[] panel) {
        int dHead = dHead();
        int column = 0;
        for (; column + WIDE <= dHead; column += WIDE) {
            loadPanel(b, h, column, WIDE, panel, WIDE);
            wideColumns(b, h * dHead, column, panel);
            storePanel(panel, WIDE, b, h, column, WIDE);
        }
        for (; column < dHead; column += LENGTH) {
            int width = Math.min(LENGTH, dHead - column);
            loadPanel(b, h, column, width, panel, LENGTH);
            narrowColumns(b, h * dHead, column, panel, Lanes.keptFirst(width));
            storePanel(panel, LENGTH, b, h, column, width);
        }
    }

    /** The columns {@code column} … {@code column + width} of S as a panel with rows {@code ld} apart, filled up with zeros. */
    private void loadPanel(int b, int h, int column, int width, float[] panel, int ld) {
        int dHead = dHead();
        int head = initial.isTransposed() ? initial.index(b, 0, h * dHead) : initial.index(b, h * dHead, 0);
        for (int d = 0; d < dHead; d++) {
            int from = head + d * initial.rowStep() + column * initial.colStep();
            for (int j = 0; j < width; j++) {
                panel[d * ld + j] = initial.array()[from + j * initial.colStep()];
            }
            Arrays.fill(panel, d * ld + width, (d + 1) * ld, 0);
        }
    }

    private void storePanel(float[] panel, int ld, int b, int h, int column, int width) {
        int dHead = dHead();
        for (int d = 0; last != null && d < dHead; d++) {
            System.arraycopy(panel, d * ld, last.array(), last.index(b, h * dHead + d, column), width);
        }
    }

    private int position(int step) {
        return fromEnd ? rows.rows() - 1 - step : step;
    }

    /** {@code head} is the first column of the head. */
    private void wideColumns(int b, int head, int column, float[] panel) {
        int steps = rows.rows();
        int step = 0;
        for (; step + 2 <= steps; step += 2) {
            int i = position(step);
            int j = position(step + 1);
            wide2(
                    panel,
                    dHead(),
                    rows.array(),
                    rows.index(b, i, head),
                    rows.index(b, j, head),
                    columns.array(),
                    columns.index(b, i, head + column),
                    columns.index(b, j, head + column),
                    factor,
                    left.array(),
                    left.index(b, i, head),
                    left.index(b, j, head),
                    outFactor,
                    out.array(),
                    out.index(b, i, head + column),
                    out.index(b, j, head + column));
        }
        if (step < steps) {
            int i = position(step);
            wide1(
                    panel,
                    dHead(),
                    rows.array(),
                    rows.index(b, i, head),
                    columns.array(),
                    columns.index(b, i, head + column),
                    factor,
                    left.array(),
                    left.index(b, i, head),
                    outFactor,
                    out.array(),
                    out.index(b, i, head + column));
        }
    }

    private void narrowColumns(int b, int head, int column, float[] panel, VectorMask<Float> mask) {
        for (int step = 0; step < rows.rows(); step++) {
            int i = position(step);
            narrow1(
                    panel,
                    dHead(),
                    rows.array(),
                    rows.index(b, i, head),
                    columns.array(),
                    columns.index(b, i, head + column),
                    factor,
                    left.array(),
                    left.index(b, i, head),
                    outFactor,
                    out.array(),
                    out.index(b, i, head + column),
                    mask);
        }
    }

    /** Two positions, two vectors of columns. */
    private static void wide2(
            float[] panel,
            int n,
            float[] rows,
            int row0,
            int row1,
            float[] columns,
            int column0,
            int column1,
            float factor,
            float[] left,
            int left0,
            int left1,
            float outFactor,
            float[] out,
            int out0,
            int out1) {
        FloatVector c00 = fromArray(SPECIES, columns, column0).mul(factor);
        FloatVector c01 = fromArray(SPECIES, columns, column0 + LENGTH).mul(factor);
        FloatVector c10 = fromArray(SPECIES, columns, column1).mul(factor);
        FloatVector c11 = fromArray(SPECIES, columns, column1 + LENGTH).mul(factor);
        FloatVector sum00 = zero(SPECIES);
        FloatVector sum01 = zero(SPECIES);
        FloatVector sum10 = zero(SPECIES);
        FloatVector sum11 = zero(SPECIES);
        for (int d = 0; d < n; d++) {
            int at = d * WIDE;
            FloatVector r0 = broadcast(SPECIES, rows[row0 + d]);
            FloatVector r1 = broadcast(SPECIES, rows[row1 + d]);
            FloatVector l0 = broadcast(SPECIES, left[left0 + d]);
            FloatVector l1 = broadcast(SPECIES, left[left1 + d]);
            FloatVector s0 = r0.fma(c00, fromArray(SPECIES, panel, at));
            FloatVector s1 = r0.fma(c01, fromArray(SPECIES, panel, at + LENGTH));
            sum00 = l0.fma(s0, sum00);
            sum01 = l0.fma(s1, sum01);
            s0 = r1.fma(c10, s0);
            s1 = r1.fma(c11, s1);
            sum10 = l1.fma(s0, sum10);
            sum11 = l1.fma(s1, sum11);
            s0.intoArray(panel, at);
            s1.intoArray(panel, at + LENGTH);
        }
        sum00.mul(outFactor).intoArray(out, out0);
        sum01.mul(outFactor).intoArray(out, out0 + LENGTH);
        sum10.mul(outFactor).intoArray(out, out1);
        sum11.mul(outFactor).intoArray(out, out1 + LENGTH);
    }

    /** One position, two vectors of columns. */
    private static void wide1(
            float[] panel,
            int n,
            float[] rows,
            int row,
            float[] columns,
            int column,
            float factor,
            float[] left,
            int leftAt,
            float outFactor,
            float[] out,
            int outAt) {
        FloatVector c0 = fromArray(SPECIES, columns, column).mul(factor);
        FloatVector c1 = fromArray(SPECIES, columns, column + LENGTH).mul(factor);
        FloatVector sum0 = zero(SPECIES);
        FloatVector sum1 = zero(SPECIES);
        for (int d = 0; d < n; d++) {
            int at = d * WIDE;
            FloatVector r = broadcast(SPECIES, rows[row + d]);
            FloatVector l = broadcast(SPECIES, left[leftAt + d]);
            FloatVector s0 = r.fma(c0, fromArray(SPECIES, panel, at));
            FloatVector s1 = r.fma(c1, fromArray(SPECIES, panel, at + LENGTH));
            sum0 = l.fma(s0, sum0);
            sum1 = l.fma(s1, sum1);
            s0.intoArray(panel, at);
            s1.intoArray(panel, at + LENGTH);
        }
        sum0.mul(outFactor).intoArray(out, outAt);
        sum1.mul(outFactor).intoArray(out, outAt + LENGTH);
    }

    /** One position, one vector of columns. */
    private static void narrow1(
            float[] panel,
            int n,
            float[] rows,
            int row,
            float[] columns,
            int column,
            float factor,
            float[] left,
            int leftAt,
            float outFactor,
            float[] out,
            int outAt,
            VectorMask<Float> mask) {
        FloatVector c = fromArray(SPECIES, columns, column, mask).mul(factor);
        FloatVector sum = zero(SPECIES);
        for (int d = 0; d < n; d++) {
            int at = d * LENGTH;
            FloatVector s = broadcast(SPECIES, rows[row + d]).fma(c, fromArray(SPECIES, panel, at));
            sum = broadcast(SPECIES, left[leftAt + d]).fma(s, sum);
            s.intoArray(panel, at);
        }
        sum.mul(outFactor).intoArray(out, outAt, mask);
    }
}
