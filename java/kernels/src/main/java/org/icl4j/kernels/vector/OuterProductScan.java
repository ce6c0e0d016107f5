package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.broadcast;
import static org.icl4j.kernels.vector.Lanes.load;

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
 * @param rows [T, D], as columns, left and out
 * @param factor of the columns
 * @param out overwritten
 * @param fromEnd whether the sequence is gone through from its end
 */
record OuterProductScan(
        Matrix<float[]> rows,
        Matrix<float[]> columns,
        float factor,
        Matrix<float[]> left,
        float outFactor,
        Matrix<float[]> out,
        boolean fromEnd) {

    private static final int WIDE = 2 * LENGTH;

    /** Elements of a state in whole vectors. */
    static int stateLength(int dHead) {
        return Math.multiplyExact(dHead, HeadForward.padded(dHead));
    }

    /** Runs the whole sequence on {@code state}, D rows of {@link HeadForward#padded} D elements. */
    void run(float[] state) {
        int dHead = rows.cols();
        int column = 0;
        for (; column + WIDE <= dHead; column += WIDE) {
            wideColumns(state, column);
        }
        for (; column < dHead; column += LENGTH) {
            narrowColumns(state, column, Lanes.first(Math.min(LENGTH, dHead - column)));
        }
    }

    private int position(int step) {
        return fromEnd ? rows.rows() - 1 - step : step;
    }

    private void wideColumns(float[] state, int column) {
        int steps = rows.rows();
        int ld = HeadForward.padded(rows.cols());
        int step = 0;
        for (; step + 2 <= steps; step += 2) {
            int i = position(step);
            int j = position(step + 1);
            wide2(
                    state,
                    column,
                    ld,
                    rows.cols(),
                    rows.array(),
                    rows.index(0, i, 0),
                    rows.index(0, j, 0),
                    columns.array(),
                    columns.index(0, i, column),
                    columns.index(0, j, column),
                    factor,
                    left.array(),
                    left.index(0, i, 0),
                    left.index(0, j, 0),
                    outFactor,
                    out.array(),
                    out.index(0, i, column),
                    out.index(0, j, column));
        }
        if (step < steps) {
            VectorMask<Float> all = Lanes.first(LENGTH);
            narrow1(state, column, ld, position(step), column, all);
            narrow1(state, column + LENGTH, ld, position(step), column + LENGTH, all);
        }
    }

    private void narrowColumns(float[] state, int column, VectorMask<Float> mask) {
        int ld = HeadForward.padded(rows.cols());
        for (int step = 0; step < rows.rows(); step++) {
            narrow1(state, column, ld, position(step), column, mask);
        }
    }

    private void narrow1(float[] state, int at, int ld, int i, int column, VectorMask<Float> mask) {
        narrow1(
                state,
                at,
                ld,
                rows.cols(),
                rows.array(),
                rows.index(0, i, 0),
                columns.array(),
                columns.index(0, i, column),
                factor,
                left.array(),
                left.index(0, i, 0),
                outFactor,
                out.array(),
                out.index(0, i, column),
                mask);
    }

    /** Two positions, two vectors of columns. */
    private static void wide2(
            float[] state,
            int at,
            int ld,
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
        FloatVector c00 = load(columns, column0).mul(factor);
        FloatVector c01 = load(columns, column0 + LENGTH).mul(factor);
        FloatVector c10 = load(columns, column1).mul(factor);
        FloatVector c11 = load(columns, column1 + LENGTH).mul(factor);
        FloatVector sum00 = Lanes.zero();
        FloatVector sum01 = Lanes.zero();
        FloatVector sum10 = Lanes.zero();
        FloatVector sum11 = Lanes.zero();
        for (int d = 0; d < n; d++) {
            int stateAt = at + d * ld;
            FloatVector r0 = broadcast(rows[row0 + d]);
            FloatVector r1 = broadcast(rows[row1 + d]);
            FloatVector l0 = broadcast(left[left0 + d]);
            FloatVector l1 = broadcast(left[left1 + d]);
            FloatVector s0 = r0.fma(c00, load(state, stateAt));
            FloatVector s1 = r0.fma(c01, load(state, stateAt + LENGTH));
            sum00 = l0.fma(s0, sum00);
            sum01 = l0.fma(s1, sum01);
            s0 = r1.fma(c10, s0);
            s1 = r1.fma(c11, s1);
            sum10 = l1.fma(s0, sum10);
            sum11 = l1.fma(s1, sum11);
            s0.intoArray(state, stateAt);
            s1.intoArray(state, stateAt + LENGTH);
        }
        sum00.mul(outFactor).intoArray(out, out0);
        sum01.mul(outFactor).intoArray(out, out0 + LENGTH);
        sum10.mul(outFactor).intoArray(out, out1);
        sum11.mul(outFactor).intoArray(out, out1 + LENGTH);
    }

    /** One position, one vector of columns. */
    private static void narrow1(
            float[] state,
            int at,
            int ld,
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
        FloatVector c = load(columns, column, mask).mul(factor);
        FloatVector sum = Lanes.zero();
        for (int d = 0; d < n; d++) {
            int stateAt = at + d * ld;
            FloatVector s = broadcast(rows[row + d]).fma(c, load(state, stateAt));
            sum = broadcast(left[leftAt + d]).fma(s, sum);
            s.intoArray(state, stateAt);
        }
        sum.mul(outFactor).intoArray(out, outAt, mask);
    }
}
