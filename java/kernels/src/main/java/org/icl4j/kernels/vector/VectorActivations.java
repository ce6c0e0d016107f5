package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.Lanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.icl4j.kernels.ActivationKernels;
import org.icl4j.kernels.Gelu;
import org.icl4j.kernels.Matrix;

/**
 * {@link ActivationKernels} on vectors. Lanes are independent, so a value does not depend on where
 * it stands.
 */
final class VectorActivations implements ActivationKernels<float[]> {
    /** 2·√(2/π), and that times 0.044715: gelu ≈ x/(1 + exp(−(TANH_1·x + TANH_3·x³))). */
    static final float TANH_1 = 1.5957691216057308f;

    static final float TANH_3 = 0.07135481282052037f;

    static final float INVERSE_SQRT_2_PI = 0.3989422804014327f;

    /** −2|u| below which the exponential is no normal number, and the tanh form is 0 or x and its slope 0 or 1. */
    private static final float SATURATED = -87.33654f;

    private final RowTasks tasks;
    private final WholeVectors wholeVectors;

    VectorActivations(RowTasks tasks, Scratch scratch) {
        this.tasks = tasks;
        this.wholeVectors = new WholeVectors(tasks, scratch);
    }

    @Override
    public void relu(Matrix<float[]> x, Matrix<float[]> y) {
        tasks.forEachStretch(x, y, y, y, (xAt, yAt, a, b, n) -> relu(x.array(), xAt, y.array(), yAt, n));
    }

    @Override
    public void reluBackward(Matrix<float[]> x, Matrix<float[]> dy, Matrix<float[]> dx) {
        tasks.forEachStretch(
                x,
                dy,
                dx,
                dx,
                (xAt, dyAt, dxAt, a, n) -> reluBackward(x.array(), xAt, dy.array(), dyAt, dx.array(), dxAt, n));
    }

    @Override
    public void gelu(Gelu form, Matrix<float[]> x, Matrix<float[]> y) {
        switch (form) {
            case EXACT -> wholeVectors.apply(VectorActivations::geluExact, x, x, y);
            case TANH -> wholeVectors.apply(VectorActivations::geluTanh, x, x, y);
        }
    }

    @Override
    public void geluBackward(Gelu form, Matrix<float[]> x, Matrix<float[]> dy, Matrix<float[]> dx) {
        switch (form) {
            case EXACT -> wholeVectors.apply(VectorActivations::geluExactBackward, x, dy, dx);
            case TANH -> wholeVectors.apply(VectorActivations::geluTanhBackward, x, dy, dx);
        }
    }

    private static void relu(float[] x, int xAt, float[] y, int yAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            load(x, xAt + i).max(0).intoArray(y, yAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            load(x, xAt + i, mask).max(0).intoArray(y, yAt + i, mask);
        }
    }

    private static void reluBackward(float[] x, int xAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            reluGradient(load(x, xAt + i), load(dy, dyAt + i)).intoArray(dx, dxAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            reluGradient(load(x, xAt + i, mask), load(dy, dyAt + i, mask)).intoArray(dx, dxAt + i, mask);
        }
    }

    private static FloatVector reluGradient(FloatVector x, FloatVector dy) {
        FloatVector gated = Lanes.zero().blend(dy, x.compare(VectorOperators.GT, 0));
        return gated.blend(x, x.test(VectorOperators.IS_NAN));
    }

    private static void geluExact(float[] x, int xAt, float[] none, int noneAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            geluExact(load(x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    /** x·Φ(x): from the tail t = |x|·(1 − Φ(|x|)) it is 0 − t on the left of 0 and x − t on the right. */
    private static FloatVector geluExact(FloatVector x) {
        FloatVector z = x.abs();
        FloatVector t = z.mul(tailExponential(z)).mul(VectorMath.scaledTail(z));
        t = t.blend(0, z.compare(VectorOperators.GE, VectorMath.TAIL_END));
        return x.blend(-0f, x.compare(VectorOperators.LT, 0)).sub(t);
    }

    /** exp(−z²/2), for z up to the tail's end. */
    private static FloatVector tailExponential(FloatVector z) {
        return VectorMath.expOfNegative(z.mul(z).mul(-0.5f));
    }

    private static void geluTanh(float[] x, int xAt, float[] none, int noneAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            geluTanh(load(x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    /**
     * x·s with s = 1/(1 + exp(−2u)), from e = exp(−2|u|), which does not overflow: s = 1/(1 + e) on the right of 0 and e/(1 + e)
     * on the left.
     */
    private static FloatVector geluTanh(FloatVector x) {
        FloatVector z = x.abs();
        FloatVector argument = minusTanhArgument(z);
        FloatVector e = VectorMath.minusExpOfNegative(argument);
        VectorMask<Float> left = x.compare(VectorOperators.LT, 0);
        FloatVector numerator = broadcast(SPECIES, -1).blend(e, left);
        FloatVector y = x.mul(numerator).mul(VectorMath.minusReciprocalOfOneMinus(e));
        return y.blend(x.blend(-0f, left), argument.compare(VectorOperators.LT, SATURATED));
    }

    /** −2u for x = z ≥ 0, u = √(2/π)·(x + 0.044715·x³). */
    private static FloatVector minusTanhArgument(FloatVector z) {
        return z.mul(z.mul(z).fma(broadcast(SPECIES, -TANH_3), broadcast(SPECIES, -TANH_1)));
    }

    private static void geluExactBackward(float[] x, int xAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector d = load(dy, dyAt + i);
            exactSlope(load(x, xAt + i)).mul(d).intoArray(dx, dxAt + i);
        }
    }

    /** Φ(x) + x·φ(x). */
    private static FloatVector exactSlope(FloatVector x) {
        FloatVector z = x.abs();
        VectorMask<Float> left = x.compare(VectorOperators.LT, 0);
        FloatVector e = tailExponential(z);
        FloatVector tail = e.mul(VectorMath.scaledTail(z));
        FloatVector cumulative = broadcast(SPECIES, 1).sub(tail).blend(tail, left);
        FloatVector slope = x.mul(INVERSE_SQRT_2_PI).fma(e, cumulative);
        return slope.blend(
                broadcast(SPECIES, 1).blend(0, left), z.compare(VectorOperators.GE, VectorMath.PLAIN_TAIL_END));
    }

    private static void geluTanhBackward(float[] x, int xAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector d = load(dy, dyAt + i);
            tanhSlope(load(x, xAt + i)).mul(d).intoArray(dx, dxAt + i);
        }
    }

    /** s + x·s·(1 − s)·2u′ with s as in {@link #geluTanh}, and s·(1 − s) = e/(1 + e)² on either side. */
    private static FloatVector tanhSlope(FloatVector x) {
        FloatVector z = x.abs();
        FloatVector argument = minusTanhArgument(z);
        FloatVector e = VectorMath.minusExpOfNegative(argument);
        FloatVector reciprocal = VectorMath.minusReciprocalOfOneMinus(e);
        VectorMask<Float> left = x.compare(VectorOperators.LT, 0);
        FloatVector s = broadcast(SPECIES, -1).blend(e, left).mul(reciprocal);
        FloatVector inner = x.mul(x).fma(broadcast(SPECIES, -3 * TANH_3), broadcast(SPECIES, -TANH_1));
        FloatVector slope = x.mul(inner).fma(e.mul(reciprocal).mul(reciprocal), s);
        return slope.blend(broadcast(SPECIES, 1).blend(0, left), argument.compare(VectorOperators.LT, SATURATED));
    }
}
