package org.icl4j.kernels.vector;

import static java.lang.invoke.VarHandle.loadLoadFence;
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
 * Linear self-attention read at the query: scores and values of up to six vectors of tokens at a time, in one pass over the rows of the
 * prompt, a broadcast of v and one of p for each row. Their products are summed in lanes, and over the lanes of LENGTH prompts at once.
 */
record QueryReading(
        float scale,
        Matrix<float[]> e,
        Matrix<float[]> p,
        Matrix<float[]> v,
        Matrix<float[]> scores,
        Matrix<float[]> values,
        Matrix<float[]> out) {
    /** Place in the scratch array of the sums of LENGTH prompts; before it are those of their lanes. */
    private static final int SUMS = LENGTH * LENGTH;

    static final int SCRATCH_LENGTH = SUMS + LENGTH;

    /** Prompts from {@code first} to {@code end}, exclusive. */
    void run(int first, int end, float[] s) {
        for (int b = first; b < end; b += LENGTH) {
            int n = Math.min(LENGTH, end - b);
            Arrays.fill(s, 0, n * LENGTH, 0);
            for (int i = 0; i < n; i++) {
                prompt(b + i, s, i * LENGTH);
            }
            LaneTotals.sums(s, 0, SUMS);
            for (int i = 0; i < n; i++) {
                out.array()[out.offset() + b + i] = scale * s[SUMS + i];
            }
        }
    }

    private void prompt(int b, float[] s, int at) {
        int eAt = e.index(b, 0, 0);
        int vAt = v.index(0, b, 0);
        int scoresAt = scores.index(0, b, 0);
        int valuesAt = values.index(0, b, 0);
        int j = 0;
        for (; j + 5 * LENGTH <= e.cols(); j += 6 * LENGTH) {
            six(
                    e.rows(),
                    e.cols() - j,
                    e.array(),
                    eAt + j,
                    e.ld(),
                    v.array(),
                    vAt,
                    p.array(),
                    p.offset(),
                    scores.array(),
                    scoresAt + j,
                    values.array(),
                    valuesAt + j,
                    s,
                    at);
        }
        for (; j + 2 * LENGTH <= e.cols(); j += 3 * LENGTH) {
            wide(
                    e.rows(),
                    e.cols() - j,
                    e.array(),
                    eAt + j,
                    e.ld(),
                    v.array(),
                    vAt,
                    p.array(),
                    p.offset(),
                    scores.array(),
                    scoresAt + j,
                    values.array(),
                    valuesAt + j,
                    s,
                    at);
        }
        for (; j < e.cols(); j += LENGTH) {
            narrow(
                    e.rows(),
                    e.cols() - j,
                    e.array(),
                    eAt + j,
                    e.ld(),
                    v.array(),
                    vAt,
                    p.array(),
                    p.offset(),
                    scores.array(),
                    scoresAt + j,
                    values.array(),
                    valuesAt + j,
                    s,
                    at);
        }
    }

    /** Five vectors of tokens, and of the {@code left} tokens those that a sixth one takes. */
    private static void six(
            int rows,
            int left,
            float[] e,
            int eAt,
            int ld,
            float[] v,
            int vAt,
            float[] p,
            int pAt,
            float[] scores,
            int scoresAt,
            float[] values,
            int valuesAt,
            float[] s,
            int at) {
        VectorMask<Float> mask = SPECIES.indexInRange(5 * LENGTH, left);
        FloatVector score0 = zero(SPECIES);
        FloatVector score1 = zero(SPECIES);
        FloatVector score2 = zero(SPECIES);
        FloatVector score3 = zero(SPECIES);
        FloatVector score4 = zero(SPECIES);
        FloatVector score5 = zero(SPECIES);
        FloatVector value0 = zero(SPECIES);
        FloatVector value1 = zero(SPECIES);
        FloatVector value2 = zero(SPECIES);
        FloatVector value3 = zero(SPECIES);
        FloatVector value4 = zero(SPECIES);
        FloatVector value5 = zero(SPECIES);
        int row = eAt;
        for (int c = 0; c < rows; c++) {
            FloatVector key = broadcast(SPECIES, v[vAt + c]);
            FloatVector weight = broadcast(SPECIES, p[pAt + c]);
            FloatVector e0 = fromArray(SPECIES, e, row);
            score0 = e0.fma(key, score0);
            value0 = e0.fma(weight, value0);
            loadLoadFence();
            FloatVector e1 = fromArray(SPECIES, e, row + LENGTH);
            score1 = e1.fma(key, score1);
            value1 = e1.fma(weight, value1);
            loadLoadFence();
            FloatVector e2 = fromArray(SPECIES, e, row + 2 * LENGTH);
            score2 = e2.fma(key, score2);
            value2 = e2.fma(weight, value2);
            loadLoadFence();
            FloatVector e3 = fromArray(SPECIES, e, row + 3 * LENGTH);
            score3 = e3.fma(key, score3);
            value3 = e3.fma(weight, value3);
            loadLoadFence();
            FloatVector e4 = fromArray(SPECIES, e, row + 4 * LENGTH);
            score4 = e4.fma(key, score4);
            value4 = e4.fma(weight, value4);
            loadLoadFence();
            FloatVector e5 = fromArray(SPECIES, e, row + 5 * LENGTH, mask);
            score5 = e5.fma(key, score5);
            value5 = e5.fma(weight, value5);
            row += ld;
        }
        score0.intoArray(scores, scoresAt);
        score1.intoArray(scores, scoresAt + LENGTH);
        score2.intoArray(scores, scoresAt + 2 * LENGTH);
        score3.intoArray(scores, scoresAt + 3 * LENGTH);
        score4.intoArray(scores, scoresAt + 4 * LENGTH);
        score5.intoArray(scores, scoresAt + 5 * LENGTH, mask);
        value0.intoArray(values, valuesAt);
        value1.intoArray(values, valuesAt + LENGTH);
        value2.intoArray(values, valuesAt + 2 * LENGTH);
        value3.intoArray(values, valuesAt + 3 * LENGTH);
        value4.intoArray(values, valuesAt + 4 * LENGTH);
        value5.intoArray(values, valuesAt + 5 * LENGTH, mask);
        FloatVector sum = fromArray(SPECIES, s, at);
        sum = score0.fma(value0, sum);
        sum = score1.fma(value1, sum);
        sum = score2.fma(value2, sum);
        sum = score3.fma(value3, sum);
        sum = score4.fma(value4, sum);
        // Masked, for beyond the tokens 0 times an infinite v or p is NaN.
        sum.add(score5.mul(value5), mask).intoArray(s, at);
    }

    /** Two vectors of tokens, and of the {@code left} tokens those that a third one takes. */
    private static void wide(
            int rows,
            int left,
            float[] e,
            int eAt,
            int ld,
            float[] v,
            int vAt,
            float[] p,
            int pAt,
            float[] scores,
            int scoresAt,
            float[] values,
            int valuesAt,
            float[] s,
            int at) {
        VectorMask<Float> mask = SPECIES.indexInRange(2 * LENGTH, left);
        FloatVector score0 = zero(SPECIES);
        FloatVector score1 = zero(SPECIES);
        FloatVector score2 = zero(SPECIES);
        FloatVector value0 = zero(SPECIES);
        FloatVector value1 = zero(SPECIES);
        FloatVector value2 = zero(SPECIES);
        int row = eAt;
        for (int c = 0; c < rows; c++) {
            FloatVector key = broadcast(SPECIES, v[vAt + c]);
            FloatVector weight = broadcast(SPECIES, p[pAt + c]);
            FloatVector e0 = fromArray(SPECIES, e, row);
            score0 = e0.fma(key, score0);
            value0 = e0.fma(weight, value0);
            FloatVector e1 = fromArray(SPECIES, e, row + LENGTH);
            score1 = e1.fma(key, score1);
            value1 = e1.fma(weight, value1);
            FloatVector e2 = fromArray(SPECIES, e, row + 2 * LENGTH, mask);
            score2 = e2.fma(key, score2);
            value2 = e2.fma(weight, value2);
            row += ld;
        }
        score0.intoArray(scores, scoresAt);
        score1.intoArray(scores, scoresAt + LENGTH);
        score2.intoArray(scores, scoresAt + 2 * LENGTH, mask);
        value0.intoArray(values, valuesAt);
        value1.intoArray(values, valuesAt + LENGTH);
        value2.intoArray(values, valuesAt + 2 * LENGTH, mask);
        FloatVector sum = fromArray(SPECIES, s, at);
        sum = score0.fma(value0, sum);
        sum = score1.fma(value1, sum);
        // Masked, for beyond the tokens 0 times an infinite v or p is NaN.
        sum.add(score2.mul(value2), mask).intoArray(s, at);
    }

    /** Of the {@code left} tokens those that one vector takes. */
    private static void narrow(
            int rows,
            int left,
            float[] e,
            int eAt,
            int ld,
            float[] v,
            int vAt,
            float[] p,
            int pAt,
            float[] scores,
            int scoresAt,
            float[] values,
            int valuesAt,
            float[] s,
            int at) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, left);
        FloatVector score = zero(SPECIES);
        FloatVector value = zero(SPECIES);
        for (int c = 0; c < rows; c++) {
            FloatVector row = fromArray(SPECIES, e, eAt + c * ld, mask);
            score = row.fma(broadcast(SPECIES, v[vAt + c]), score);
            value = row.fma(broadcast(SPECIES, p[pAt + c]), value);
        }
        score.intoArray(scores, scoresAt, mask);
        value.intoArray(values, valuesAt, mask);
        fromArray(SPECIES, s, at).add(score.mul(value), mask).intoArray(s, at);
    }
}
