package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.broadcast;
import static org.icl4j.kernels.vector.Lanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.icl4j.kernels.Matrix;

/**
 * Causal attention of one head, a query at a time. Scores are computed for a vector of keys at
 * once, on a transposed copy of k; the mix of values for a vector of columns at once, over blocks of
 * keys in ascending order.
 *
 * @param scale factor of the scores
 * @param q [nQueries, dHead]
 * @param k [nKeys, dHead]
 * @param v [nKeys, dHead]
 * @param out [nQueries, dHead]
 * @param logSumExp [1, nQueries]
 */
record HeadForward(
        float scale,
        Matrix<float[]> q,
        Matrix<float[]> k,
        Matrix<float[]> v,
        Matrix<float[]> out,
        Matrix<float[]> logSumExp) {

    /**
     * Keys whose values are summed before the sum goes into the total: it bounds the roundings that one value meets, however
     * many the keys. Part of the result's identity: changing it changes bits.
     */
    private static final int BLOCK_KEYS = 32;

    /** The transposed keys and one row of scores. */
    int scratchLength() {
        return Math.multiplyExact(q.cols() + 1, padded(k.rows()));
    }

    void run(float[] scratch) {
        int nKeys = k.rows();
        int ld = padded(nKeys);
        int scores = q.cols() * ld;
        transpose(k, scratch, 0, ld);
        for (int i = 0; i < q.rows(); i++) {
            int seen = nKeys - q.rows() + i + 1;
            scores(scale, q, i, scratch, 0, ld, scratch, scores, seen);
            float max = Softmax.max(scratch, scores, seen);
            double sum = Softmax.exponentials(scratch, scores, scratch, scores, seen, max);
            mix(scratch, scores, seen, v, out, i, (float) (1 / sum));
            logSumExp.array()[logSumExp.offset() + i] = (float) (max + Math.log(sum));
        }
    }

    /** Room for {@code n} elements in whole vectors. */
    static int padded(int n) {
        return Math.ceilDiv(n, LENGTH) * LENGTH;
    }

    /** to[d, j] = m[j, d], rows {@code ld} apart, filled up with zeros. */
    static void transpose(Matrix<float[]> m, float[] to, int at, int ld) {
        for (int d = 0; d < m.cols(); d++) {
            int row = at + d * ld;
            for (int j = 0; j < m.rows(); j++) {
                to[row + j] = m.array()[m.offset() + j * m.ld() + d];
            }
            for (int j = m.rows(); j < ld; j++) {
                to[row + j] = 0;
            }
        }
    }

    /**
     * to[j] = factor·Σ_d row i of x·transposed[d, j], for j below {@code n}, and to the end of the
     * last vector.
     */
    static void scores(
            float factor, Matrix<float[]> x, int i, float[] transposed, int at, int ld, float[] to, int toAt, int n) {
        int xAt = x.index(0, i, 0);
        for (int j = 0; j < n; j += LENGTH) {
            FloatVector sum = Lanes.zero();
            for (int d = 0; d < x.cols(); d++) {
                sum = broadcast(x.array()[xAt + d]).fma(load(transposed, at + d * ld + j), sum);
            }
            sum.mul(factor).intoArray(to, toAt + j);
        }
    }

    /**
     * Row i of out ← factor·Σⱼ weights[j]·values[j, :], to {@link #BLOCK_KEYS} + 1 roundings a term: what is lost when a
     * block's sum is added to the total is kept and added last (Knuth's TwoSum).
     */
    static void mix(float[] weights, int at, int n, Matrix<float[]> values, Matrix<float[]> out, int i, float factor) {
        for (int d = 0; d < out.cols(); d += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, out.cols() - d));
            FloatVector sum = Lanes.zero();
            FloatVector lost = Lanes.zero();
            for (int from = 0; from < n; from += BLOCK_KEYS) {
                int to = Math.min(from + BLOCK_KEYS, n);
                FloatVector block = mixOfBlock(weights, at, from, to, values, d, mask);
                FloatVector total = sum.add(block);
                FloatVector added = total.sub(sum);
                lost = lost.add(sum.sub(total.sub(added))).add(block.sub(added));
                sum = total;
            }
            // ∞ − ∞ is not what an infinite sum lost.
            lost = lost.blend(0, lost.compare(VectorOperators.NE, lost));
            sum.add(lost).mul(factor).intoArray(out.array(), out.index(0, i, d), mask);
        }
    }

    private static FloatVector mixOfBlock(
            float[] weights, int at, int from, int to, Matrix<float[]> values, int d, VectorMask<Float> mask) {
        FloatVector sum = Lanes.zero();
        int start = values.offset() + d;
        for (int j = from; j < to; j++) {
            sum = broadcast(weights[at + j]).fma(load(values.array(), start + j * values.ld(), mask), sum);
        }
        return sum;
    }
}
