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
 * The gradient of {@link LayerNorm} in two halves: by rows for the input, by columns for the parameters.
 */
final class LayerNormBackward {
    /** Places in the scratch array: partial sums of LENGTH rows, two of each row, and their totals, a lane each. */
    private static final int PRODUCTS = LENGTH * LENGTH;

    private static final int MEAN_G = 2 * PRODUCTS;
    private static final int MEAN_GX = MEAN_G + LENGTH;

    static final int SCRATCH_LENGTH = MEAN_GX + LENGTH;

    private LayerNormBackward() {}

    /** dx ← r·(g − mean(g) − x̂·mean(g∘x̂)), g = γ∘dy and x̂ = (x − mean)·r, for rows first … first + n, at most LENGTH. */
    static void rows(
            Matrix<float[]> x,
            int first,
            int n,
            Matrix<float[]> gamma,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dx,
            float[] s) {
        for (int i = 0; i < n; i++) {
            sums(x, first + i, gamma, mean, rstd, dy, s, i * LENGTH);
        }
        LaneTotals.sums(s, 0, MEAN_G);
        LaneTotals.sums(s, PRODUCTS, MEAN_GX);
        for (int i = 0; i < n; i++) {
            row(x, first + i, s[MEAN_G + i] / x.cols(), s[MEAN_GX + i] / x.cols(), gamma, mean, rstd, dy, dx);
        }
    }

    /** Σ g and Σ g∘x̂ in lanes. */
    private static void sums(
            Matrix<float[]> x,
            int row,
            Matrix<float[]> gamma,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            float[] s,
            int at) {
        int n = x.cols();
        float mu = mean.array()[mean.offset() + row];
        float r = rstd.array()[rstd.offset() + row];
        int xAt = rowStart(x, row);
        int dyAt = rowStart(dy, row);
        int gammaAt = gamma.offset();
        FloatVector sum = zero(SPECIES);
        FloatVector products = zero(SPECIES);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector g =
                    fromArray(SPECIES, gamma.array(), gammaAt + i).mul(fromArray(SPECIES, dy.array(), dyAt + i));
            sum = g.add(sum);
            products = g.fma(fromArray(SPECIES, x.array(), xAt + i).sub(mu).mul(r), products);
        }
        if (i < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector g = fromArray(SPECIES, gamma.array(), gammaAt + i, mask)
                    .mul(fromArray(SPECIES, dy.array(), dyAt + i, mask));
            sum = g.add(sum);
            // Masked, for beyond the row an infinite mean times 0 would be NaN.
            products = g.fma(
                    fromArray(SPECIES, x.array(), xAt + i, mask).sub(mu, mask).mul(r, mask), products);
        }
        sum.intoArray(s, at);
        products.intoArray(s, PRODUCTS + at);
    }

    private static void row(
            Matrix<float[]> x,
            int row,
            float meanG,
            float meanGX,
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
        int dxAt = rowStart(dx, row);
        int gammaAt = gamma.offset();
        FloatVector factor = broadcast(SPECIES, -meanGX);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector g =
                    fromArray(SPECIES, gamma.array(), gammaAt + i).mul(fromArray(SPECIES, dy.array(), dyAt + i));
            FloatVector normalized =
                    fromArray(SPECIES, x.array(), xAt + i).sub(mu).mul(r);
            normalized.fma(factor, g.sub(meanG)).mul(r).intoArray(dx.array(), dxAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector g = fromArray(SPECIES, gamma.array(), gammaAt + i, mask)
                    .mul(fromArray(SPECIES, dy.array(), dyAt + i, mask));
            FloatVector normalized =
                    fromArray(SPECIES, x.array(), xAt + i, mask).sub(mu).mul(r);
            normalized.fma(factor, g.sub(meanG)).mul(r).intoArray(dx.array(), dxAt + i, mask);
        }
    }

    /** dγ += Σ dy∘x̂ and dβ += Σ dy of {@link RowTasks#COLUMNS} columns, each in ascending row order. */
    static void addParameterGradients(
            Matrix<float[]> x,
            int column,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dGamma,
            Matrix<float[]> dBeta) {
        if (column + RowTasks.COLUMNS <= x.cols()) {
            addWide(
                    x,
                    column,
                    mean,
                    rstd,
                    dy,
                    dGamma.array(),
                    dGamma.offset() + column,
                    dBeta.array(),
                    dBeta.offset() + column);
            return;
        }
        for (int c = column; c < x.cols(); c += LENGTH) {
            addVector(x, c, mean, rstd, dy, dGamma, dBeta);
        }
    }

    private static void addWide(
            Matrix<float[]> x,
            int column,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            float[] dGamma,
            int dGammaAt,
            float[] dBeta,
            int dBetaAt) {
        FloatVector gamma0 = zero(SPECIES);
        FloatVector gamma1 = gamma0;
        FloatVector gamma2 = gamma0;
        FloatVector gamma3 = gamma0;
        FloatVector beta0 = gamma0;
        FloatVector beta1 = gamma0;
        FloatVector beta2 = gamma0;
        FloatVector beta3 = gamma0;
        int rows = x.count() * x.rows();
        for (int row = 0; row < rows; row++) {
            FloatVector mu = broadcast(SPECIES, mean.array()[mean.offset() + row]);
            FloatVector r = broadcast(SPECIES, rstd.array()[rstd.offset() + row]);
            int xAt = rowStart(x, row) + column;
            int dyAt = rowStart(dy, row) + column;
            FloatVector d = fromArray(SPECIES, dy.array(), dyAt);
            gamma0 = d.fma(fromArray(SPECIES, x.array(), xAt).sub(mu).mul(r), gamma0);
            beta0 = d.add(beta0);
            d = fromArray(SPECIES, dy.array(), dyAt + LENGTH);
            gamma1 = d.fma(fromArray(SPECIES, x.array(), xAt + LENGTH).sub(mu).mul(r), gamma1);
            beta1 = d.add(beta1);
            d = fromArray(SPECIES, dy.array(), dyAt + 2 * LENGTH);
            gamma2 = d.fma(
                    fromArray(SPECIES, x.array(), xAt + 2 * LENGTH).sub(mu).mul(r), gamma2);
            beta2 = d.add(beta2);
            d = fromArray(SPECIES, dy.array(), dyAt + 3 * LENGTH);
            gamma3 = d.fma(
                    fromArray(SPECIES, x.array(), xAt + 3 * LENGTH).sub(mu).mul(r), gamma3);
            beta3 = d.add(beta3);
        }
        fromArray(SPECIES, dGamma, dGammaAt).add(gamma0).intoArray(dGamma, dGammaAt);
        fromArray(SPECIES, dGamma, dGammaAt + LENGTH).add(gamma1).intoArray(dGamma, dGammaAt + LENGTH);
        fromArray(SPECIES, dGamma, dGammaAt + 2 * LENGTH).add(gamma2).intoArray(dGamma, dGammaAt + 2 * LENGTH);
        fromArray(SPECIES, dGamma, dGammaAt + 3 * LENGTH).add(gamma3).intoArray(dGamma, dGammaAt + 3 * LENGTH);
        fromArray(SPECIES, dBeta, dBetaAt).add(beta0).intoArray(dBeta, dBetaAt);
        fromArray(SPECIES, dBeta, dBetaAt + LENGTH).add(beta1).intoArray(dBeta, dBetaAt + LENGTH);
        fromArray(SPECIES, dBeta, dBetaAt + 2 * LENGTH).add(beta2).intoArray(dBeta, dBetaAt + 2 * LENGTH);
        fromArray(SPECIES, dBeta, dBetaAt + 3 * LENGTH).add(beta3).intoArray(dBeta, dBetaAt + 3 * LENGTH);
    }

    private static void addVector(
            Matrix<float[]> x,
            int column,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dGamma,
            Matrix<float[]> dBeta) {
        VectorMask<Float> mask = SPECIES.indexInRange(column, x.cols());
        FloatVector sumGamma = zero(SPECIES);
        FloatVector sumBeta = zero(SPECIES);
        int rows = x.count() * x.rows();
        for (int row = 0; row < rows; row++) {
            FloatVector d = fromArray(SPECIES, dy.array(), rowStart(dy, row) + column, mask);
            FloatVector normalized = fromArray(SPECIES, x.array(), rowStart(x, row) + column, mask)
                    .sub(mean.array()[mean.offset() + row])
                    .mul(rstd.array()[rstd.offset() + row]);
            sumGamma = d.fma(normalized, sumGamma);
            sumBeta = d.add(sumBeta);
        }
        int gammaAt = dGamma.offset() + column;
        int betaAt = dBeta.offset() + column;
        fromArray(SPECIES, dGamma.array(), gammaAt, mask).add(sumGamma).intoArray(dGamma.array(), gammaAt, mask);
        fromArray(SPECIES, dBeta.array(), betaAt, mask).add(sumBeta).intoArray(dBeta.array(), betaAt, mask);
    }
}
