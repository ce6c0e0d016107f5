package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.RowTasks.rowStart;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * LayerNorm of one row, and the gradient's two halves: by rows for the input, by columns for the
 * parameters.
 */
final class LayerNorm {
    private LayerNorm() {}

    static void row(
            Matrix<float[]> x,
            int row,
            Matrix<float[]> gamma,
            Matrix<float[]> beta,
            float eps,
            Matrix<float[]> y,
            Matrix<float[]> mean,
            Matrix<float[]> rstd) {
        int n = x.cols();
        int xAt = rowStart(x, row);
        float firstMean = sum(x.array(), xAt, n) / n;
        float correction = deviation(x.array(), xAt, n, firstMean) / n;
        float squares = squares(x.array(), xAt, n, firstMean, correction);
        if (!Float.isFinite(squares)) {
            rowInDouble(x, row, gamma, beta, eps, y, mean, rstd);
            return;
        }
        float r = (float) (1 / Math.sqrt(squares / n + eps));
        normalize(
                x.array(),
                xAt,
                firstMean,
                correction,
                r,
                gamma.array(),
                gamma.offset(),
                beta.array(),
                beta.offset(),
                y.array(),
                rowStart(y, row),
                n);
        mean.array()[mean.offset() + row] = firstMean + correction;
        rstd.array()[rstd.offset() + row] = r;
    }

    /** The row once more in double: its sum or its squares are beyond a float, or it holds a NaN or an infinity. */
    private static void rowInDouble(
            Matrix<float[]> x,
            int row,
            Matrix<float[]> gamma,
            Matrix<float[]> beta,
            float eps,
            Matrix<float[]> y,
            Matrix<float[]> mean,
            Matrix<float[]> rstd) {
        int n = x.cols();
        int xAt = rowStart(x, row);
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += x.array()[xAt + j];
        }
        double mu = sum / n;
        double squares = 0;
        for (int j = 0; j < n; j++) {
            double deviation = x.array()[xAt + j] - mu;
            squares += deviation * deviation;
        }
        double r = 1 / Math.sqrt(squares / n + eps);
        int yAt = rowStart(y, row);
        for (int j = 0; j < n; j++) {
            double scaled = gamma.array()[gamma.offset() + j] * (x.array()[xAt + j] - mu) * r;
            y.array()[yAt + j] = (float) (scaled + beta.array()[beta.offset() + j]);
        }
        mean.array()[mean.offset() + row] = (float) mu;
        rstd.array()[rstd.offset() + row] = (float) r;
    }

    private static float sum(float[] x, int at, int n) {
        FloatVector sum = zero(SPECIES);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            sum = sum.add(fromArray(SPECIES, x, at + i));
        }
        if (i < n) {
            sum = sum.add(fromArray(SPECIES, x, at + i, Lanes.first(n - i)));
        }
        return Lanes.sum(sum);
    }

    /** Σ (x − mean): what rounding left over in the mean, n times. */
    private static float deviation(float[] x, int at, int n, float mean) {
        FloatVector sum = zero(SPECIES);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            sum = sum.add(fromArray(SPECIES, x, at + i).sub(mean));
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            sum = sum.add(fromArray(SPECIES, x, at + i, mask).sub(mean), mask);
        }
        return Lanes.sum(sum);
    }

    /**
     * Σ (x − mean − correction)². The mean is subtracted in two steps because their sum may not fit
     * a float.
     */
    private static float squares(float[] x, int at, int n, float mean, float correction) {
        FloatVector sum = zero(SPECIES);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector d = fromArray(SPECIES, x, at + i).sub(mean).sub(correction);
            sum = d.fma(d, sum);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            FloatVector d = fromArray(SPECIES, x, at + i, mask).sub(mean).sub(correction);
            sum = sum.add(d.mul(d), mask);
        }
        return Lanes.sum(sum);
    }

    private static void normalize(
            float[] x,
            int xAt,
            float mean,
            float correction,
            float r,
            float[] gamma,
            int gammaAt,
            float[] beta,
            int betaAt,
            float[] y,
            int yAt,
            int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector normalized =
                    fromArray(SPECIES, x, xAt + i).sub(mean).sub(correction).mul(r);
            normalized
                    .fma(fromArray(SPECIES, gamma, gammaAt + i), fromArray(SPECIES, beta, betaAt + i))
                    .intoArray(y, yAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            FloatVector normalized = fromArray(SPECIES, x, xAt + i, mask)
                    .sub(mean)
                    .sub(correction)
                    .mul(r);
            normalized
                    .fma(fromArray(SPECIES, gamma, gammaAt + i, mask), fromArray(SPECIES, beta, betaAt + i, mask))
                    .intoArray(y, yAt + i, mask);
        }
    }

    static void backwardRow(
            Matrix<float[]> x,
            int row,
            Matrix<float[]> gamma,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dx) {
        int n = x.cols();
        float mu = mean.array()[mean.offset() + row];
        float r = rstd.array()[rstd.offset() + row];
        int xAt = rowStart(x, row);
        int dyAt = rowStart(dy, row);
        int gammaAt = gamma.offset();
        FloatVector sumG = zero(SPECIES);
        FloatVector sumGX = zero(SPECIES);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector g =
                    fromArray(SPECIES, gamma.array(), gammaAt + i).mul(fromArray(SPECIES, dy.array(), dyAt + i));
            sumG = sumG.add(g);
            sumGX = g.fma(fromArray(SPECIES, x.array(), xAt + i).sub(mu).mul(r), sumGX);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            FloatVector g = fromArray(SPECIES, gamma.array(), gammaAt + i, mask)
                    .mul(fromArray(SPECIES, dy.array(), dyAt + i, mask));
            sumG = sumG.add(g);
            // Masked, for beyond the row an infinite mean times 0 would be NaN.
            sumGX = g.fma(
                    fromArray(SPECIES, x.array(), xAt + i, mask).sub(mu, mask).mul(r, mask), sumGX);
        }
        float meanG = Lanes.sum(sumG) / n;
        float meanGX = Lanes.sum(sumGX) / n;
        int dxAt = rowStart(dx, row);
        for (i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, n - i));
            FloatVector g = fromArray(SPECIES, gamma.array(), gammaAt + i, mask)
                    .mul(fromArray(SPECIES, dy.array(), dyAt + i, mask));
            FloatVector normalized =
                    fromArray(SPECIES, x.array(), xAt + i, mask).sub(mu).mul(r);
            normalized.fma(broadcast(SPECIES, -meanGX), g.sub(meanG)).mul(r).intoArray(dx.array(), dxAt + i, mask);
        }
    }

    /** Sums of one vector of columns, each in ascending row order. */
    static void addParameterGradients(
            Matrix<float[]> x,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dGamma,
            Matrix<float[]> dBeta,
            int column) {
        VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, x.cols() - column));
        FloatVector sumGamma = zero(SPECIES);
        FloatVector sumBeta = zero(SPECIES);
        int rows = x.count() * x.rows();
        for (int row = 0; row < rows; row++) {
            FloatVector d = fromArray(SPECIES, dy.array(), rowStart(dy, row) + column, mask);
            FloatVector normalized = fromArray(SPECIES, x.array(), rowStart(x, row) + column, mask)
                    .sub(mean.array()[mean.offset() + row])
                    .mul(rstd.array()[rstd.offset() + row]);
            sumGamma = d.fma(normalized, sumGamma);
            sumBeta = sumBeta.add(d);
        }
        addTo(dGamma, column, sumGamma, mask);
        addTo(dBeta, column, sumBeta, mask);
    }

    private static void addTo(Matrix<float[]> row, int column, FloatVector sum, VectorMask<Float> mask) {
        int at = row.offset() + column;
        fromArray(SPECIES, row.array(), at, mask).add(sum).intoArray(row.array(), at, mask);
    }
}
