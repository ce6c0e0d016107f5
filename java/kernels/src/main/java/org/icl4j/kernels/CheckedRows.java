package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireColumns;
import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireFactor;
import static org.icl4j.kernels.Checks.requireSetting;
import static org.icl4j.kernels.Checks.requireShape;
import static org.icl4j.kernels.Checks.requireWritable;

import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link RowKernels}. */
abstract class CheckedRows<A> extends CheckedProducts<A> implements RowKernels<A> {
    CheckedRows(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void addBias(Matrix<A> x, Matrix<A> bias) {
        beginRowMajor("addBias", x, bias);
        requireShape("addBias", "bias", bias, 1, 1, x.cols(), "x", x);
        requireWritable("addBias", "x", x);
        requireDisjoint("addBias", "x", x, "bias", bias);
        if (!x.isEmpty()) {
            parts.rows().addBias(x, bias);
        }
    }

    @Override
    public void sumRows(Matrix<A> x, double beta, Matrix<A> sum) {
        beginRowMajor("sumRows", x, sum);
        requireShape("sumRows", "sum", sum, 1, 1, x.cols(), "x", x);
        requireWritable("sumRows", "sum", sum);
        requireDisjoint("sumRows", "sum", sum, "x", x);
        double storedBeta = requireFactor(precision, "sumRows", "beta", beta);
        if (!sum.isEmpty()) {
            parts.rows().sumRows(x, storedBeta, sum);
        }
    }

    @Override
    public void softmax(Matrix<A> x, Matrix<A> y) {
        beginRowMajor("softmax", x, y);
        requireElementwise("softmax", x, "y", y);
        if (!y.isEmpty()) {
            parts.rows().softmax(x, y);
        }
    }

    @Override
    public void softmaxBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx) {
        beginRowMajor("softmaxBackward", y, dy, dx);
        requireElementwise("softmaxBackward", dy, "dx", dx);
        requireShape("softmaxBackward", "y", y, dy.count(), dy.rows(), dy.cols(), "dy", dy);
        requireDisjoint("softmaxBackward", "dx", dx, "y", y);
        if (!dx.isEmpty()) {
            parts.rows().softmaxBackward(y, dy, dx);
        }
    }

    @Override
    public void layerNorm(
            Matrix<A> x, Matrix<A> gamma, Matrix<A> beta, double eps, Matrix<A> y, Matrix<A> mean, Matrix<A> rstd) {
        beginRowMajor("layerNorm", x, gamma, beta, y);
        beginRowMajor("layerNorm", mean, rstd);
        requireEps("layerNorm", eps);
        requireColumns("layerNorm", "x", x);
        requireElementwise("layerNorm", x, "y", y);
        requireRowStatistics("layerNorm", x, gamma, mean, rstd);
        requireShape("layerNorm", "beta", beta, 1, 1, x.cols(), "x", x);
        requireOutputs("layerNorm", y, mean, rstd);
        requireInput("layerNorm", gamma, y, mean, rstd);
        requireInput("layerNorm", beta, y, mean, rstd);
        requireDisjoint("layerNorm", "mean", mean, "x", x);
        requireDisjoint("layerNorm", "rstd", rstd, "x", x);
        if (!y.isEmpty()) {
            parts.rows().layerNorm(x, gamma, beta, eps, y, mean, rstd);
        }
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
        beginRowMajor("layerNormBackward", x, gamma, mean, rstd);
        beginRowMajor("layerNormBackward", dy, dx, dGamma, dBeta);
        requireColumns("layerNormBackward", "x", x);
        requireElementwise("layerNormBackward", dy, "dx", dx);
        requireShape("layerNormBackward", "x", x, dy.count(), dy.rows(), dy.cols(), "dy", dy);
        requireRowStatistics("layerNormBackward", x, gamma, mean, rstd);
        requireShape("layerNormBackward", "dGamma", dGamma, 1, 1, x.cols(), "x", x);
        requireShape("layerNormBackward", "dBeta", dBeta, 1, 1, x.cols(), "x", x);
        requireOutputs("layerNormBackward", dx, dGamma, dBeta);
        requireInput("layerNormBackward", x, dx, dGamma, dBeta);
        requireInput("layerNormBackward", gamma, dx, dGamma, dBeta);
        requireInput("layerNormBackward", mean, dx, dGamma, dBeta);
        requireInput("layerNormBackward", rstd, dx, dGamma, dBeta);
        requireDisjoint("layerNormBackward", "dGamma", dGamma, "dy", dy);
        requireDisjoint("layerNormBackward", "dBeta", dBeta, "dy", dy);
        if (!dx.isEmpty()) {
            parts.rows().layerNormBackward(x, gamma, mean, rstd, dy, dx, dGamma, dBeta);
        }
    }

    private static <A> void requireRowStatistics(
            String kernel, Matrix<A> x, Matrix<A> gamma, Matrix<A> mean, Matrix<A> rstd) {
        requireRowStatistics(kernel, x, gamma, rstd);
        requireShape(kernel, "mean", mean, 1, 1, (long) x.count() * x.rows(), "x", x);
    }

    private static <A> void requireRowStatistics(String kernel, Matrix<A> x, Matrix<A> gamma, Matrix<A> rstd) {
        requireShape(kernel, "gamma", gamma, 1, 1, x.cols(), "x", x);
        requireShape(kernel, "rstd", rstd, 1, 1, (long) x.count() * x.rows(), "x", x);
    }

    private void requireEps(String kernel, double eps) {
        if (!(eps > 0) || !Double.isFinite(eps)) {
            throw new IllegalArgumentException(kernel + ": eps=" + eps + " must be positive and finite");
        }
        requireSetting(precision, kernel, "eps", eps);
    }

    @Override
    public void rmsNorm(Matrix<A> x, Matrix<A> gamma, double eps, Matrix<A> y, Matrix<A> rstd) {
        beginRowMajor("rmsNorm", x, gamma, y, rstd);
        requireEps("rmsNorm", eps);
        requireColumns("rmsNorm", "x", x);
        requireElementwise("rmsNorm", x, "y", y);
        requireRowStatistics("rmsNorm", x, gamma, rstd);
        requireOutputs("rmsNorm", new Matrix<?>[] {y, rstd}, gamma);
        requireDisjoint("rmsNorm", "rstd", rstd, "x", x);
        if (!y.isEmpty()) {
            parts.rows().rmsNorm(x, gamma, eps, y, rstd);
        }
    }

    @Override
    public void rmsNormBackward(
            Matrix<A> x, Matrix<A> gamma, Matrix<A> rstd, Matrix<A> dy, Matrix<A> dx, Matrix<A> dGamma) {
        beginRowMajor("rmsNormBackward", x, gamma, rstd, dy, dx, dGamma);
        requireColumns("rmsNormBackward", "x", x);
        requireElementwise("rmsNormBackward", dy, "dx", dx);
        requireShape("rmsNormBackward", "x", x, dy.count(), dy.rows(), dy.cols(), "dy", dy);
        requireRowStatistics("rmsNormBackward", x, gamma, rstd);
        requireShape("rmsNormBackward", "dGamma", dGamma, 1, 1, x.cols(), "x", x);
        requireOutputs("rmsNormBackward", new Matrix<?>[] {dx, dGamma}, x, gamma, rstd);
        requireDisjoint("rmsNormBackward", "dGamma", dGamma, "dy", dy);
        if (!dx.isEmpty()) {
            parts.rows().rmsNormBackward(x, gamma, rstd, dy, dx, dGamma);
        }
    }
}
