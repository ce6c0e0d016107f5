package org.icl4j.kernels.scalar;

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
            AttentionHeads heads, Matrix<A> q, Matrix<A> k, Matrix<A> v, Matrix<A> out, Matrix<A> logSumExp) {
        int dHead = q.cols() / heads.nHeads();
        double[] scores = new double[k.rows()];
        for (int b = 0; b < q.count(); b++) {
            for (int h = 0; h < heads.nHeads(); h++) {
                int first = h * dHead;
                for (int i = 0; i < q.rows(); i++) {
                    int seen = k.rows() - q.rows() + i + 1;
                    double max = Double.NEGATIVE_INFINITY;
                    for (int j = 0; j < seen; j++) {
                        scores[j] = heads.scale() * dot(q, k, b, i, j, first, dHead);
                        max = Math.max(max, scores[j]);
                    }
                    double sum = 0;
                    for (int j = 0; j < seen; j++) {
                        scores[j] = StrictMath.exp(scores[j] - max);
                        sum += scores[j];
                    }
                    for (int d = first; d < first + dHead; d++) {
                        double mix = 0;
                        for (int j = 0; j < seen; j++) {
                            mix += scores[j] * at.get(v, b, j, d);
                        }
                        at.set(out, b, i, d, mix / sum);
                    }
                    at.set(logSumExp, b, h, i, max + StrictMath.log(sum));
                }
            }
        }
    }

    @Override
    public void attentionBackward(
            AttentionHeads heads,
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
            for (int h = 0; h < heads.nHeads(); h++) {
                new HeadGradient(heads, b, h, q, k, v, out, logSumExp, dOut).run(dq, dk, dv);
            }
        }
    }

    /** Products of rows i of x and j of y over the columns of one head. */
    private double dot(Matrix<A> x, Matrix<A> y, int b, int i, int j, int first, int dHead) {
        double sum = 0;
        for (int d = first; d < first + dHead; d++) {
            sum += at.get(x, b, i, d) * at.get(y, b, j, d);
        }
        return sum;
    }

    /** The backward pass of one head of one batch entry, with its gradients summed in double. */
    private final class HeadGradient {
        private final AttentionHeads heads;
        private final int b;
        private final int h;
        private final Matrix<A> q;
        private final Matrix<A> k;
        private final Matrix<A> v;
        private final Matrix<A> out;
        private final Matrix<A> logSumExp;
        private final Matrix<A> dOut;
        private final int dHead;
        private final int first;
        private final double[][] gradQ;
        private final double[][] gradK;
        private final double[][] gradV;

        HeadGradient(
                AttentionHeads heads,
                int b,
                int h,
                Matrix<A> q,
                Matrix<A> k,
                Matrix<A> v,
                Matrix<A> out,
                Matrix<A> logSumExp,
                Matrix<A> dOut) {
            this.heads = heads;
            this.b = b;
            this.h = h;
            this.q = q;
            this.k = k;
            this.v = v;
            this.out = out;
            this.logSumExp = logSumExp;
            this.dOut = dOut;
            this.dHead = q.cols() / heads.nHeads();
            this.first = h * dHead;
            this.gradQ = new double[q.rows()][dHead];
            this.gradK = new double[k.rows()][dHead];
            this.gradV = new double[k.rows()][dHead];
        }

        void run(Matrix<A> dq, Matrix<A> dk, Matrix<A> dv) {
            for (int i = 0; i < q.rows(); i++) {
                double outDot = dot(dOut, out, b, i, i, first, dHead);
                int seen = k.rows() - q.rows() + i + 1;
                for (int j = 0; j < seen; j++) {
                    addPair(i, j, outDot);
                }
            }
            store(gradQ, dq);
            store(gradK, dk);
            store(gradV, dv);
        }

        private void addPair(int i, int j, double outDot) {
            double score = heads.scale() * dot(q, k, b, i, j, first, dHead);
            double p = StrictMath.exp(score - at.get(logSumExp, b, h, i));
            double ds = p * (dot(dOut, v, b, i, j, first, dHead) - outDot) * heads.scale();
            for (int d = 0; d < dHead; d++) {
                gradQ[i][d] += ds * at.get(k, b, j, first + d);
                gradK[j][d] += ds * at.get(q, b, i, first + d);
                gradV[j][d] += p * at.get(dOut, b, i, first + d);
            }
        }

        private void store(double[][] gradient, Matrix<A> to) {
            for (int i = 0; i < gradient.length; i++) {
                for (int d = 0; d < dHead; d++) {
                    at.set(to, b, i, first + d, gradient[i][d]);
                }
            }
        }
    }
}
