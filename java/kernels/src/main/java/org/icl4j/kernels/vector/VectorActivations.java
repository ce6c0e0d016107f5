package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.broadcast;
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
    private static final float TANH_1 = 1.5957691216057308f;

    private static final float TANH_3 = 0.07135481282052037f;

    private static final float INVERSE_SQRT_2_PI = 0.3989422804014327f;

    /** Beyond it the tanh form's slope is 0 or 1 to the last digit, while its x³ may overflow. */
    private static final float SATURATED = 10;

    private final RowTasks tasks;

    VectorActivations(RowTasks tasks) {
        this.tasks = tasks;
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
            case EXACT ->
                tasks.forEachStretch(x, y, y, y, (xAt, yAt, a, b, n) -> geluExact(x.array(), xAt, y.array(), yAt, n));
            case TANH ->
                tasks.forEachStretch(x, y, y, y, (xAt, yAt, a, b, n) -> geluTanh(x.array(), xAt, y.array(), yAt, n));
        }
    }

    @Override
    public void geluBackward(Gelu form, Matrix<float[]> x, Matrix<float[]> dy, Matrix<float[]> dx) {
        switch (form) {
            case EXACT ->
                tasks.forEachStretch(
                        x,
                        dy,
                        dx,
                        dx,
                        (xAt, dyAt, dxAt, a, n) ->
                                geluExactBackward(x.array(), xAt, dy.array(), dyAt, dx.array(), dxAt, n));
            case TANH ->
                tasks.forEachStretch(
                        x,
                        dy,
                        dx,
                        dx,
                        (xAt, dyAt, dxAt, a, n) ->
                                geluTanhBackward(x.array(), xAt, dy.array(), dyAt, dx.array(), dxAt, n));
        }
    }

    static void relu(float[] x, int xAt, float[] y, int yAt, int n) {
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

    static void geluExact(float[] x, int xAt, float[] y, int yAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            geluExact(load(x, xAt + i)).intoArray(y, yAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            geluExact(load(x, xAt + i, mask)).intoArray(y, yAt + i, mask);
        }
    }

    /**
     * x·Φ(x): from the tail t = |x|·(1 − Φ(|x|)) it is −t on the left of 0 and x − t on the right.
     */
    private static FloatVector geluExact(FloatVector x) {
        FloatVector z = x.abs();
        FloatVector t = tail(z, z, VectorMath.TAIL_END);
        FloatVector left = t.neg();
        FloatVector y = left.blend(x.sub(t), x.compare(VectorOperators.GE, 0));
        return y.blend(x, x.test(VectorOperators.IS_NAN));
    }

    /** factor·(1 − Φ(z)) for z ≥ 0; 0 from {@code end} on, where it would be subnormal. */
    private static FloatVector tail(FloatVector z, FloatVector factor, float end) {
        FloatVector scaled = factor.mul(VectorMath.scaledTail(z));
        FloatVector t = VectorMath.timesExp(scaled, z.mul(z).mul(-0.5f));
        return Lanes.zero().blend(t, z.compare(VectorOperators.LT, end));
    }

    static void geluTanh(float[] x, int xAt, float[] y, int yAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            geluTanh(load(x, xAt + i)).intoArray(y, yAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            geluTanh(load(x, xAt + i, mask)).intoArray(y, yAt + i, mask);
        }
    }

    private static FloatVector geluTanh(FloatVector x) {
        FloatVector y = x.div(tanhExponential(x).add(1));
        return y.blend(-0f, x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
    }

    /** exp(−2u), u = √(2/π)·(x + 0.044715·x³). */
    private static FloatVector tanhExponential(FloatVector x) {
        FloatVector slope = x.mul(x).fma(broadcast(TANH_3), broadcast(TANH_1));
        return VectorMath.exp(x.neg().mul(slope));
    }

    private static void geluExactBackward(float[] x, int xAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            exactSlope(load(x, xAt + i)).mul(load(dy, dyAt + i)).intoArray(dx, dxAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            exactSlope(load(x, xAt + i, mask)).mul(load(dy, dyAt + i, mask)).intoArray(dx, dxAt + i, mask);
        }
    }

    /** Φ(x) + x·φ(x). */
    private static FloatVector exactSlope(FloatVector x) {
        FloatVector z = x.abs();
        FloatVector t = tail(z, broadcast(1), VectorMath.PLAIN_TAIL_END);
        FloatVector cumulative = t.blend(broadcast(1).sub(t), x.compare(VectorOperators.GT, 0));
        FloatVector density = VectorMath.exp(z.mul(z).mul(-0.5f)).mul(INVERSE_SQRT_2_PI);
        FloatVector near = x.fma(density, cumulative);
        return near.blend(cumulative, z.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY))
                .blend(x, x.test(VectorOperators.IS_NAN));
    }

    private static void geluTanhBackward(float[] x, int xAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            tanhSlope(load(x, xAt + i)).mul(load(dy, dyAt + i)).intoArray(dx, dxAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            tanhSlope(load(x, xAt + i, mask)).mul(load(dy, dyAt + i, mask)).intoArray(dx, dxAt + i, mask);
        }
    }

    /** s + x·s·(1 − s)·2u′ with s = 1/(1 + e), e = exp(−2u), and 1 − s = e·s, which keeps the digits that 1 − s would lose. */
    private static FloatVector tanhSlope(FloatVector x) {
        FloatVector e = tanhExponential(x);
        FloatVector s = broadcast(1).div(e.add(1));
        FloatVector inner = x.mul(x).fma(broadcast(3 * TANH_3), broadcast(TANH_1));
        FloatVector near = x.mul(inner).mul(s).mul(e).fma(s, s);
        VectorMask<Float> saturated = x.abs().compare(VectorOperators.GT, SATURATED);
        return near.blend(s, saturated);
    }
}
