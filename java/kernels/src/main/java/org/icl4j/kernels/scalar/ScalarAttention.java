package org.icl4j.kernels.scalar;

import java.util.Optional;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.AttentionKernels;
import org.icl4j.kernels.Matrix;

/** {@link AttentionKernels} by their formulas, one query at a time. */
final class ScalarAttention<A> implements AttentionKernels<A> {
    private final Elements<A> at;

    ScalarAttention(Elements<A> at) {
        this.at = at;
    }

    @Override
    public void attention(
            AttentionHeads heads,
            Optional<Matrix<A>> bias,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> out,
            Matrix<A> logSumExp) {
        for (int b = 0; b < q.count(); b++) {
            for (int h = 0; h < heads.nHeads(); h++) {
                Scores scores = new Scores(heads, bias, b, h, q, k);
                for (int i = 0; i < q.rows(); i++) {
                    query(scores, i, v, out, logSumExp);
                }
            }
        }
    }

    private void query(Scores scores, int i, Matrix<A> v, Matrix<A> out, Matrix<A> logSumExp) {
        int first = scores.first(i);
        int last = scores.last(i);
        double[] weights = new double[last + 1];
        double max = Double.NEGATIVE_INFINITY;
        for (int j = first; j <= last; j++) {
            weights[j] = scores.of(i, j);
            max = Math.max(max, weights[j]);
        }
        double sum = 0;
        for (int j = first; j <= last; j++) {
            weights[j] = StrictMath.exp(weights[j] - max);
            sum += weights[j];
        }
        for (int d = 0; d < scores.dHead; d++) {
            double mix = 0;
            for (int j = first; j <= last; j++) {
                mix += weights[j] * at.get(v, scores.b, j, scores.keyColumn + d);
            }
            at.set(out, scores.b, i, scores.column + d, mix / sum);
        }
        at.set(logSumExp, scores.b, scores.h, i, max + StrictMath.log(sum));
    }

    @Override
    public void attentionBackward(
            AttentionHeads heads,
            Optional<Matrix<A>> bias,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> out,
            Matrix<A> logSumExp,
            Matrix<A> dOut,
            Matrix<A> dq,
            Matrix<A> dk,
            Matrix<A> dv) {
        for (int b = 0; b < q.count(); b++) {
            for (int keyHead = 0; keyHead < heads.nKeyHeads(); keyHead++) {
                GroupGradient gradient = new GroupGradient(q, k, v, out, logSumExp, dOut);
                for (int member = 0; member < heads.groupSize(); member++) {
                    int h = keyHead * heads.groupSize() + member;
                    gradient.addHead(new Scores(heads, bias, b, h, q, k), dq);
                }
                gradient.store(b, keyHead, dk, dv);
            }
        }
    }

    /** The scores of one head of one batch entry. */
    private final class Scores {
        private final AttentionHeads heads;
        private final Optional<Matrix<A>> bias;
        private final int b;
        private final int h;
        private final Matrix<A> q;
        private final Matrix<A> k;
        private final int dHead;

        /** The head's first column of queries, and of keys. */
        private final int column;

        private final int keyColumn;

        Scores(AttentionHeads heads, Optional<Matrix<A>> bias, int b, int h, Matrix<A> q, Matrix<A> k) {
            this.heads = heads;
            this.bias = bias;
            this.b = b;
            this.h = h;
            this.q = q;
            this.k = k;
            this.dHead = q.cols() / heads.nHeads();
            this.column = h * dHead;
            this.keyColumn = h / heads.groupSize() * dHead;
        }

        int last(int i) {
            return k.rows() - q.rows() + i;
        }

        int first(int i) {
            return heads.firstSeen(last(i));
        }

        /** The score without its bias, and what multiplies its gradient. */
        double uncapped(int i, int j) {
            return heads.scale() * dot(q, column, i, k, keyColumn, j);
        }

        double capSlope(int i, int j) {
            double t = heads.isCapped() ? StrictMath.tanh(uncapped(i, j) / heads.softCap()) : 0;
            return 1 - t * t;
        }

        double of(int i, int j) {
            double s = uncapped(i, j);
            double capped = heads.isCapped() ? heads.softCap() * StrictMath.tanh(s / heads.softCap()) : s;
            return bias.isEmpty()
                    ? capped
                    : capped + at.get(bias.get(), bias.get().count() == 1 ? 0 : h, i, j);
        }

        double dot(Matrix<A> x, int xColumn, int i, Matrix<A> y, int yColumn, int j) {
            double sum = 0;
            for (int d = 0; d < dHead; d++) {
                sum += at.get(x, b, i, xColumn + d) * at.get(y, b, j, yColumn + d);
            }
            return sum;
        }
    }

    /** The backward pass of the heads that share one head of keys, with its gradients summed in double. */
    private final class GroupGradient {
        private final Matrix<A> q;
        private final Matrix<A> k;
        private final Matrix<A> v;
        private final Matrix<A> out;
        private final Matrix<A> logSumExp;
        private final Matrix<A> dOut;
        private double[][] gradK;
        private double[][] gradV;

        GroupGradient(Matrix<A> q, Matrix<A> k, Matrix<A> v, Matrix<A> out, Matrix<A> logSumExp, Matrix<A> dOut) {
            this.q = q;
            this.k = k;
            this.v = v;
            this.out = out;
            this.logSumExp = logSumExp;
            this.dOut = dOut;
        }

        void addHead(Scores scores, Matrix<A> dq) {
            if (gradK == null) {
                gradK = new double[k.rows()][scores.dHead];
                gradV = new double[k.rows()][scores.dHead];
            }
            for (int i = 0; i < q.rows(); i++) {
                double[] gradQ = new double[scores.dHead];
                double outDot = scores.dot(dOut, scores.column, i, out, scores.column, i);
                for (int j = scores.first(i); j <= scores.last(i); j++) {
                    addPair(scores, i, j, outDot, gradQ);
                }
                store(gradQ, dq, scores.b, i, scores.column);
            }
        }

        private void addPair(Scores scores, int i, int j, double outDot, double[] gradQ) {
            double p = StrictMath.exp(scores.of(i, j) - at.get(logSumExp, scores.b, scores.h, i));
            double dp = scores.dot(dOut, scores.column, i, v, scores.keyColumn, j);
            double ds = p * (dp - outDot) * scores.capSlope(i, j) * scores.heads.scale();
            for (int d = 0; d < scores.dHead; d++) {
                gradQ[d] += ds * at.get(k, scores.b, j, scores.keyColumn + d);
                gradK[j][d] += ds * at.get(q, scores.b, i, scores.column + d);
                gradV[j][d] += p * at.get(dOut, scores.b, i, scores.column + d);
            }
        }

        void store(int b, int keyHead, Matrix<A> dk, Matrix<A> dv) {
            for (int j = 0; j < k.rows(); j++) {
                store(gradK[j], dk, b, j, keyHead * gradK[j].length);
                store(gradV[j], dv, b, j, keyHead * gradV[j].length);
            }
        }

        private void store(double[] gradient, Matrix<A> to, int b, int row, int column) {
            for (int d = 0; d < gradient.length; d++) {
                at.set(to, b, row, column + d, gradient[d]);
            }
        }
    }
}
