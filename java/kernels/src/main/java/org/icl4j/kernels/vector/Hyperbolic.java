package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** tanh, the logistic function σ(x) = 1/(1 + exp(−x)), and x·σ(x), on vectors, with their slopes. */
final class Hyperbolic {
    /** From here on tanh is 1 to the last digit. */
    private static final float TANH_END = 9.011f;

    private static final int SIGN = 0x8000_0000;

    /** From here on silu′ is 0 or 1 to the last digit, while farther out its terms may be ∞ or 0·∞. */
    static final float SILU_END = 88;

    private Hyperbolic() {}

    /** tanh(x) = e/(e + 2) with e = exp(2x) − 1; error ≤ 2·ε relative. */
    static FloatVector tanh(FloatVector x) {
        FloatVector z = x.abs();
        FloatVector e = VectorMath.expMinusOne(z.add(z));
        FloatVector y = e.div(e.add(2)).blend(1, z.compare(VectorOperators.GT, TANH_END));
        return y.reinterpretAsInts().or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    }

    /** 1 − y² for y = tanh(x), rounded once. */
    static FloatVector tanhSlope(FloatVector y) {
        return y.neg().fma(y, broadcast(SPECIES, 1));
    }

    static FloatVector sigmoid(FloatVector x) {
        return broadcast(SPECIES, 1).div(VectorMath.exp(x.neg()).add(1));
    }

    /** y·(1 − y) for y = σ(x). */
    static FloatVector sigmoidSlope(FloatVector y) {
        return y.mul(broadcast(SPECIES, 1).sub(y));
    }

    static FloatVector silu(FloatVector x) {
        FloatVector y = x.div(VectorMath.exp(x.neg()).add(1));
        return y.blend(-0f, x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
    }

    /** s + x·s·(1 − s), with e·s for 1 − s, which would cancel. */
    static FloatVector siluSlope(FloatVector x) {
        FloatVector e = VectorMath.exp(x.neg());
        FloatVector s = broadcast(SPECIES, 1).div(e.add(1));
        FloatVector near = x.mul(s).mul(e).fma(s, s);
        return near.blend(s, x.abs().compare(VectorOperators.GT, SILU_END));
    }
}
