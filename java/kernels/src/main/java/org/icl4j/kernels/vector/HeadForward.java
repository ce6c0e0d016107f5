package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.HeadBlock.KEYS;
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
 * Causal attention of one head, a block of queries at a time against blocks of keys in ascending order, with a running maximum
 * (Milakov and Gimelshein 2018; Dao et al. 2022, Algorithm 1).
 *
 * <p>A query's result depends on its own lane only: keys that it does not see have weight 0, and adding 0 changes nothing.
 *
 * @param heads scale, cap and window
 * @param bias [nQueries, nKeys]
 * @param q [nQueries, dHead]
 * @param k [nKeys, dHead]
 * @param v [nKeys, dHead]
 * @param out [nQueries, dHead]
 * @param logSumExp [1, nQueries]
 */
record HeadForward(
        AttentionHeads heads,
        Optional<Matrix<float[]>> bias,
        Matrix<float[]> q,
        Matrix<float[]> k,
        Matrix<float[]> v,
        Matrix<float[]> out,
        Matrix<float[]> logSumExp) {

    /** Rows of the statistics of a block: maximum, sum, what the sum lost, and the factor of what was summed before. */
    private static final int MAX = 0;

    private static final int SUM = WIDTH;
    private static final int SUM_LOST = 2 * WIDTH;
    private static final int FACTOR = 3 * WIDTH;
    private static final int STATISTICS = 4 * WIDTH;

    /**
     * Where the parts of the working array begin.
     *
     * @param queries [dHead, WIDTH], as mix, total and lost
     * @param scores [KEYS, WIDTH], as biases
     * @param rows [WIDTH, dHead]
     * @param panels values packed by columns
     */
    private record Layout(
            int queries, int scores, int biases, int mix, int total, int lost, int rows, int panels, int length) {
        static Layout of(int dHead, int nKeys) {
            int columns = Math.multiplyExact(HeadBlock.panels(dHead), WIDTH);
            int queries = STATISTICS;
            int scores = queries + columns;
            int biases = scores + KEYS * WIDTH;
            int mix = biases + KEYS * WIDTH;
            int total = mix + columns;
            int lost = total + columns;
            int rows = lost + columns;
            int panels = rows + columns;
            int length = Math.addExact(panels, Math.multiplyExact(HeadBlock.panels(dHead), nKeys));
            return new Layout(queries, scores, biases, mix, total, lost, rows, panels, length);
        }
    }

    int scratchLength() {
        return Layout.of(q.cols(), k.rows()).length;
    }

    void run(float[] scratch) {
        Layout at = Layout.of(q.cols(), k.rows());
        // A value that is no number times a weight of 0 would reach the queries that do not see it: then one at a time.
        int step = HeadBlock.packColumns(v, scratch, at.panels) ? WIDTH : 1;
        for (int i = 0; i < q.rows(); i += step) {
            block(i, Math.min(step, q.rows() - i), scratch, at);
        }
    }

    /** The queries i … i + n, of which there are at most {@link AttentionTiles#WIDTH}. */
    private void block(int i, int n, float[] scratch, Layout at) {
        int dHead = q.cols();
        int columns = HeadBlock.tiles(dHead);
        int lastOfFirst = k.rows() - q.rows() + i;
        int seen = lastOfFirst + n;
        HeadBlock.transpose(q, i, n, (float) heads.scale(), scratch, at.queries);
        Arrays.fill(scratch, MAX, MAX + WIDTH, Float.NEGATIVE_INFINITY);
        Arrays.fill(scratch, SUM, FACTOR, 0);
        Arrays.fill(scratch, at.total, at.rows, 0);
        for (int j = HeadBlock.firstKey(heads, lastOfFirst); j < seen; j += KEYS) {
            int keys = Math.min(KEYS, seen - j);
            Arrays.fill(scratch, at.scores, at.scores + HeadBlock.tiles(keys) * WIDTH, 0);
            HeadBlock.addProducts(k, j, keys, scratch, at.queries, scratch, at.scores);
            HeadBlock.finishScores(heads, bias, i, n, lastOfFirst, j, keys, scratch, at.scores, at.biases, at.biases);
            weigh(scratch, at.scores, keys);
            Arrays.fill(scratch, at.mix, at.mix + columns * WIDTH, 0);
            HeadBlock.addMix(scratch, at.panels, k.rows(), dHead, j, keys, scratch, at.scores, scratch, at.mix);
            addToTotal(scratch, at.mix, at.total, at.lost, dHead);
        }
        finish(scratch, at, i, n);
    }

    /** The scores of a block of keys become weights exp(score − maximum so far), and the statistics are brought up to date. */
    private static void weigh(float[] s, int scores, int keys) {
        for (int lane = 0; lane < WIDTH; lane += LENGTH) {
            FloatVector before = fromArray(SPECIES, s, MAX + lane);
            FloatVector max = max(s, scores + lane, keys, before);
            // Where nothing but −∞ was met, the weights are 0 and not NaN.
            FloatVector base = max.blend(0, max.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
            FloatVector factor = Softmax.exponential(before.sub(base));
            max.intoArray(s, MAX + lane);
            factor.intoArray(s, FACTOR + lane);
            FloatVector block = exponentials(s, scores + lane, keys, base);
            addCompensated(s, SUM + lane, SUM_LOST + lane, factor, block);
        }
    }

    private static FloatVector max(float[] s, int at, int n, FloatVector start) {
        FloatVector max = start;
        for (int j = 0; j < n; j++) {
            FloatVector next = fromArray(SPECIES, s, at + j * WIDTH);
            max = max.blend(next, next.compare(VectorOperators.GT, max));
        }
        return max;
    }

    /** s ← exp(s − base); returns their sum. */
    private static FloatVector exponentials(float[] s, int at, int n, FloatVector base) {
        FloatVector sum = zero(SPECIES);
        for (int j = 0; j < n; j++) {
            FloatVector weight =
                    Softmax.exponential(fromArray(SPECIES, s, at + j * WIDTH).sub(base));
            weight.intoArray(s, at + j * WIDTH);
            sum = sum.add(weight);
        }
        return sum;
    }

    private static void addToTotal(float[] s, int mix, int total, int lost, int dHead) {
        for (int lane = 0; lane < WIDTH; lane += LENGTH) {
            FloatVector factor = fromArray(SPECIES, s, FACTOR + lane);
            for (int d = 0; d < dHead; d++) {
                int at = d * WIDTH + lane;
                addCompensated(s, total + at, lost + at, factor, fromArray(SPECIES, s, mix + at));
            }
        }
    }

    /** total ← factor·total + term; what the addition loses is kept and added with the next term (Kahan 1965). */
    private static void addCompensated(float[] s, int total, int lost, FloatVector factor, FloatVector term) {
        FloatVector scaled = fromArray(SPECIES, s, total).mul(factor);
        FloatVector corrected = fromArray(SPECIES, s, lost).fma(factor, term);
        FloatVector sum = scaled.add(corrected);
        sum.intoArray(s, total);
        FloatVector rest = corrected.sub(sum.sub(scaled));
        // ∞ − ∞ is not what an infinite sum lost.
        rest.blend(0, rest.compare(VectorOperators.NE, rest)).intoArray(s, lost);
    }

    private void finish(float[] scratch, Layout at, int i, int n) {
        for (int lane = 0; lane < WIDTH; lane += LENGTH) {
            FloatVector sum = fromArray(SPECIES, scratch, SUM + lane).add(fromArray(SPECIES, scratch, SUM_LOST + lane));
            FloatVector reciprocal = broadcast(SPECIES, 1).div(sum);
            for (int d = 0; d < q.cols(); d++) {
                int total = at.total + d * WIDTH + lane;
                FloatVector value =
                        fromArray(SPECIES, scratch, total).add(fromArray(SPECIES, scratch, total - at.total + at.lost));
                value.mul(reciprocal).intoArray(scratch, total);
            }
            VectorMask<Float> queries = Lanes.first(Math.clamp(n - lane, 0, LENGTH));
            // A query that meets −∞ only has no weights.
            VectorMask<Float> weighed = sum.compare(VectorOperators.GT, 0);
            broadcast(SPECIES, Float.NaN)
                    .blend(fromArray(SPECIES, scratch, MAX + lane).add(VectorMath.log(sum)), weighed)
                    .intoArray(logSumExp.array(), logSumExp.offset() + i + lane, queries);
        }
        HeadBlock.transposeBack(scratch, at.total, at.rows, 1, out, i, n);
    }
}
