package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Softmax of one row and its gradient. */
final class Softmax {
    /**
     * Vectors of exponentials summed before the sum goes into the total, which keeps what it loses (Kahan 1965): it bounds the roundings that
     * one term meets, however long the row. Part of the result's identity: changing it changes bits.
     */
    private static final int BLOCK = 8 * LENGTH;

    private Softmax() {}

    /**
     * y ← softmax(x) for one row; x and y may be one. What does not fill a vector goes through a padded copy and the same loop:
     * C2 inlines so long a function but once.
     *
     * @param pad place for one vector
     */
    static void row(float[] x, int xAt, float[] y, int yAt, int n, float[] pad) {
        float max = max(x, xAt, n);
        int whole = Lanes.bound(n);
        double sum = 0;
        for (int done = 0; done < n; ) {
            boolean rest = done == whole;
            int length = rest ? n - whole : whole;
            if (rest) {
                Arrays.fill(pad, 0, LENGTH, Float.NEGATIVE_INFINITY);
                System.arraycopy(x, xAt + whole, pad, 0, length);
            }
            sum += exponentials(
                    rest ? pad : x, rest ? 0 : xAt, rest ? pad : y, rest ? 0 : yAt, Lanes.padded(length), max);
            if (rest) {
                System.arraycopy(pad, 0, y, yAt + whole, length);
            }
            done += length;
        }
        multiply(y, yAt, n, (float) (1 / sum));
    }

    /** The largest of n values, −∞ if n = 0. A NaN may be passed over: {@link #exponentials} will meet it. */
    static float max(float[] x, int at, int n) {
        FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector next = fromArray(SPECIES, x, at + i);
            max = max.blend(next, next.compare(VectorOperators.GT, max));
        }
        if (i < n) {
            FloatVector next = fromArray(SPECIES, x, at + i, Lanes.first(n - i));
            max = max.blend(next, next.compare(VectorOperators.GT, max).and(Lanes.first(n - i)));
        }
        return Lanes.max(max);
    }

    /** y ← exp(x − max), 0 where that is no normal number, for whole vectors; returns Σ y, to 13 roundings a term. */
    private static float exponentials(float[] x, int xAt, float[] y, int yAt, int n, float max) {
        FloatVector total = zero(SPECIES);
        FloatVector lost = zero(SPECIES);
        FloatVector block = zero(SPECIES);
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector e = exponential(fromArray(SPECIES, x, xAt + i).sub(max));
            e.intoArray(y, yAt + i);
            block = block.add(e);
            if (i % BLOCK == BLOCK - LENGTH) {
                FloatVector corrected = block.add(lost);
                FloatVector sum = total.add(corrected);
                lost = corrected.sub(sum.sub(total));
                total = sum;
                block = zero(SPECIES);
            }
        }
        return Lanes.sum(total.add(block.add(lost)));
    }

    /** exp(x) for x ≤ 0, 0 where that is no normal number, NaN where x is. */
    static FloatVector exponential(FloatVector x) {
        FloatVector e = VectorMath.expOfNegative(x);
        return e.blend(0, x.compare(VectorOperators.LT, VectorMath.EXP_UNDERFLOW));
    }

    private static void multiply(float[] y, int at, int n, float factor) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            fromArray(SPECIES, y, at + i).mul(factor).intoArray(y, at + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            fromArray(SPECIES, y, at + i, mask).mul(factor).intoArray(y, at + i, mask);
        }
    }

    /** dx ← y∘(dy − Σ y∘dy); dy and dx may be one. */
    static void backwardRow(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        float dot = dot(y, yAt, dy, dyAt, n);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            fromArray(SPECIES, dy, dyAt + i)
                    .sub(dot)
                    .mul(fromArray(SPECIES, y, yAt + i))
                    .intoArray(dx, dxAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            fromArray(SPECIES, dy, dyAt + i, mask)
                    .sub(dot)
                    .mul(fromArray(SPECIES, y, yAt + i, mask))
                    .intoArray(dx, dxAt + i, mask);
        }
    }

    /** Σ x·y. */
    static float dot(float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector sum = zero(SPECIES);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            sum = fromArray(SPECIES, x, xAt + i).fma(fromArray(SPECIES, y, yAt + i), sum);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            sum = fromArray(SPECIES, x, xAt + i, mask).fma(fromArray(SPECIES, y, yAt + i, mask), sum);
        }
        return Lanes.sum(sum);
    }
}
