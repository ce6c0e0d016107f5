package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

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

    static final float TANH_3 = 0.07135481282052037f;

    /** |x| up to which exp(2u) and exp(−2u) are normal numbers. */
    static final float GELU_TANH_END = 10;

    static final float INVERSE_SQRT_2_PI = 0.3989422804014327f;

    static final LaneMap RELU = new LaneMap((x, y, z) -> x.max(0));
    private static final LaneMap RELU_BACKWARD = new LaneMap((x, dy, z) -> reluGradient(x, dy));
    static final LaneMap GELU_EXACT = new LaneMap((x, y, z) -> geluExact(x));
    private static final LaneMap GELU_EXACT_BACKWARD =
            new LaneMap((x, dy, z) -> exactSlope(x).mul(dy));
    static final LaneMap GELU_TANH = new LaneMap((x, y, z) -> geluTanh(x));
    private static final LaneMap GELU_TANH_BACKWARD =
            new LaneMap((x, dy, z) -> tanhSlope(x).mul(dy));

    private final RowTasks tasks;

    VectorActivations(RowTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public void relu(Matrix<float[]> x, Matrix<float[]> y) {
        tasks.map(RELU, x, x, y);
    }

    @Override
    public void reluBackward(Matrix<float[]> x, Matrix<float[]> dy, Matrix<float[]> dx) {
        tasks.map(RELU_BACKWARD, x, dy, dx);
    }

    @Override
    public void gelu(Gelu form, Matrix<float[]> x, Matrix<float[]> y) {
        tasks.map(form == Gelu.EXACT ? GELU_EXACT : GELU_TANH, x, x, y);
    }

    @Override
    public void geluBackward(Gelu form, Matrix<float[]> x, Matrix<float[]> dy, Matrix<float[]> dx) {
        tasks.map(form == Gelu.EXACT ? GELU_EXACT_BACKWARD : GELU_TANH_BACKWARD, x, dy, dx);
    }

    private static FloatVector reluGradient(FloatVector x, FloatVector dy) {
        FloatVector gated = zero(SPECIES).blend(dy, x.compare(VectorOperators.GT, 0));
        return gated.blend(x, x.test(VectorOperators.IS_NAN));
    }

    /** x·Φ(x): from the tail t = |x|·(1 − Φ(|x|)) it is 0 − t on the left of 0 and x − t on the right. */
    static FloatVector geluExact(FloatVector x) {
        FloatVector z = x.abs();
        FloatVector t = z.mul(tailExponential(z)).mul(VectorMath.scaledTail(z));
        t = t.blend(0, z.compare(VectorOperators.GE, VectorMath.TAIL_END));
        return x.blend(-0f, x.compare(VectorOperators.LT, 0)).sub(t);
    }

    /** exp(−z²/2), for z up to the tail's end. */
    private static FloatVector tailExponential(FloatVector z) {
        return VectorMath.expOfNegative(z.mul(z).mul(-0.5f));
    }

    /** x·σ(2u), u = √(2/π)·(x + 0.044715·x³); −0 on the left of −{@link #GELU_TANH_END}. */
    static FloatVector geluTanh(FloatVector x) {
        FloatVector clipped = Hyperbolic.clip(x, GELU_TANH_END);
        return Hyperbolic.timesSigmoid(x, cubic(clipped, TANH_3))
                .blend(-0f, x.compare(VectorOperators.LT, -GELU_TANH_END));
    }

    /** x·(TANH_1 + factor·x²). */
    static FloatVector cubic(FloatVector x, float factor) {
        return x.mul(x.mul(x).fma(broadcast(SPECIES, factor), broadcast(SPECIES, TANH_1)));
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

    /** s + x·s·(1 − s)·2u′ with s = σ(2u). */
    private static FloatVector tanhSlope(FloatVector x) {
        FloatVector clipped = Hyperbolic.clip(x, GELU_TANH_END);
        return Hyperbolic.timesSigmoidSlope(cubic(clipped, TANH_3), cubic(clipped, 3 * TANH_3))
                .blend(0, x.compare(VectorOperators.LT, -GELU_TANH_END));
    }
}
