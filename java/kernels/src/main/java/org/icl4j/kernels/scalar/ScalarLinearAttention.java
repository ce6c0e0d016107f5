package org.icl4j.kernels.scalar;

import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.LinearAttentionKernels;
import org.icl4j.kernels.Matrix;

/** {@link LinearAttentionKernels} by their recurrences, with states in double, and by their sums over tokens. */
final class ScalarLinearAttention<A> implements LinearAttentionKernels<A> {
    private final Elements<A> at;

    ScalarLinearAttention(Elements<A> at) {
        this.at = at;
    }

    @Override
    public void linearAttention(
            AttentionHeads heads,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> initial,
            Matrix<A> out,
            Matrix<A> last) {
        int dHead = initial.cols();
        for (int b = 0; b < q.count(); b++) {
            for (int first = 0; first < q.cols(); first += dHead) {
                double[][] state = load(initial, b, first);
                for (int i = 0; i < q.rows(); i++) {
                    addOuter(state, 1, k, v, b, i, first);
                    mixRows(heads.scale(), state, q, b, i, first, out);
                }
                store(state, last, b, first);
            }
        }
    }

    @Override
    public void linearAttentionBackward(
            AttentionHeads heads,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> initial,
            Matrix<A> dOut,
            Matrix<A> dLast,
            Matrix<A> dq,
            Matrix<A> dk,
            Matrix<A> dv,
            Matrix<A> dInitial) {
        int dHead = initial.cols();
        for (int b = 0; b < q.count(); b++) {
            for (int first = 0; first < q.cols(); first += dHead) {
                double[][] state = load(initial, b, first);
                for (int i = 0; i < q.rows(); i++) {
                    addOuter(state, 1, k, v, b, i, first);
                    mixColumns(heads.scale(), state, dOut, b, i, first, dq);
                }
                double[][] gradient = load(dLast, b, first);
                for (int i = q.rows() - 1; i >= 0; i--) {
                    addOuter(gradient, heads.scale(), q, dOut, b, i, first);
                    mixColumns(1, gradient, v, b, i, first, dk);
                    mixRows(1, gradient, k, b, i, first, dv);
                }
                store(gradient, dInitial, b, first);
            }
        }
    }

    @Override
    public void linearSelfAttention(
            double scale, Matrix<A> e, Matrix<A> p, Matrix<A> v, Matrix<A> scores, Matrix<A> values, Matrix<A> out) {
        for (int b = 0; b < e.count(); b++) {
            double sum = 0;
            for (int j = 0; j < e.cols(); j++) {
                double score = alongToken(e, b, j, v, b);
                double value = alongToken(e, b, j, p, 0);
                at.set(scores, 0, b, j, score);
                at.set(values, 0, b, j, value);
                sum += score * value;
            }
            at.set(out, b, scale * sum);
        }
    }

    /** eⱼ of prompt b times row i of x. */
    private double alongToken(Matrix<A> e, int b, int j, Matrix<A> x, int i) {
        double sum = 0;
        for (int c = 0; c < e.rows(); c++) {
            sum += at.get(e, b, c, j) * at.get(x, 0, i, c);
        }
        return sum;
    }

    @Override
    public void linearSelfAttentionBackward(
            double scale, Matrix<A> e, Matrix<A> scores, Matrix<A> values, Matrix<A> dOut, Matrix<A> dP, Matrix<A> dV) {
        for (int c = 0; c < e.rows(); c++) {
            double total = at.get(dP, c);
            for (int b = 0; b < e.count(); b++) {
                double factor = scale * at.get(dOut, b);
                total += overTokens(e, b, c, factor, scores);
                at.set(dV, 0, b, c, factor * overTokens(e, b, c, 1, values));
            }
            at.set(dP, c, total);
        }
    }

    /** Row c of prompt b times factor·(row b of x). */
    private double overTokens(Matrix<A> e, int b, int c, double factor, Matrix<A> x) {
        double sum = 0;
        for (int j = 0; j < e.cols(); j++) {
            sum += at.get(e, b, c, j) * (factor * at.get(x, 0, b, j));
        }
        return sum;
    }

    private double[][] load(Matrix<A> states, int b, int first) {
        int dHead = states.cols();
        double[][] state = new double[dHead][dHead];
        for (int d = 0; d < dHead; d++) {
            for (int e = 0; e < dHead; e++) {
                state[d][e] = at.get(states, b, first + d, e);
            }
        }
        return state;
    }

    private void store(double[][] state, Matrix<A> states, int b, int first) {
        for (int d = 0; d < state.length; d++) {
            for (int e = 0; e < state.length; e++) {
                at.set(states, b, first + d, e, state[d][e]);
            }
        }
    }

    /** state += factor·xᵢ⊗yᵢ. */
    private void addOuter(double[][] state, double factor, Matrix<A> x, Matrix<A> y, int b, int i, int first) {
        for (int d = 0; d < state.length; d++) {
            for (int e = 0; e < state.length; e++) {
                state[d][e] += factor * at.get(x, b, i, first + d) * at.get(y, b, i, first + e);
            }
        }
    }

    /** Row i of {@code to} ← factor·state·xᵢ. */
    private void mixColumns(double factor, double[][] state, Matrix<A> x, int b, int i, int first, Matrix<A> to) {
        for (int d = 0; d < state.length; d++) {
            double sum = 0;
            for (int e = 0; e < state.length; e++) {
                sum += state[d][e] * at.get(x, b, i, first + e);
            }
            at.set(to, b, i, first + d, factor * sum);
        }
    }

    /** Row i of {@code to} ← factor·xᵢ·state. */
    private void mixRows(double factor, double[][] state, Matrix<A> x, int b, int i, int first, Matrix<A> to) {
        for (int e = 0; e < state.length; e++) {
            double sum = 0;
            for (int d = 0; d < state.length; d++) {
                sum += at.get(x, b, i, first + d) * state[d][e];
            }
            at.set(to, b, i, first + e, factor * sum);
        }
    }
}
