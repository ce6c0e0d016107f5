package org.icl4j.kernels.scalar;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.SelectiveScan;
import org.icl4j.kernels.StateSpaceKernels;

/** {@link StateSpaceKernels} by their recurrences. */
final class ScalarStateSpaces<A> implements StateSpaceKernels<A> {
    private final Elements<A> at;

    ScalarStateSpaces(Elements<A> at) {
        this.at = at;
    }

    /** Element i of the state before position t. */
    private double before(Matrix<A> initial, Matrix<A> h, int b, int t, int i) {
        return t == 0 ? at.get(initial, b, 0, i) : at.get(h, b, t - 1, i);
    }

    @Override
    public void diagonalScan(Matrix<A> a, Matrix<A> initial, Matrix<A> x, Matrix<A> h) {
        Elements.forEachRow(h, (b, t) -> {
            for (int i = 0; i < h.cols(); i++) {
                at.set(h, b, t, i, at.get(a, i) * before(initial, h, b, t, i) + at.get(x, b, t, i));
            }
        });
    }

    @Override
    public void diagonalScanBackward(
            Matrix<A> a, Matrix<A> initial, Matrix<A> h, Matrix<A> dH, Matrix<A> dX, Matrix<A> dA, Matrix<A> dInitial) {
        for (int i = 0; i < h.cols(); i++) {
            double sum = 0;
            for (int b = 0; b < h.count(); b++) {
                double fromLater = 0;
                for (int t = h.rows() - 1; t >= 0; t--) {
                    double g = at.get(dH, b, t, i) + fromLater;
                    sum += g * before(initial, h, b, t, i);
                    fromLater = at.get(a, i) * g;
                    at.set(dX, b, t, i, g);
                }
                at.set(dInitial, b, 0, i, fromLater);
            }
            at.set(dA, i, at.get(dA, i) + sum);
        }
    }

    @Override
    public void selectiveScan(SelectiveScan<A> in, Matrix<A> y, Matrix<A> last) {
        for (int b = 0; b < y.count(); b++) {
            for (int d = 0; d < y.cols(); d++) {
                double[][] states = states(in, b, d);
                for (int t = 0; t < y.rows(); t++) {
                    double sum = at.get(in.skip(), d) * at.get(in.x(), b, t, d);
                    for (int n = 0; n < last.cols(); n++) {
                        sum += at.get(in.c(), b, t, n) * states[t + 1][n];
                    }
                    at.set(y, b, t, d, sum);
                }
                for (int n = 0; n < last.cols(); n++) {
                    at.set(last, b, d, n, states[y.rows()][n]);
                }
            }
        }
    }

    /** The states of channel d: initial, then those of each position. */
    private double[][] states(SelectiveScan<A> in, int b, int d) {
        int nStates = in.a().cols();
        double[][] states = new double[in.x().rows() + 1][nStates];
        for (int n = 0; n < nStates; n++) {
            states[0][n] = at.get(in.initial(), b, d, n);
            for (int t = 0; t < in.x().rows(); t++) {
                double input = at.get(in.delta(), b, t, d) * at.get(in.x(), b, t, d);
                states[t + 1][n] = decay(in, b, t, d, n) * states[t][n] + input * at.get(in.b(), b, t, n);
            }
        }
        return states;
    }

    private double decay(SelectiveScan<A> in, int b, int t, int d, int n) {
        return StrictMath.exp(at.get(in.delta(), b, t, d) * at.get(in.a(), 0, d, n));
    }

    @Override
    public void selectiveScanBackward(SelectiveScan<A> in, Matrix<A> dY, Matrix<A> dLast, SelectiveScan<A> gradients) {
        double[][] dA = new double[in.a().rows()][in.a().cols()];
        double[] dSkip = new double[in.a().rows()];
        for (int b = 0; b < dY.count(); b++) {
            double[][] dB = new double[dY.rows()][in.a().cols()];
            double[][] dC = new double[dY.rows()][in.a().cols()];
            for (int d = 0; d < dY.cols(); d++) {
                dSkip[d] += channel(in, dY, dLast, gradients, b, d, dA[d], dB, dC);
            }
            for (int t = 0; t < dY.rows(); t++) {
                for (int n = 0; n < in.a().cols(); n++) {
                    at.set(gradients.b(), b, t, n, dB[t][n]);
                    at.set(gradients.c(), b, t, n, dC[t][n]);
                }
            }
        }
        for (int d = 0; d < dSkip.length; d++) {
            at.set(gradients.skip(), d, at.get(gradients.skip(), d) + dSkip[d]);
            for (int n = 0; n < dA[d].length; n++) {
                at.add(gradients.a(), 0, d, n, dA[d][n]);
            }
        }
    }

    /** The share of one channel of one batch entry; returns that in the gradient of the by-pass. */
    private double channel(
            SelectiveScan<A> in,
            Matrix<A> dY,
            Matrix<A> dLast,
            SelectiveScan<A> gradients,
            int b,
            int d,
            double[] dA,
            double[][] dB,
            double[][] dC) {
        int nStates = dA.length;
        double[][] states = states(in, b, d);
        double[] g = new double[nStates];
        for (int n = 0; n < nStates; n++) {
            g[n] = at.get(dLast, b, d, n);
        }
        double dSkip = 0;
        for (int t = dY.rows() - 1; t >= 0; t--) {
            double x = at.get(in.x(), b, t, d);
            double delta = at.get(in.delta(), b, t, d);
            double dOut = at.get(dY, b, t, d);
            double toInput = 0;
            double toDecay = 0;
            for (int n = 0; n < nStates; n++) {
                g[n] += dOut * at.get(in.c(), b, t, n);
                dC[t][n] += dOut * states[t + 1][n];
                dB[t][n] += g[n] * (delta * x);
                toInput += g[n] * at.get(in.b(), b, t, n);
                g[n] *= decay(in, b, t, d, n);
                toDecay += g[n] * states[t][n] * at.get(in.a(), 0, d, n);
                dA[n] += g[n] * states[t][n] * delta;
            }
            at.set(gradients.x(), b, t, d, delta * toInput + at.get(in.skip(), d) * dOut);
            at.set(gradients.delta(), b, t, d, x * toInput + toDecay);
            dSkip += dOut * x;
        }
        for (int n = 0; n < nStates; n++) {
            at.set(gradients.initial(), b, d, n, g[n]);
        }
        return dSkip;
    }
}
