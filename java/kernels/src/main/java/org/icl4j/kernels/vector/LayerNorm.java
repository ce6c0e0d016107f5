package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.RowTasks.rowStart;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/** LayerNorm of rows. */
final class LayerNorm {
    /** Places in the scratch array: partial sums of LENGTH rows, those of squares, and statistics of the rows, a lane each. */
    private static final int SQUARES = LENGTH * LENGTH;

    private static final int MEAN = 2 * SQUARES;
    private static final int EXACT_MEAN = MEAN + LENGTH;
    private static final int CORRECTION = MEAN + 2 * LENGTH;
    private static final int RSTD = MEAN + 3 * LENGTH;

    static final int SCRATCH_LENGTH = MEAN + 4 * LENGTH;

    /** Not final, as {@link OwnMethod} says: inlined beside the sums its vectors would be in boxes. */
    private static MethodHandle normalize = OwnMethod.of(
            MethodHandles.lookup(),
            "normalize",
            Matrix.class,
            int.class,
            int.class,
            Matrix.class,
            Matrix.class,
            float.class,
            Matrix.class,
            float[].class);

    private LayerNorm() {}

    /** Rows first … first + n, at most LENGTH: read four at a time, and their statistics a lane each. */
    static void rows(
            Matrix<float[]> x,
            int first,
            int n,
            Matrix<float[]> gamma,
            Matrix<float[]> beta,
            float eps,
            Matrix<float[]> y,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            float[] s) {
        for (int i = 0; i < n; i += 4) {
            sums(x, first, i, n - 1, s);
        }
        means(x.cols(), s);
        for (int i = 0; i < n; i += 4) {
            deviations(x, first, i, n - 1, s);
        }
        LaneTotals.sums(s, 0, CORRECTION);
        LaneTotals.sums(s, SQUARES, RSTD);
        normalizeOf(x, first, n, gamma, beta, eps, y, s);
        System.arraycopy(s, EXACT_MEAN, mean.array(), mean.offset() + first, n);
        System.arraycopy(s, RSTD, rstd.array(), rstd.offset() + first, n);
        for (int i = 0; i < n; i++) {
            if (!isNormal(s, i)) {
                rowInDouble(x, first + i, gamma, beta, eps, y, mean, rstd);
            }
        }
    }

    /** Whether floats did for row i. */
    private static boolean isNormal(float[] s, int i) {
        return s[RSTD + i] > 0;
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

    /**
     * Σ (x − x₀) in lanes, x₀ a row's first element: what the rounding of the sum loses hangs on the spread, not on the mean. Of
     * rows i … i + 3, the last one again for those beyond it, and so below.
     */
    private static void sums(Matrix<float[]> x, int first, int i, int last, float[] s) {
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
            sum0 = fromArray(SPECIES, from, at0 + j).sub(from[at0]).add(sum0);
            sum1 = fromArray(SPECIES, from, at1 + j).sub(from[at1]).add(sum1);
            sum2 = fromArray(SPECIES, from, at2 + j).sub(from[at2]).add(sum2);
            sum3 = fromArray(SPECIES, from, at3 + j).sub(from[at3]).add(sum3);
        }
        if (j < x.cols()) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, x.cols());
            sum0 = fromArray(SPECIES, from, at0 + j, mask).sub(from[at0], mask).add(sum0);
            sum1 = fromArray(SPECIES, from, at1 + j, mask).sub(from[at1], mask).add(sum1);
            sum2 = fromArray(SPECIES, from, at2 + j, mask).sub(from[at2], mask).add(sum2);
            sum3 = fromArray(SPECIES, from, at3 + j, mask).sub(from[at3], mask).add(sum3);
        }
        sum0.intoArray(s, i * LENGTH);
        sum1.intoArray(s, (i + 1) * LENGTH);
        sum2.intoArray(s, (i + 2) * LENGTH);
        sum3.intoArray(s, (i + 3) * LENGTH);
        s[MEAN + i] = from[at0];
        s[MEAN + i + 1] = from[at1];
        s[MEAN + i + 2] = from[at2];
        s[MEAN + i + 3] = from[at3];
    }

    private static void means(int n, float[] s) {
        LaneTotals.sums(s, 0, EXACT_MEAN);
        fromArray(SPECIES, s, MEAN)
                .add(fromArray(SPECIES, s, EXACT_MEAN).mul(1f / n))
                .intoArray(s, MEAN);
    }

    /** Σ d and Σ d² in lanes, d = x − mean. */
    private static void deviations(Matrix<float[]> x, int first, int i, int last, float[] s) {
        float[] from = x.array();
        int at0 = rowStart(x, first + i);
        int at1 = rowStart(x, first + Math.min(i + 1, last));
        int at2 = rowStart(x, first + Math.min(i + 2, last));
        int at3 = rowStart(x, first + Math.min(i + 3, last));
        FloatVector mean0 = broadcast(SPECIES, s[MEAN + i]);
        FloatVector mean1 = broadcast(SPECIES, s[MEAN + i + 1]);
        FloatVector mean2 = broadcast(SPECIES, s[MEAN + i + 2]);
        FloatVector mean3 = broadcast(SPECIES, s[MEAN + i + 3]);
        FloatVector sum0 = zero(SPECIES);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        FloatVector squares0 = sum0;
        FloatVector squares1 = sum0;
        FloatVector squares2 = sum0;
        FloatVector squares3 = sum0;
        int j = 0;
        for (; j < Lanes.bound(x.cols()); j += LENGTH) {
            FloatVector d = fromArray(SPECIES, from, at0 + j).sub(mean0);
            sum0 = d.add(sum0);
            squares0 = d.fma(d, squares0);
            d = fromArray(SPECIES, from, at1 + j).sub(mean1);
            sum1 = d.add(sum1);
            squares1 = d.fma(d, squares1);
            d = fromArray(SPECIES, from, at2 + j).sub(mean2);
            sum2 = d.add(sum2);
            squares2 = d.fma(d, squares2);
            d = fromArray(SPECIES, from, at3 + j).sub(mean3);
            sum3 = d.add(sum3);
            squares3 = d.fma(d, squares3);
        }
        if (j < x.cols()) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, x.cols());
            FloatVector d = fromArray(SPECIES, from, at0 + j, mask).sub(mean0, mask);
            sum0 = d.add(sum0);
            squares0 = d.fma(d, squares0);
            d = fromArray(SPECIES, from, at1 + j, mask).sub(mean1, mask);
            sum1 = d.add(sum1);
            squares1 = d.fma(d, squares1);
            d = fromArray(SPECIES, from, at2 + j, mask).sub(mean2, mask);
            sum2 = d.add(sum2);
            squares2 = d.fma(d, squares2);
            d = fromArray(SPECIES, from, at3 + j, mask).sub(mean3, mask);
            sum3 = d.add(sum3);
            squares3 = d.fma(d, squares3);
        }
        sum0.intoArray(s, i * LENGTH);
        sum1.intoArray(s, (i + 1) * LENGTH);
        sum2.intoArray(s, (i + 2) * LENGTH);
        sum3.intoArray(s, (i + 3) * LENGTH);
        squares0.intoArray(s, SQUARES + i * LENGTH);
        squares1.intoArray(s, SQUARES + (i + 1) * LENGTH);
        squares2.intoArray(s, SQUARES + (i + 2) * LENGTH);
        squares3.intoArray(s, SQUARES + (i + 3) * LENGTH);
    }

    /**
     * r, and what rounding left over in the mean, from Σ d and Σ d². That is at most about the step of floats there, so its square,
     * which the mean of d² is too large by, is no more than the variance of any row that is not constant.
     */
    private static void statistics(int n, float eps, float[] s) {
        FloatVector correction = fromArray(SPECIES, s, CORRECTION).mul(1f / n);
        FloatVector squares = fromArray(SPECIES, s, RSTD).mul(1f / n);
        FloatVector variance = correction.neg().fma(correction, squares);
        FloatVector r = broadcast(SPECIES, 1).div(variance.add(eps).sqrt());
        r.intoArray(s, RSTD);
        correction.mul(r).neg().intoArray(s, CORRECTION);
        fromArray(SPECIES, s, MEAN).add(correction).intoArray(s, EXACT_MEAN);
    }

    private static void normalizeOf(
            Matrix<float[]> x,
            int first,
            int n,
            Matrix<float[]> gamma,
            Matrix<float[]> beta,
            float eps,
            Matrix<float[]> y,
            float[] s) {
        try {
            normalize.invokeExact(x, first, n, gamma, beta, eps, y, s);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }

    private static void normalize(
            Matrix<float[]> x,
            int first,
            int n,
            Matrix<float[]> gamma,
            Matrix<float[]> beta,
            float eps,
            Matrix<float[]> y,
            float[] s) {
        statistics(x.cols(), eps, s);
        for (int i = 0; i < n; i++) {
            if (isNormal(s, i)) {
                normalizeRow(x, first, i, gamma, beta, y, s);
            }
        }
    }

    /**
     * y ← ((x − mean)·r − correction·r)·γ + β. The mean is subtracted in two parts because their sum may not fit a float. One row
     * at a time: loads and stores of several rows a power of two apart wait for one another.
     */
    private static void normalizeRow(
            Matrix<float[]> x,
            int first,
            int i,
            Matrix<float[]> gamma,
            Matrix<float[]> beta,
            Matrix<float[]> y,
            float[] s) {
        int n = x.cols();
        int xAt = rowStart(x, first + i);
        int yAt = rowStart(y, first + i);
        FloatVector mean = broadcast(SPECIES, s[MEAN + i]);
        FloatVector shift = broadcast(SPECIES, s[CORRECTION + i]);
        FloatVector r = broadcast(SPECIES, s[RSTD + i]);
        int j = 0;
        for (; j < Lanes.bound(n); j += LENGTH) {
            FloatVector normalized =
                    fromArray(SPECIES, x.array(), xAt + j).sub(mean).fma(r, shift);
            normalized
                    .fma(
                            fromArray(SPECIES, gamma.array(), gamma.offset() + j),
                            fromArray(SPECIES, beta.array(), beta.offset() + j))
                    .intoArray(y.array(), yAt + j);
        }
        if (j < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, n);
            FloatVector normalized =
                    fromArray(SPECIES, x.array(), xAt + j, mask).sub(mean).fma(r, shift);
            normalized
                    .fma(
                            fromArray(SPECIES, gamma.array(), gamma.offset() + j, mask),
                            fromArray(SPECIES, beta.array(), beta.offset() + j, mask))
                    .intoArray(y.array(), yAt + j, mask);
        }
    }
}
