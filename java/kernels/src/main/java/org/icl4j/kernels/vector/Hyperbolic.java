package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** tanh and the logistic function σ(x) = 1/(1 + exp(−x)) on vectors, with their slopes. */
final class Hyperbolic {
    /** From here on tanh is 1 to the last digit. */
    private static final float TANH_END = 9.011f;

    /**
     * tanh(x)/x = (1 + P₁x² + … + P₄x⁸)/(1 + Q₁x² + … + Q₄x⁸) on |x| ≤ 9.015; minimax (Lawson's iteration), relative error
     * 2.3e-8. All terms have one sign, so nothing cancels.
     */
    private static final float P1 = 0.13383003f;

    private static final float P2 = 0.003497868f;
    private static final float P3 = 2.0644173e-5f;
    private static final float P4 = 1.339878e-8f;
    private static final float Q1 = 0.46716323f;
    private static final float Q2 = 0.025885826f;
    private static final float Q3 = 3.2892567e-4f;
    private static final float Q4 = 7.7955747e-7f;

    private Hyperbolic() {}

    /** tanh(x), error ≤ 2·ε relative. */
    static FloatVector tanh(FloatVector x) {
        FloatVector square = x.mul(x);
        FloatVector p = square.fma(broadcast(P4), broadcast(P3));
        p = p.fma(square, broadcast(P2));
        p = p.fma(square, broadcast(P1));
        FloatVector q = square.fma(broadcast(Q4), broadcast(Q3));
        q = q.fma(square, broadcast(Q2));
        q = q.fma(square, broadcast(Q1));
        q = q.fma(square, broadcast(1));
        FloatVector y = p.fma(x.mul(square), x).div(q);
        return y.blend(1, x.compare(VectorOperators.GT, TANH_END)).blend(-1, x.compare(VectorOperators.LT, -TANH_END));
    }

    /** 1 − y² for y = tanh(x), rounded once. */
    static FloatVector tanhSlope(FloatVector y) {
        return y.neg().fma(y, broadcast(1));
    }

    static FloatVector sigmoid(FloatVector x) {
        return broadcast(1).div(VectorMath.exp(x.neg()).add(1));
    }

    /** y·(1 − y) for y = σ(x). */
    static FloatVector sigmoidSlope(FloatVector y) {
        return y.mul(broadcast(1).sub(y));
    }
}
