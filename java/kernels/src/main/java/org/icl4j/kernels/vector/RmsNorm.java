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

/** RMSNorm of one row, and the gradient's two halves: by rows for the input, by columns for the parameter. */
final class RmsNorm {
    private static final int TURN = 4 * LENGTH;

    private RmsNorm() {}

    static void row(
            Matrix<float[]> x, int row, Matrix<float[]> gamma, float eps, Matrix<float[]> y, Matrix<float[]> rstd) {
        int n = x.cols();
        int xAt = rowStart(x, row);
        int yAt = rowStart(y, row);
        float squares = squares(x.array(), xAt, n);
        double r = reciprocal(Float.isFinite(squares) ? squares : squaresInDouble(x.array(), xAt, n), n, eps);
        if (Float.isFinite(squares)) {
            scale(x.array(), xAt, (float) r, gamma.array(), gamma.offset(), y.array(), yAt, n);
        } else {
            scaleInDouble(x.array(), xAt, r, gamma.array(), gamma.offset(), y.array(), yAt, n);
        }
        rstd.array()[rstd.offset() + row] = (float) r;
    }

    private static double reciprocal(double squares, int n, float eps) {
        return 1 / Math.sqrt(squares / n + eps);
    }

    /** Σ x², in four chains that hide the latency of an addition. */
    private static float squares(float[] x, int at, int n) {
        FloatVector a = zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i <= n - TURN; i += TURN) {
            FloatVector v = fromArray(SPECIES, x, at + i);
            a = v.fma(v, a);
            v = fromArray(SPECIES, x, at + i + LENGTH);
            b = v.fma(v, b);
            v = fromArray(SPECIES, x, at + i + 2 * LENGTH);
            c = v.fma(v, c);
            v = fromArray(SPECIES, x, at + i + 3 * LENGTH);
            d = v.fma(v, d);
        }
        for (; i < n; i += LENGTH) {
            FloatVector v = fromArray(SPECIES, x, at + i, Lanes.first(Math.min(LENGTH, n - i)));
            a = v.fma(v, a);
        }
        return Lanes.sum(a.add(b).add(c.add(d)));
    }

    private static void scale(float[] x, int xAt, float r, float[] gamma, int gammaAt, float[] y, int yAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            fromArray(SPECIES, x, xAt + i)
                    .mul(r)
                    .mul(fromArray(SPECIES, gamma, gammaAt + i))
                    .intoArray(y, yAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            fromArray(SPECIES, x, xAt + i, mask)
                    .mul(r)
                    .mul(fromArray(SPECIES, gamma, gammaAt + i, mask))
                    .intoArray(y, yAt + i, mask);
        }
    }

    /** For a row whose squares are beyond a float, or that holds a NaN or an infinity. */
    private static double squaresInDouble(float[] x, int at, int n) {
        double squares = 0;
        for (int j = 0; j < n; j++) {
            squares += (double) x[at + j] * x[at + j];
        }
        return Double.isFinite(squares) ? squares : Double.NaN;
    }

    private static void scaleInDouble(
            float[] x, int xAt, double r, float[] gamma, int gammaAt, float[] y, int yAt, int n) {
        for (int j = 0; j < n; j++) {
            y[yAt + j] = (float) (gamma[gammaAt + j] * (x[xAt + j] * r));
        }
    }

    static void backwardRow(
            Matrix<float[]> x,
            int row,
            Matrix<float[]> gamma,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dx) {
        int n = x.cols();
        float r = rstd.array()[rstd.offset() + row];
        int xAt = rowStart(x, row);
        int dyAt = rowStart(dy, row);
        int gammaAt = gamma.offset();
        float mean = products(x.array(), xAt, r, gamma.array(), gammaAt, dy.array(), dyAt, n) / n;
        int dxAt = rowStart(dx, row);
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, n - i));
            FloatVector g = fromArray(SPECIES, gamma.array(), gammaAt + i, mask)
                    .mul(fromArray(SPECIES, dy.array(), dyAt + i, mask));
            FloatVector normalized =
                    fromArray(SPECIES, x.array(), xAt + i, mask).mul(r);
            normalized.fma(broadcast(SPECIES, -mean), g).mul(r).intoArray(dx.array(), dxAt + i, mask);
        }
    }

    /** Σ γ∘dy∘x·r. */
    private static float products(
            float[] x, int xAt, float r, float[] gamma, int gammaAt, float[] dy, int dyAt, int n) {
        FloatVector a = zero(SPECIES);
        FloatVector b = a;
        int i = 0;
        for (; i <= n - 2 * LENGTH; i += 2 * LENGTH) {
            FloatVector g = fromArray(SPECIES, gamma, gammaAt + i).mul(fromArray(SPECIES, dy, dyAt + i));
            a = g.fma(fromArray(SPECIES, x, xAt + i).mul(r), a);
            g = fromArray(SPECIES, gamma, gammaAt + i + LENGTH).mul(fromArray(SPECIES, dy, dyAt + i + LENGTH));
            b = g.fma(fromArray(SPECIES, x, xAt + i + LENGTH).mul(r), b);
        }
        for (; i < n; i += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, n - i));
            FloatVector g = fromArray(SPECIES, gamma, gammaAt + i, mask).mul(fromArray(SPECIES, dy, dyAt + i, mask));
            // Masked, for beyond the row an infinite r times 0 would be NaN.
            a = g.fma(fromArray(SPECIES, x, xAt + i, mask).mul(r, mask), a);
        }
        return Lanes.sum(a.add(b));
    }

    /** Sums of one vector of columns, each in ascending row order. */
    static void addParameterGradient(
            Matrix<float[]> x, Matrix<float[]> rstd, Matrix<float[]> dy, Matrix<float[]> dGamma, int column) {
        VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, x.cols() - column));
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
