package org.icl4j.kernels.scalar;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.RecurrentKernels;

/** {@link RecurrentKernels} by their equations; a state is what the storage holds of it. */
final class ScalarRecurrences<A> implements RecurrentKernels<A> {
    private final Elements<A> at;

    ScalarRecurrences(Elements<A> at) {
        this.at = at;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    /** Element j of the state before position t. */
    private double before(Matrix<A> initial, Matrix<A> h, int b, int t, int j) {
        return t == 0 ? at.get(initial, b, 0, j) : at.get(h, b, t - 1, j);
    }

    /** Element i of h[t − 1]·Wᵀ. */
    private double contribution(Matrix<A> recurrent, int i, Matrix<A> initial, Matrix<A> h, int b, int t) {
        double sum = 0;
        for (int j = 0; j < h.cols(); j++) {
            sum += at.get(recurrent, 0, i, j) * before(initial, h, b, t, j);
        }
        return sum;
    }

    @Override
    public void rnn(Matrix<A> recurrent, Matrix<A> initial, Matrix<A> pre, Matrix<A> h) {
        Elements.forEachRow(h, (b, t) -> {
            for (int i = 0; i < h.cols(); i++) {
                double argument = at.get(pre, b, t, i) + contribution(recurrent, i, initial, h, b, t);
                at.set(h, b, t, i, StrictMath.tanh(argument));
            }
        });
    }

    @Override
    public void rnnBackward(
            Matrix<A> recurrent,
            Matrix<A> initial,
            Matrix<A> h,
            Matrix<A> dH,
            Matrix<A> dPre,
            Matrix<A> dRecurrent,
            Matrix<A> dInitial) {
        WeightGradient weights = new WeightGradient(recurrent);
        for (int b = 0; b < h.count(); b++) {
            double[] later = new double[h.cols()];
            for (int t = h.rows() - 1; t >= 0; t--) {
                double[] dU = new double[h.cols()];
                for (int i = 0; i < h.cols(); i++) {
                    double value = at.get(h, b, t, i);
                    dU[i] = (at.get(dH, b, t, i) + later[i]) * (1 - value * value);
                    at.set(dPre, b, t, i, dU[i]);
                }
                later = new double[h.cols()];
                weights.step(dU, initial, h, b, t, later);
            }
            store(later, dInitial, b);
        }
        weights.addTo(dRecurrent);
    }

    @Override
    public void gru(
            Matrix<A> recurrent, Matrix<A> bias, Matrix<A> initial, Matrix<A> pre, Matrix<A> gates, Matrix<A> h) {
        int n = h.cols();
        Elements.forEachRow(h, (b, t) -> {
            for (int i = 0; i < n; i++) {
                double[] u = new double[3];
                for (int part = 0; part < 3; part++) {
                    int row = part * n + i;
                    u[part] = at.get(bias, row) + contribution(recurrent, row, initial, h, b, t);
                }
                double reset = sigmoid(at.get(pre, b, t, i) + u[0]);
                double update = sigmoid(at.get(pre, b, t, n + i) + u[1]);
                double candidate = StrictMath.tanh(at.get(pre, b, t, 2 * n + i) + reset * u[2]);
                at.set(gates, b, t, i, reset);
                at.set(gates, b, t, n + i, update);
                at.set(gates, b, t, 2 * n + i, u[2]);
                at.set(gates, b, t, 3 * n + i, candidate);
                at.set(h, b, t, i, (1 - update) * candidate + update * before(initial, h, b, t, i));
            }
        });
    }

    @Override
    public void gruBackward(
            Matrix<A> recurrent,
            Matrix<A> initial,
            Matrix<A> gates,
            Matrix<A> h,
            Matrix<A> dH,
            Matrix<A> dPre,
            Matrix<A> dRecurrent,
            Matrix<A> dBias,
            Matrix<A> dInitial) {
        int n = h.cols();
        WeightGradient weights = new WeightGradient(recurrent);
        for (int b = 0; b < h.count(); b++) {
            double[] later = new double[n];
            for (int t = h.rows() - 1; t >= 0; t--) {
                double[] dU = new double[3 * n];
                for (int i = 0; i < n; i++) {
                    double reset = at.get(gates, b, t, i);
                    double update = at.get(gates, b, t, n + i);
                    double candidate = at.get(gates, b, t, 3 * n + i);
                    double g = at.get(dH, b, t, i) + later[i];
                    double dCandidate = g * (1 - update) * (1 - candidate * candidate);
                    dU[i] = dCandidate * at.get(gates, b, t, 2 * n + i) * reset * (1 - reset);
                    dU[n + i] = g * (before(initial, h, b, t, i) - candidate) * update * (1 - update);
                    dU[2 * n + i] = dCandidate * reset;
                    at.set(dPre, b, t, i, dU[i]);
                    at.set(dPre, b, t, n + i, dU[n + i]);
                    at.set(dPre, b, t, 2 * n + i, dCandidate);
                    later[i] = g * update;
                }
                weights.step(dU, initial, h, b, t, later);
            }
            store(later, dInitial, b);
        }
        weights.addTo(dRecurrent);
        for (int i = 0; i < 3 * n; i++) {
            at.set(dBias, i, at.get(dBias, i) + weights.bias[i]);
        }
    }

    private void store(double[] gradient, Matrix<A> dInitial, int b) {
        for (int j = 0; j < gradient.length; j++) {
            at.set(dInitial, b, 0, j, gradient[j]);
        }
    }

    /** Gradients of weights and bias, summed in double over all positions. */
    private final class WeightGradient {
        private final Matrix<A> recurrent;
        private final double[][] sum;
        private final double[] bias;

        WeightGradient(Matrix<A> recurrent) {
            this.recurrent = recurrent;
            this.sum = new double[recurrent.rows()][recurrent.cols()];
            this.bias = new double[recurrent.rows()];
        }

        /** Adds dU⊗h[t − 1] to the gradient of the weights and dU·W to that of h[t − 1]. */
        void step(double[] dU, Matrix<A> initial, Matrix<A> h, int b, int t, double[] earlier) {
            for (int i = 0; i < dU.length; i++) {
                bias[i] += dU[i];
                for (int j = 0; j < earlier.length; j++) {
                    sum[i][j] += dU[i] * before(initial, h, b, t, j);
                    earlier[j] += dU[i] * at.get(recurrent, 0, i, j);
                }
            }
        }

        void addTo(Matrix<A> dRecurrent) {
            for (int i = 0; i < sum.length; i++) {
                for (int j = 0; j < sum[i].length; j++) {
                    at.add(dRecurrent, 0, i, j, sum[i][j]);
                }
            }
        }
    }
}
