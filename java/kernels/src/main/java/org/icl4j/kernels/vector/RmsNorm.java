package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.Lanes.VECTOR;
import static org.icl4j.kernels.vector.RowTasks.rowStart;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/** RMSNorm of rows, and the gradient's two halves: by rows for the input, by columns for the parameter. */
final class RmsNorm {
    /** Places in the scratch array: partial sums of LENGTH rows, and their statistic, a lane each. */
    private static final int RSTD = LENGTH * LENGTH;

    static final int SCRATCH_LENGTH = RSTD + LENGTH;

    private RmsNorm() {}

    /** Rows first … first + n, at most LENGTH: read four at a time, and their statistics a lane each. */
    static void rows(
            Matrix<float[]> x,
            int first,
            int n,
            Matrix<float[]> gamma,
            float eps,
            Matrix<float[]> y,
            Matrix<float[]> rstd,
            float[] s) {
        for (int i = 0; i < n; i += 4) {
            squares(x, first, i, n - 1, s);
        }
        LaneTotals.sums(s, 0, RSTD);
        FloatVector mean = fromArray(SPECIES, s, RSTD).mul(1f / x.cols());
        broadcast(SPECIES, 1).div(mean.add(eps).sqrt()).intoArray(s, RSTD);
        System.arraycopy(s, RSTD, rstd.array(), rstd.offset() + first, n);
        for (int i = 0; i < n; i++) {
            if (s[RSTD + i] > 0) {
                scale(x, first + i, s[RSTD + i], gamma, y);
            } else {
                rowInDouble(x, first + i, gamma, eps, y, rstd);
            }
        }
    }

    /** Σ x² in lanes, of rows i … i + 3, the last one again for those beyond it. */
    private static void squares(Matrix<float[]> x, int first, int i, int last, float[] s) {
        float[] from = x.array();
        int at0 = rowStart(x, first + i);
        int at1 = rowStart(x, first + Math.min(i + 1, last));
        int at2 = rowStart(x, first + Math.min(i + 2, last));
        int at3 = rowStart(x, first + Math.min(i + 3, last));
        FloatVector sum0 = zero(SPECIES);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        int j = 0;
        for (; j < Lanes.bound(x.cols()); j += LENGTH) {
            FloatVector x0 = fromArray(SPECIES, from, at0 + j);
            sum0 = x0.fma(x0, sum0);
            FloatVector x1 = fromArray(SPECIES, from, at1 + j);
            sum1 = x1.fma(x1, sum1);
            FloatVector x2 = fromArray(SPECIES, from, at2 + j);
            sum2 = x2.fma(x2, sum2);
            FloatVector x3 = fromArray(SPECIES, from, at3 + j);
            sum3 = x3.fma(x3, sum3);
        }
        if (j < x.cols()) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, x.cols());
            FloatVector x0 = fromArray(SPECIES, from, at0 + j, mask);
            sum0 = x0.fma(x0, sum0);
            FloatVector x1 = fromArray(SPECIES, from, at1 + j, mask);
            sum1 = x1.fma(x1, sum1);
            FloatVector x2 = fromArray(SPECIES, from, at2 + j, mask);
            sum2 = x2.fma(x2, sum2);
            FloatVector x3 = fromArray(SPECIES, from, at3 + j, mask);
            sum3 = x3.fma(x3, sum3);
        }
        sum0.intoArray(s, i * LENGTH);
        sum1.intoArray(s, (i + 1) * LENGTH);
        sum2.intoArray(s, (i + 2) * LENGTH);
        sum3.intoArray(s, (i + 3) * LENGTH);
    }

    /** y ← x·r·γ. */
    private static void scale(Matrix<float[]> x, int row, float r, Matrix<float[]> gamma, Matrix<float[]> y) {
        int n = x.cols();
        int xAt = rowStart(x, row);
        int yAt = rowStart(y, row);
        int j = 0;
        for (; j < Lanes.bound(n); j += LENGTH) {
            fromArray(SPECIES, x.array(), xAt + j)
                    .mul(r)
                    .mul(fromArray(SPECIES, gamma.array(), gamma.offset() + j))
                    .intoArray(y.array(), yAt + j);
        }
        if (j < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, n);
            fromArray(SPECIES, x.array(), xAt + j, mask)
                    .mul(r)
                    .mul(fromArray(SPECIES, gamma.array(), gamma.offset() + j, mask))
                    .intoArray(y.array(), yAt + j, mask);
        }
    }

    /** The row once more in double: its squares are beyond a float, or it holds a NaN or an infinity. */
    private static void rowInDouble(
            Matrix<float[]> x, int row, Matrix<float[]> gamma, float eps, Matrix<float[]> y, Matrix<float[]> rstd) {
        int n = x.cols();
        int xAt = rowStart(x, row);
        double r = 1 / Math.sqrt(squaresInDouble(x.array(), xAt, n) / n + eps);
        int yAt = rowStart(y, row);
        for (int j = 0; j < n; j++) {
            y.array()[yAt + j] = (float) (gamma.array()[gamma.offset() + j] * (x.array()[xAt + j] * r));
        }
        rstd.array()[rstd.offset() + row] = (float) r;
    }

    private static double squaresInDouble(float[] x, int at, int n) {
        double squares = 0;
        for (int j = 0; j < n; j++) {
            squares += (double) x[at + j] * x[at + j];
        }
        return Double.isFinite(squares) ? squares : Double.NaN;
    }

    /** dx ← r·(g − x̂·mean(g∘x̂)), g = γ∘dy and x̂ = x·r, for rows first … first + n, at most LENGTH. */
    static void backwardRows(
            Matrix<float[]> x,
            int first,
            int n,
            Matrix<float[]> gamma,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dx,
            float[] s) {
        for (int i = 0; i < n; i++) {
            products(x, first + i, gamma, rstd, dy, s, i * LENGTH);
        }
        LaneTotals.sums(s, 0, RSTD);
        for (int i = 0; i < n; i++) {
            backwardRow(x, first + i, gamma, rstd, dy, s[RSTD + i] / x.cols(), dx);
        }
    }

    /** Σ g∘x̂ in lanes. */
    private static void products(
            Matrix<float[]> x,
            int row,
            Matrix<float[]> gamma,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            float[] s,
            int at) {
        int n = x.cols();
        float r = rstd.array()[rstd.offset() + row];
        int xAt = rowStart(x, row);
        int dyAt = rowStart(dy, row);
        int gammaAt = gamma.offset();
        FloatVector sum = zero(SPECIES);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector g =
                    fromArray(SPECIES, gamma.array(), gammaAt + i).mul(fromArray(SPECIES, dy.array(), dyAt + i));
            sum = g.fma(fromArray(SPECIES, x.array(), xAt + i).mul(r), sum);
        }
        if (i < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector g = fromArray(SPECIES, gamma.array(), gammaAt + i, mask)
                    .mul(fromArray(SPECIES, dy.array(), dyAt + i, mask));
            // Masked, for beyond the row an infinite r times 0 would be NaN.
            sum = g.fma(fromArray(SPECIES, x.array(), xAt + i, mask).mul(r, mask), sum);
        }
        sum.intoArray(s, at);
    }

    private static void backwardRow(
            Matrix<float[]> x,
            int row,
            Matrix<float[]> gamma,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            float mean,
            Matrix<float[]> dx) {
        int n = x.cols();
        float r = rstd.array()[rstd.offset() + row];
        int xAt = rowStart(x, row);
        int dyAt = rowStart(dy, row);
        int dxAt = rowStart(dx, row);
        int gammaAt = gamma.offset();
        FloatVector factor = broadcast(SPECIES, -mean);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector g = VECTOR.cast(fromArray(SPECIES, gamma.array(), gammaAt + i))
                    .mul(fromArray(SPECIES, dy.array(), dyAt + i));
            VECTOR.cast(fromArray(SPECIES, x.array(), xAt + i))
                    .mul(r)
                    .fma(factor, g)
                    .mul(r)
                    .intoArray(dx.array(), dxAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector g = fromArray(SPECIES, gamma.array(), gammaAt + i, mask)
                    .mul(fromArray(SPECIES, dy.array(), dyAt + i, mask));
            fromArray(SPECIES, x.array(), xAt + i, mask)
                    .mul(r)
                    .fma(factor, g)
                    .mul(r)
                    .intoArray(dx.array(), dxAt + i, mask);
        }
    }

    /** dγ += Σ dy∘x̂ of {@link RowTasks#COLUMNS} columns, each in ascending row order. */
    static void addParameterGradient(
            Matrix<float[]> x, Matrix<float[]> rstd, Matrix<float[]> dy, Matrix<float[]> dGamma, int column) {
        if (column + RowTasks.COLUMNS <= x.cols()) {
            addWide(x, rstd, dy, column, dGamma.array(), dGamma.offset() + column);
            return;
        }
        for (int c = column; c < x.cols(); c += LENGTH) {
            addVector(x, rstd, dy, c, dGamma);
        }
    }

    private static void addWide(
            Matrix<float[]> x, Matrix<float[]> rstd, Matrix<float[]> dy, int column, float[] to, int at) {
        FloatVector sum0 = zero(SPECIES);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        int rows = x.count() * x.rows();
        for (int row = 0; row < rows; row++) {
            FloatVector r = broadcast(SPECIES, rstd.array()[rstd.offset() + row]);
            int xAt = rowStart(x, row) + column;
            int dyAt = rowStart(dy, row) + column;
            sum0 = fromArray(SPECIES, dy.array(), dyAt)
                    .fma(fromArray(SPECIES, x.array(), xAt).mul(r), sum0);
            sum1 = fromArray(SPECIES, dy.array(), dyAt + LENGTH)
                    .fma(fromArray(SPECIES, x.array(), xAt + LENGTH).mul(r), sum1);
            sum2 = fromArray(SPECIES, dy.array(), dyAt + 2 * LENGTH)
                    .fma(fromArray(SPECIES, x.array(), xAt + 2 * LENGTH).mul(r), sum2);
            sum3 = fromArray(SPECIES, dy.array(), dyAt + 3 * LENGTH)
                    .fma(fromArray(SPECIES, x.array(), xAt + 3 * LENGTH).mul(r), sum3);
        }
        fromArray(SPECIES, to, at).add(sum0).intoArray(to, at);
        fromArray(SPECIES, to, at + LENGTH).add(sum1).intoArray(to, at + LENGTH);
        fromArray(SPECIES, to, at + 2 * LENGTH).add(sum2).intoArray(to, at + 2 * LENGTH);
        fromArray(SPECIES, to, at + 3 * LENGTH).add(sum3).intoArray(to, at + 3 * LENGTH);
    }

    private static void addVector(
            Matrix<float[]> x, Matrix<float[]> rstd, Matrix<float[]> dy, int column, Matrix<float[]> dGamma) {
        VectorMask<Float> mask = SPECIES.indexInRange(column, x.cols());
        FloatVector sum = zero(SPECIES);
        int rows = x.count() * x.rows();
        for (int row = 0; row < rows; row++) {
            FloatVector normalized = fromArray(SPECIES, x.array(), rowStart(x, row) + column, mask)
                    .mul(rstd.array()[rstd.offset() + row]);
            sum = fromArray(SPECIES, dy.array(), rowStart(dy, row) + column, mask)
                    .fma(normalized, sum);
        }
        int at = dGamma.offset() + column;
        fromArray(SPECIES, dGamma.array(), at, mask).add(sum).intoArray(dGamma.array(), at, mask);
    }
}
