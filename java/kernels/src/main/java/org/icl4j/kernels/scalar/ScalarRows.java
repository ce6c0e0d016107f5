package org.icl4j.kernels.scalar;

import static org.icl4j.kernels.scalar.Elements.forEachRow;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.RowKernels;

/** {@link RowKernels} by their formulas. */
final class ScalarRows<A> implements RowKernels<A> {
    private final Elements<A> at;

    ScalarRows(Elements<A> at) {
        this.at = at;
    }

    @Override
    public void addBias(Matrix<A> x, Matrix<A> bias) {
        forEachRow(x, (b, i) -> {
            for (int j = 0; j < x.cols(); j++) {
                at.add(x, b, i, j, at.get(bias, j));
            }
        });
    }

    @Override
    public void sumRows(Matrix<A> x, double beta, Matrix<A> sum) {
        for (int j = 0; j < x.cols(); j++) {
            double total = 0;
            for (int b = 0; b < x.count(); b++) {
                for (int i = 0; i < x.rows(); i++) {
                    total += at.get(x, b, i, j);
                }
            }
            at.set(sum, j, beta == 0 ? total : total + beta * at.get(sum, j));
        }
    }

    @Override
    public void softmax(Matrix<A> x, Matrix<A> y) {
        int n = x.cols();
        forEachRow(x, (b, i) -> {
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                max = Math.max(max, at.get(x, b, i, j));
            }
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += StrictMath.exp(at.get(x, b, i, j) - max);
            }
            for (int j = 0; j < n; j++) {
                at.set(y, b, i, j, StrictMath.exp(at.get(x, b, i, j) - max) / sum);
            }
        });
    }

    @Override
    public void softmaxBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx) {
        int n = y.cols();
        forEachRow(y, (b, i) -> {
            double dot = 0;
            for (int j = 0; j < n; j++) {
                dot += at.get(y, b, i, j) * at.get(dy, b, i, j);
            }
            for (int j = 0; j < n; j++) {
                at.set(dx, b, i, j, at.get(y, b, i, j) * (at.get(dy, b, i, j) - dot));
            }
        });
    }

    @Override
    public void layerNorm(
            Matrix<A> x, Matrix<A> gamma, Matrix<A> beta, double eps, Matrix<A> y, Matrix<A> mean, Matrix<A> rstd) {
        int n = x.cols();
        forEachRow(x, (b, i) -> {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += at.get(x, b, i, j);
            }
            double mu = sum / n;
            double squares = 0;
            for (int j = 0; j < n; j++) {
                double deviation = at.get(x, b, i, j) - mu;
                squares += deviation * deviation;
            }
            double r = 1 / Math.sqrt(squares / n + eps);
            for (int j = 0; j < n; j++) {
                at.set(y, b, i, j, at.get(gamma, j) * (at.get(x, b, i, j) - mu) * r + at.get(beta, j));
            }
            at.set(mean, b * x.rows() + i, mu);
            at.set(rstd, b * x.rows() + i, r);
        });
    }

    @Override
    public void layerNormBackward(
            Matrix<A> x,
            Matrix<A> gamma,
            Matrix<A> mean,
            Matrix<A> rstd,
            Matrix<A> dy,
            Matrix<A> dx,
            Matrix<A> dGamma,
            Matrix<A> dBeta) {
        addParameterGradients(x, mean, rstd, dy, dGamma, dBeta);
        int n = x.cols();
        forEachRow(x, (b, i) -> {
            double mu = at.get(mean, b * x.rows() + i);
            double r = at.get(rstd, b * x.rows() + i);
            double meanG = 0;
            double meanGX = 0;
            for (int j = 0; j < n; j++) {
                double g = at.get(gamma, j) * at.get(dy, b, i, j);
                meanG += g / n;
                meanGX += g * (at.get(x, b, i, j) - mu) * r / n;
            }
            for (int j = 0; j < n; j++) {
                double g = at.get(gamma, j) * at.get(dy, b, i, j);
                double normalized = (at.get(x, b, i, j) - mu) * r;
                at.set(dx, b, i, j, r * (g - meanG - normalized * meanGX));
            }
        });
    }

    private void addParameterGradients(
            Matrix<A> x, Matrix<A> mean, Matrix<A> rstd, Matrix<A> dy, Matrix<A> dGamma, Matrix<A> dBeta) {
        for (int j = 0; j < x.cols(); j++) {
            double sumGamma = 0;
            double sumBeta = 0;
            for (int b = 0; b < x.count(); b++) {
                for (int i = 0; i < x.rows(); i++) {
                    int row = b * x.rows() + i;
                    double normalized = (at.get(x, b, i, j) - at.get(mean, row)) * at.get(rstd, row);
                    sumGamma += at.get(dy, b, i, j) * normalized;
                    sumBeta += at.get(dy, b, i, j);
                }
            }
            at.set(dGamma, j, at.get(dGamma, j) + sumGamma);
            at.set(dBeta, j, at.get(dBeta, j) + sumBeta);
        }
    }

    @Override
    public void rmsNorm(Matrix<A> x, Matrix<A> gamma, double eps, Matrix<A> y, Matrix<A> rstd) {
        int n = x.cols();
        forEachRow(x, (b, i) -> {
            double squares = 0;
            for (int j = 0; j < n; j++) {
                squares += at.get(x, b, i, j) * at.get(x, b, i, j);
            }
            double r = squares == Double.POSITIVE_INFINITY ? Double.NaN : 1 / Math.sqrt(squares / n + eps);
            for (int j = 0; j < n; j++) {
                at.set(y, b, i, j, at.get(gamma, j) * (at.get(x, b, i, j) * r));
            }
            at.set(rstd, b * x.rows() + i, r);
        });
    }

    @Override
    public void rmsNormBackward(
            Matrix<A> x, Matrix<A> gamma, Matrix<A> rstd, Matrix<A> dy, Matrix<A> dx, Matrix<A> dGamma) {
        int n = x.cols();
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int b = 0; b < x.count(); b++) {
                for (int i = 0; i < x.rows(); i++) {
                    sum += at.get(dy, b, i, j) * at.get(x, b, i, j) * at.get(rstd, b * x.rows() + i);
                }
            }
            at.set(dGamma, j, at.get(dGamma, j) + sum);
        }
        forEachRow(x, (b, i) -> {
            double r = at.get(rstd, b * x.rows() + i);
            double mean = 0;
            for (int j = 0; j < n; j++) {
                mean += at.get(gamma, j) * at.get(dy, b, i, j) * at.get(x, b, i, j) * r / n;
            }
            for (int j = 0; j < n; j++) {
                double g = at.get(gamma, j) * at.get(dy, b, i, j);
                at.set(dx, b, i, j, r * (g - at.get(x, b, i, j) * r * mean));
            }
        });
    }
}
