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
import jdk.incubator.vector.VectorOperators;
import org.icl4j.kernels.Matrix;

/** Softmax of rows and its gradient. */
final class Softmax {
    /**
     * Vectors of exponentials summed before the sum goes into the total, which keeps what it loses (Kahan 1965): it bounds the roundings that
     * one term meets, however long the row. Part of the result's identity: changing it changes bits.
     */
    private static final int BLOCK = 8 * LENGTH;

    /** Places in the scratch array: maxima or sums in lanes, what does not fill vectors, and of each row a number. */
    private static final int TAILS = LENGTH * LENGTH;

    private static final int STATISTIC = 2 * TAILS;
    private static final int UNUSED = STATISTIC + LENGTH;

    static final int SCRATCH_LENGTH = UNUSED + LENGTH;

    /** Not final, as {@link OwnMethod} says. */
    private static MethodHandle exponentialsOfRows = OwnMethod.of(
            MethodHandles.lookup(),
            "exponentialsOfRows",
            Matrix.class,
            int.class,
            int.class,
            Matrix.class,
            float[].class);

    private Softmax() {}

    /** Rows first … first + n, at most LENGTH, their maxima and sums a lane each; x and y may be one. */
    static void rows(Matrix<float[]> x, int first, int n, Matrix<float[]> y, float[] s) {
        for (int i = 0; i < n; i++) {
            largest(x.array(), rowStart(x, first + i), x.cols(), s, i);
        }
        LaneTotals.maxima(s, 0, STATISTIC);
        boolean tails = Lanes.bound(x.cols()) < x.cols();
        exponentials(x, first, n, y, s);
        if (tails) {
            for (int i = 0; i < n * LENGTH; i += LENGTH) {
                fromArray(SPECIES, s, i).add(fromArray(SPECIES, s, TAILS + i)).intoArray(s, i);
            }
        }
        LaneTotals.sums(s, 0, STATISTIC);
        broadcast(SPECIES, 1).div(fromArray(SPECIES, s, STATISTIC)).intoArray(s, STATISTIC);
        for (int i = 0; i < n; i++) {
            multiply(y.array(), rowStart(y, first + i), x.cols(), s, i);
        }
    }

    /** The largest in lanes; and what does not fill a vector goes to a vector of its own, which −∞ fills up. */
    private static void largest(float[] x, int at, int n, float[] s, int row) {
        FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector next = fromArray(SPECIES, x, at + i);
            max = max.blend(next, next.compare(VectorOperators.GT, max));
        }
        if (i < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector next =
                    broadcast(SPECIES, Float.NEGATIVE_INFINITY).blend(fromArray(SPECIES, x, at + i, mask), mask);
            next.intoArray(s, TAILS + row * LENGTH);
            max = max.blend(next, next.compare(VectorOperators.GT, max));
        }
        max.intoArray(s, row * LENGTH);
    }

    private static void exponentials(Matrix<float[]> x, int first, int n, Matrix<float[]> y, float[] s) {
        try {
            exponentialsOfRows.invokeExact(x, first, n, y, s);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }

    /** Of all rows' whole vectors, and then of their tails: in one place, as C2 inlines so long a function but once. */
    private static void exponentialsOfRows(Matrix<float[]> x, int first, int n, Matrix<float[]> y, float[] s) {
        int whole = Lanes.bound(x.cols());
        for (int part = 0; part < (whole < x.cols() ? 2 * n : n); part++) {
            boolean tail = part >= n;
            int row = tail ? part - n : part;
            int tailAt = TAILS + row * LENGTH;
            exponentials(
                    tail ? s : x.array(),
                    tail ? tailAt : rowStart(x, first + row),
                    tail ? s : y.array(),
                    tail ? tailAt : rowStart(y, first + row),
                    tail ? LENGTH : whole,
                    s[STATISTIC + row],
                    s,
                    tail ? UNUSED : row * LENGTH);
        }
    }

    /** y ← exp(x − max), 0 where that is no normal number, for whole vectors; and their sum in lanes. */
    private static void exponentials(
            float[] x, int xAt, float[] y, int yAt, int n, float max, float[] sums, int sumsAt) {
        FloatVector total = zero(SPECIES);
        FloatVector lost = zero(SPECIES);
        FloatVector block = zero(SPECIES);
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector e = exponential(fromArray(SPECIES, x, xAt + i).sub(max));
            e.intoArray(y, yAt + i);
            block = e.add(block);
            if (i % BLOCK == BLOCK - LENGTH) {
                FloatVector corrected = block.add(lost);
                FloatVector sum = total.add(corrected);
                lost = corrected.sub(sum.sub(total));
                total = sum;
                block = zero(SPECIES);
            }
        }
        total.add(block.add(lost)).intoArray(sums, sumsAt);
    }

    /** exp(x) for x ≤ 0, 0 where that is no normal number, NaN where x is. */
    static FloatVector exponential(FloatVector x) {
        FloatVector e = VectorMath.expOfNegative(x);
        return e.blend(0, x.compare(VectorOperators.LT, VectorMath.EXP_UNDERFLOW));
    }

    /** y ← y·factor, and of the tail from where it was kept. */
    private static void multiply(float[] y, int at, int n, float[] s, int row) {
        FloatVector factor = broadcast(SPECIES, s[STATISTIC + row]);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            fromArray(SPECIES, y, at + i).mul(factor).intoArray(y, at + i);
        }
        if (i < n) {
            fromArray(SPECIES, s, TAILS + row * LENGTH).mul(factor).intoArray(y, at + i, SPECIES.indexInRange(i, n));
        }
    }

    /** dx ← y∘(dy − Σ y∘dy) for rows first … first + n, at most LENGTH; dy and dx may be one. */
    static void backwardRows(Matrix<float[]> y, int first, int n, Matrix<float[]> dy, Matrix<float[]> dx, float[] s) {
        for (int i = 0; i < n; i++) {
            dotLanes(y.array(), rowStart(y, first + i), dy.array(), rowStart(dy, first + i), y.cols(), s, i * LENGTH);
        }
        LaneTotals.sums(s, 0, STATISTIC);
        for (int i = 0; i < n; i++) {
            backwardRow(
                    y.array(),
                    rowStart(y, first + i),
                    s[STATISTIC + i],
                    dy.array(),
                    rowStart(dy, first + i),
                    dx.array(),
                    rowStart(dx, first + i),
                    y.cols());
        }
    }

    private static void backwardRow(float[] y, int yAt, float dot, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            fromArray(SPECIES, dy, dyAt + i)
                    .sub(dot)
                    .mul(fromArray(SPECIES, y, yAt + i))
                    .intoArray(dx, dxAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            fromArray(SPECIES, dy, dyAt + i, mask)
                    .sub(dot)
                    .mul(fromArray(SPECIES, y, yAt + i, mask))
                    .intoArray(dx, dxAt + i, mask);
        }
    }

    /** Σ x·y in lanes, for {@link LaneTotals} or {@link Lanes} to add up. */
    static void dotLanes(float[] x, int xAt, float[] y, int yAt, int n, float[] s, int at) {
        FloatVector sum = zero(SPECIES);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            sum = fromArray(SPECIES, x, xAt + i).fma(fromArray(SPECIES, y, yAt + i), sum);
        }
        if (i < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            sum = fromArray(SPECIES, x, xAt + i, mask).fma(fromArray(SPECIES, y, yAt + i, mask), sum);
        }
        sum.intoArray(s, at);
    }
}
