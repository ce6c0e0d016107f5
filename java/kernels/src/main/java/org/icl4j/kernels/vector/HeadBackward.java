package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.broadcast;
import static org.icl4j.kernels.vector.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * Gradient of {@link HeadForward}, a query at a time; dk and dv grow in ascending query order.
 *
 * @param scale factor of the scores
 * @param q [nQueries, dHead], as k, v, out, logSumExp and dOut an input
 * @param dq [nQueries, dHead], as dk and dv overwritten
 */
record HeadBackward(
        float scale,
        Matrix<float[]> q,
        Matrix<float[]> k,
        Matrix<float[]> v,
        Matrix<float[]> out,
        Matrix<float[]> logSumExp,
        Matrix<float[]> dOut,
        Matrix<float[]> dq,
        Matrix<float[]> dk,
        Matrix<float[]> dv) {

    /** Transposed keys and values, a row of probabilities and a row of their gradients. */
    int scratchLength() {
        return Math.multiplyExact(2 * q.cols() + 2, HeadForward.padded(k.rows()));
    }

    void run(float[] scratch) {
        int ld = HeadForward.padded(k.rows());
        int values = q.cols() * ld;
        int p = 2 * values;
        int ds = p + ld;
        HeadForward.transpose(k, scratch, 0, ld);
        HeadForward.transpose(v, scratch, values, ld);
        clear(dk);
        clear(dv);
        for (int i = 0; i < q.rows(); i++) {
            int seen = k.rows() - q.rows() + i + 1;
            HeadForward.scores(scale, q, i, scratch, 0, ld, scratch, p, seen);
            HeadForward.scores(1, dOut, i, scratch, values, ld, scratch, ds, seen);
            float outDot = Softmax.dot(dOut.array(), dOut.index(0, i, 0), out.array(), out.index(0, i, 0), q.cols());
            scoreGradients(scratch, p, ds, seen, logSumExp.array()[logSumExp.offset() + i], outDot);
            HeadForward.mix(scratch, ds, seen, k, dq, i, scale);
            addOuter(scratch, ds, seen, scale, q, i, dk);
            addOuter(scratch, p, seen, 1, dOut, i, dv);
        }
    }

    /** p ← exp(p − logSumExp), ds ← p∘(ds − outDot). */
    private static void scoreGradients(float[] scratch, int p, int ds, int n, float logSumExp, float outDot) {
        for (int j = 0; j < n; j += LENGTH) {
            FloatVector weight = VectorMath.exp(load(scratch, p + j).sub(logSumExp));
            weight.intoArray(scratch, p + j);
            load(scratch, ds + j).sub(outDot).mul(weight).intoArray(scratch, ds + j);
        }
    }

    /** to[j, :] += factor·weights[j]·x[i, :] for j below {@code n}. */
    private static void addOuter(
            float[] weights, int at, int n, float factor, Matrix<float[]> x, int i, Matrix<float[]> to) {
        for (int d = 0; d < x.cols(); d += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, x.cols() - d));
            FloatVector row = load(x.array(), x.index(0, i, d), mask).mul(factor);
            for (int j = 0; j < n; j++) {
                int toAt = to.index(0, j, d);
                broadcast(weights[at + j])
                        .fma(row, load(to.array(), toAt, mask))
                        .intoArray(to.array(), toAt, mask);
            }
        }
    }

    private static void clear(Matrix<float[]> m) {
        for (int i = 0; i < m.rows(); i++) {
            int from = m.index(0, i, 0);
            Arrays.fill(m.array(), from, from + m.cols(), 0);
        }
    }
}
