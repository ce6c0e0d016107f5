package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Softmax of one row and its gradient. */
final class Softmax {
    /**
     * Vectors of exponentials summed in f32 before they go into a sum in double: it bounds the roundings that one term meets,
     * however long the row. Part of the result's identity: changing it changes bits.
     */
    private static final int BLOCK_VECTORS = 8;

    private static final int BLOCK = BLOCK_VECTORS * LENGTH;

    private Softmax() {}

    /** y ← softmax(x); x and y may be one. */
    static void row(float[] x, int xAt, float[] y, int yAt, int n) {
        double sum = exponentials(x, xAt, y, yAt, n, max(x, xAt, n));
        multiply(y, yAt, n, (float) (1 / sum));
    }

    /** The largest of n values, NaN if one is NaN, −∞ if n = 0. */
    static float max(float[] x, int at, int n) {
        FloatVector max = Lanes.broadcast(Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            max = max.max(load(x, at + i));
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            max = max.lanewise(VectorOperators.MAX, load(x, at + i, mask), mask);
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** y ← exp(x − max); returns Σ y, to {@link #BLOCK_VECTORS} + 3 roundings of f32 a term. */
    static double exponentials(float[] x, int xAt, float[] y, int yAt, int n, float max) {
        double total = 0;
        FloatVector sum = Lanes.zero();
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            FloatVector e = VectorMath.exp(load(x, xAt + i).sub(max));
            e.intoArray(y, yAt + i);
            sum = sum.add(e);
            if (i % BLOCK == BLOCK - LENGTH) {
                total += Lanes.sum(sum);
                sum = Lanes.zero();
            }
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            FloatVector e = VectorMath.exp(load(x, xAt + i, mask).sub(max));
            e.intoArray(y, yAt + i, mask);
            sum = sum.add(e, mask);
        }
        return total + Lanes.sum(sum);
    }

    private static void multiply(float[] y, int at, int n, float factor) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            load(y, at + i).mul(factor).intoArray(y, at + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            load(y, at + i, mask).mul(factor).intoArray(y, at + i, mask);
        }
    }

    /** dx ← y∘(dy − Σ y∘dy); dy and dx may be one. */
    static void backwardRow(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        float dot = dot(y, yAt, dy, dyAt, n);
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            load(dy, dyAt + i).sub(dot).mul(load(y, yAt + i)).intoArray(dx, dxAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            load(dy, dyAt + i, mask).sub(dot).mul(load(y, yAt + i, mask)).intoArray(dx, dxAt + i, mask);
        }
    }

    /** Σ x·y. */
    static float dot(float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector sum = Lanes.zero();
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            sum = load(x, xAt + i).fma(load(y, yAt + i), sum);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            sum = load(x, xAt + i, mask).fma(load(y, yAt + i, mask), sum);
        }
        return Lanes.sum(sum);
    }
}
