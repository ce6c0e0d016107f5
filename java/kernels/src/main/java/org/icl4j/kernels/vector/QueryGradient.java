package org.icl4j.kernels.vector;

import static java.lang.invoke.VarHandle.loadLoadFence;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * The gradient of {@link QueryReading}: each row of a prompt times its scores and times its values, of which up to six vectors stay
 * in registers for all rows. Of the first product the lanes are summed over all prompts of a task, and across lanes only once, at
 * the end; of the second each sum goes across lanes, those of LENGTH rows at once.
 *
 * <p>Working memory of a task: a vector for each row, the lanes of dP; a vector for each row of LENGTH prompts, those of dV; their
 * totals; and a vector of zeros.
 */
record QueryGradient(
        float scale,
        Matrix<float[]> e,
        Matrix<float[]> scores,
        Matrix<float[]> values,
        Matrix<float[]> dOut,
        Matrix<float[]> dV) {
    /** Elements of working memory that a task needs. */
    int scratchLength() {
        return Math.addExact(zeroAt(0), LENGTH);
    }

    /** Where the lanes of dV begin, in the working memory at {@code at}; those of dP begin there. */
    private int lanesAt(int at) {
        return at + Math.multiplyExact(Lanes.padded(e.rows()), LENGTH);
    }

    private int totalsAt(int at) {
        return lanesAt(at) + Math.multiplyExact(e.rows() * LENGTH, LENGTH);
    }

    private int zeroAt(int at) {
        return totalsAt(at) + e.rows() * LENGTH;
    }

    /** dV of prompts {@code first} to {@code end}, exclusive, and their part of dP in lanes. */
    void run(int first, int end, float[] s, int at) {
        Arrays.fill(s, at, lanesAt(at), 0);
        Arrays.fill(s, zeroAt(at), zeroAt(at) + LENGTH, 0);
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
        float factor = scale * dOut.array()[dOut.offset() + b];
        int eAt = e.index(b, 0, 0);
        int scoresAt = scores.index(0, b, 0);
        int valuesAt = values.index(0, b, 0);
        if (e.cols() == 0) {
            Arrays.fill(s, lanesAt, lanesAt + e.rows() * LENGTH, 0);
        }
        int beforeAt = zeroAt(at);
        int step = 0;
        int j = 0;
        for (; j + 5 * LENGTH <= e.cols(); j += 6 * LENGTH) {
            six(
                    e.rows(),
                    e.cols() - j,
                    e.array(),
                    eAt + j,
                    e.ld(),
                    factor,
                    scores.array(),
                    scoresAt + j,
                    values.array(),
                    valuesAt + j,
                    s,
                    at,
                    beforeAt,
                    step,
                    lanesAt);
            beforeAt = lanesAt;
            step = LENGTH;
        }
        for (; j + 2 * LENGTH <= e.cols(); j += 3 * LENGTH) {
            wide(
                    e.rows(),
                    e.cols() - j,
                    e.array(),
                    eAt + j,
                    e.ld(),
                    factor,
                    scores.array(),
                    scoresAt + j,
                    values.array(),
                    valuesAt + j,
                    s,
                    at,
                    beforeAt,
                    step,
                    lanesAt);
            beforeAt = lanesAt;
            step = LENGTH;
        }
        for (; j < e.cols(); j += LENGTH) {
            narrow(
                    e.rows(),
                    e.cols() - j,
                    e.array(),
                    eAt + j,
                    e.ld(),
                    factor,
                    scores.array(),
                    scoresAt + j,
                    values.array(),
                    valuesAt + j,
                    s,
                    at,
                    beforeAt,
                    step,
                    lanesAt);
            beforeAt = lanesAt;
            step = LENGTH;
        }
    }

    /**
     * Five vectors of tokens, and of the {@code left} tokens those that a sixth one takes.
     *
     * @param sumsAt where the lanes of dP are, which are added to
     * @param beforeAt where the lanes of dV are as other tokens left them, rows {@code step} apart
     * @param lanesAt where the lanes of dV go
     */
    private static void six(
            int rows,
            int left,
            float[] e,
            int eAt,
            int ld,
            float factor,
            float[] scores,
            int scoresAt,
            float[] values,
            int valuesAt,
            float[] s,
            int sumsAt,
            int beforeAt,
            int step,
            int lanesAt) {
        VectorMask<Float> mask = SPECIES.indexInRange(5 * LENGTH, left);
        FloatVector weight0 = fromArray(SPECIES, scores, scoresAt).mul(factor);
        FloatVector weight1 = fromArray(SPECIES, scores, scoresAt + LENGTH).mul(factor);
        FloatVector weight2 = fromArray(SPECIES, scores, scoresAt + 2 * LENGTH).mul(factor);
        FloatVector weight3 = fromArray(SPECIES, scores, scoresAt + 3 * LENGTH).mul(factor);
        FloatVector weight4 = fromArray(SPECIES, scores, scoresAt + 4 * LENGTH).mul(factor);
        // Masked, for beyond the tokens 0 times an infinite factor is NaN.
        FloatVector weight5 =
                fromArray(SPECIES, scores, scoresAt + 5 * LENGTH, mask).mul(factor, mask);
        FloatVector value0 = fromArray(SPECIES, values, valuesAt);
        FloatVector value1 = fromArray(SPECIES, values, valuesAt + LENGTH);
        FloatVector value2 = fromArray(SPECIES, values, valuesAt + 2 * LENGTH);
        FloatVector value3 = fromArray(SPECIES, values, valuesAt + 3 * LENGTH);
        FloatVector value4 = fromArray(SPECIES, values, valuesAt + 4 * LENGTH);
        FloatVector value5 = fromArray(SPECIES, values, valuesAt + 5 * LENGTH, mask);
        int row = eAt;
        int before = beforeAt;
        for (int c = 0; c < rows * LENGTH; c += LENGTH) {
            FloatVector sum = fromArray(SPECIES, s, sumsAt + c);
            FloatVector lanes = fromArray(SPECIES, s, before);
            FloatVector e0 = fromArray(SPECIES, e, row);
            sum = e0.fma(weight0, sum);
            lanes = e0.fma(value0, lanes);
            loadLoadFence();
            FloatVector e1 = fromArray(SPECIES, e, row + LENGTH);
            sum = e1.fma(weight1, sum);
            lanes = e1.fma(value1, lanes);
            loadLoadFence();
            FloatVector e2 = fromArray(SPECIES, e, row + 2 * LENGTH);
            sum = e2.fma(weight2, sum);
            lanes = e2.fma(value2, lanes);
            loadLoadFence();
            FloatVector e3 = fromArray(SPECIES, e, row + 3 * LENGTH);
            sum = e3.fma(weight3, sum);
            lanes = e3.fma(value3, lanes);
            loadLoadFence();
            FloatVector e4 = fromArray(SPECIES, e, row + 4 * LENGTH);
            sum = e4.fma(weight4, sum);
            lanes = e4.fma(value4, lanes);
            loadLoadFence();
            FloatVector e5 = fromArray(SPECIES, e, row + 5 * LENGTH, mask);
            sum = e5.fma(weight5, sum);
            lanes = e5.fma(value5, lanes);
            sum.intoArray(s, sumsAt + c);
            lanes.intoArray(s, lanesAt + c);
            row += ld;
            before += step;
        }
    }

    /** Two vectors of tokens, and of the {@code left} tokens those that a third one takes; otherwise as {@link #six}. */
    private static void wide(
            int rows,
            int left,
            float[] e,
            int eAt,
            int ld,
            float factor,
            float[] scores,
            int scoresAt,
            float[] values,
            int valuesAt,
            float[] s,
            int sumsAt,
            int beforeAt,
            int step,
            int lanesAt) {
        VectorMask<Float> mask = SPECIES.indexInRange(2 * LENGTH, left);
        FloatVector weight0 = fromArray(SPECIES, scores, scoresAt).mul(factor);
        FloatVector weight1 = fromArray(SPECIES, scores, scoresAt + LENGTH).mul(factor);
        // Masked, for beyond the tokens 0 times an infinite factor is NaN.
        FloatVector weight2 =
                fromArray(SPECIES, scores, scoresAt + 2 * LENGTH, mask).mul(factor, mask);
        FloatVector value0 = fromArray(SPECIES, values, valuesAt);
        FloatVector value1 = fromArray(SPECIES, values, valuesAt + LENGTH);
        FloatVector value2 = fromArray(SPECIES, values, valuesAt + 2 * LENGTH, mask);
        int row = eAt;
        int before = beforeAt;
        for (int c = 0; c < rows * LENGTH; c += LENGTH) {
            FloatVector sum = fromArray(SPECIES, s, sumsAt + c);
            FloatVector lanes = fromArray(SPECIES, s, before);
            FloatVector e0 = fromArray(SPECIES, e, row);
            sum = e0.fma(weight0, sum);
            lanes = e0.fma(value0, lanes);
            FloatVector e1 = fromArray(SPECIES, e, row + LENGTH);
            sum = e1.fma(weight1, sum);
            lanes = e1.fma(value1, lanes);
            FloatVector e2 = fromArray(SPECIES, e, row + 2 * LENGTH, mask);
            sum = e2.fma(weight2, sum);
            lanes = e2.fma(value2, lanes);
            sum.intoArray(s, sumsAt + c);
            lanes.intoArray(s, lanesAt + c);
            row += ld;
            before += step;
        }
    }

    /** Of the {@code left} tokens those that one vector takes. */
    private static void narrow(
            int rows,
            int left,
            float[] e,
            int eAt,
            int ld,
            float factor,
            float[] scores,
            int scoresAt,
            float[] values,
            int valuesAt,
            float[] s,
            int sumsAt,
            int beforeAt,
            int step,
            int lanesAt) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, left);
        FloatVector weight = fromArray(SPECIES, scores, scoresAt, mask).mul(factor, mask);
        FloatVector value = fromArray(SPECIES, values, valuesAt, mask);
        for (int c = 0; c < rows; c++) {
            FloatVector row = fromArray(SPECIES, e, eAt + c * ld, mask);
            row.fma(weight, fromArray(SPECIES, s, sumsAt + c * LENGTH)).intoArray(s, sumsAt + c * LENGTH);
            row.fma(value, fromArray(SPECIES, s, beforeAt + c * step)).intoArray(s, lanesAt + c * LENGTH);
        }
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
