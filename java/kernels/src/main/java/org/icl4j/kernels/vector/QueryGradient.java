package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * The gradient of {@link QueryReading}: each row of a prompt times its scores and times its values, four rows at a time. Of the first
 * product the lanes are summed over all prompts of a task, and across lanes only once, at the end; of the second each sum goes
 * across lanes, those of LENGTH rows at once.
 *
 * <p>Working memory of a task: a vector for each row, the sums of dP in lanes; a vector for each row of LENGTH prompts, those of dV;
 * their totals; and a prompt's values and weighted scores, with zeros behind them.
 */
record QueryGradient(
        float scale,
        Matrix<float[]> e,
        Matrix<float[]> scores,
        Matrix<float[]> values,
        Matrix<float[]> dOut,
        Matrix<float[]> dV) {
    /** Rows that are multiplied at once: with two sums each, as many chains of multiply-adds as hide their latency. */
    private static final int ROWS = 4;

    /** Elements of working memory that a task needs. */
    int scratchLength() {
        return Math.addExact(weightsAt(0), 2 * Lanes.padded(e.cols()));
    }

    /** Where the lanes of dV begin, in the working memory at {@code at}; those of dP begin there. */
    private int lanesAt(int at) {
        return at + Math.multiplyExact(Lanes.padded(e.rows()), LENGTH);
    }

    private int totalsAt(int at) {
        return lanesAt(at) + Math.multiplyExact(e.rows() * LENGTH, LENGTH);
    }

    private int weightsAt(int at) {
        return totalsAt(at) + e.rows() * LENGTH;
    }

    /** dV of prompts {@code first} to {@code end}, exclusive, and their part of dP in lanes. */
    void run(int first, int end, float[] s, int at) {
        Arrays.fill(s, at, lanesAt(at), 0);
        for (int b = first; b < end; b += LENGTH) {
            int n = Math.min(LENGTH, end - b);
            for (int i = 0; i < n; i++) {
                prompt(b + i, s, at, lanesAt(at) + i * e.rows() * LENGTH);
            }
            for (int row = 0; row < n * e.rows(); row += LENGTH) {
                LaneTotals.sums(s, lanesAt(at) + row * LENGTH, totalsAt(at) + row);
            }
            for (int i = 0; i < n; i++) {
                float factor = scale * dOut.array()[dOut.offset() + b + i];
                scale(factor, e.rows(), s, totalsAt(at) + i * e.rows(), dV.array(), dV.index(0, b + i, 0));
            }
        }
    }

    private void prompt(int b, float[] s, int at, int lanesAt) {
        int length = e.cols();
        int weightsAt = weightsAt(at);
        int valuesAt = weightsAt + Lanes.padded(length);
        Arrays.fill(s, weightsAt, valuesAt + Lanes.padded(length), 0);
        float factor = scale * dOut.array()[dOut.offset() + b];
        scale(factor, length, scores.array(), scores.index(0, b, 0), s, weightsAt);
        System.arraycopy(values.array(), values.index(0, b, 0), s, valuesAt, length);
        int eAt = e.index(b, 0, 0);
        int last = e.rows() - 1;
        for (int c = 0; c < e.rows(); c += ROWS) {
            int c1 = Math.min(c + 1, last);
            int c2 = Math.min(c + 2, last);
            int c3 = Math.min(c + 3, last);
            rows(length, e.array(), eAt, e.ld(), c, c1, c2, c3, s, weightsAt, valuesAt, at, lanesAt);
        }
    }

    /** Four rows, of which the last may be several times the same. */
    private static void rows(
            int length,
            float[] e,
            int eAt,
            int ld,
            int c0,
            int c1,
            int c2,
            int c3,
            float[] s,
            int weightsAt,
            int valuesAt,
            int sumsAt,
            int lanesAt) {
        int at0 = eAt + c0 * ld;
        int at1 = eAt + c1 * ld;
        int at2 = eAt + c2 * ld;
        int at3 = eAt + c3 * ld;
        FloatVector sum0 = fromArray(SPECIES, s, sumsAt + c0 * LENGTH);
        FloatVector sum1 = fromArray(SPECIES, s, sumsAt + c1 * LENGTH);
        FloatVector sum2 = fromArray(SPECIES, s, sumsAt + c2 * LENGTH);
        FloatVector sum3 = fromArray(SPECIES, s, sumsAt + c3 * LENGTH);
        FloatVector lanes0 = zero(SPECIES);
        FloatVector lanes1 = zero(SPECIES);
        FloatVector lanes2 = zero(SPECIES);
        FloatVector lanes3 = zero(SPECIES);
        int j = 0;
        for (; j < Lanes.bound(length); j += LENGTH) {
            FloatVector weight = fromArray(SPECIES, s, weightsAt + j);
            FloatVector value = fromArray(SPECIES, s, valuesAt + j);
            FloatVector row = fromArray(SPECIES, e, at0 + j);
            sum0 = row.fma(weight, sum0);
            lanes0 = row.fma(value, lanes0);
            row = fromArray(SPECIES, e, at1 + j);
            sum1 = row.fma(weight, sum1);
            lanes1 = row.fma(value, lanes1);
            row = fromArray(SPECIES, e, at2 + j);
            sum2 = row.fma(weight, sum2);
            lanes2 = row.fma(value, lanes2);
            row = fromArray(SPECIES, e, at3 + j);
            sum3 = row.fma(weight, sum3);
            lanes3 = row.fma(value, lanes3);
        }
        if (j < length) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, length);
            FloatVector weight = fromArray(SPECIES, s, weightsAt + j);
            FloatVector value = fromArray(SPECIES, s, valuesAt + j);
            FloatVector row = fromArray(SPECIES, e, at0 + j, mask);
            sum0 = row.fma(weight, sum0);
            lanes0 = row.fma(value, lanes0);
            row = fromArray(SPECIES, e, at1 + j, mask);
            sum1 = row.fma(weight, sum1);
            lanes1 = row.fma(value, lanes1);
            row = fromArray(SPECIES, e, at2 + j, mask);
            sum2 = row.fma(weight, sum2);
            lanes2 = row.fma(value, lanes2);
            row = fromArray(SPECIES, e, at3 + j, mask);
            sum3 = row.fma(weight, sum3);
            lanes3 = row.fma(value, lanes3);
        }
        sum0.intoArray(s, sumsAt + c0 * LENGTH);
        sum1.intoArray(s, sumsAt + c1 * LENGTH);
        sum2.intoArray(s, sumsAt + c2 * LENGTH);
        sum3.intoArray(s, sumsAt + c3 * LENGTH);
        lanes0.intoArray(s, lanesAt + c0 * LENGTH);
        lanes1.intoArray(s, lanesAt + c1 * LENGTH);
        lanes2.intoArray(s, lanesAt + c2 * LENGTH);
        lanes3.intoArray(s, lanesAt + c3 * LENGTH);
    }

    /** y ← factor·x. */
    private static void scale(float factor, int n, float[] x, int xAt, float[] y, int yAt) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            fromArray(SPECIES, x, xAt + i).mul(factor).intoArray(y, yAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            fromArray(SPECIES, x, xAt + i, mask).mul(factor).intoArray(y, yAt + i, mask);
        }
    }

    /** dP += what {@code nTasks} tasks have left in their lanes, in the order of the tasks. */
    void addTo(Matrix<float[]> dP, int nTasks, float[] s) {
        for (int row = 0; row < e.rows(); row += LENGTH) {
            for (int i = row; i < row + LENGTH; i++) {
                addTasks(nTasks, scratchLength(), s, i * LENGTH);
            }
            LaneTotals.sums(s, row * LENGTH, totalsAt(0));
            for (int c = row; c < Math.min(row + LENGTH, e.rows()); c++) {
                dP.array()[dP.offset() + c] += s[totalsAt(0) + c - row];
            }
        }
    }

    private static void addTasks(int nTasks, int length, float[] s, int at) {
        FloatVector sum = fromArray(SPECIES, s, at);
        for (int task = 1; task < nTasks; task++) {
            sum = fromArray(SPECIES, s, at + task * length).add(sum);
        }
        sum.intoArray(s, at);
    }
}
