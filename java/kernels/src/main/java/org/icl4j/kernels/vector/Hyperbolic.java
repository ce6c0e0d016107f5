package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** tanh, the logistic function σ(x) = 1/(1 + exp(−x)), x·σ(x) and log(1 + exp(x)), on vectors, with the slopes of the first three. */
final class Hyperbolic {
    /** From here on tanh is 1 to the last digit. */
    private static final float TANH_END = 9.011f;

    private static final int SIGN = 0x8000_0000;

    /** m from which on exp(−m) is no normal number. */
    static final float SIGMOID_END = 87.33654f;

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

    /** max(x, 0) + log(1 + e) with e = exp(−|x|); the logarithm is 2·artanh(s), s = e/(2 + e) ≤ ⅓, which keeps its digits near 0. */
    static FloatVector softplus(FloatVector x) {
        FloatVector e = VectorMath.exp(x.abs().neg());
        FloatVector s = e.div(e.add(2));
        FloatVector squared = s.mul(s);
        FloatVector series = squared.fma(broadcast(SPECIES, 1f / 15), broadcast(SPECIES, 1f / 13));
        series = series.fma(squared, broadcast(SPECIES, 1f / 11));
        series = series.fma(squared, broadcast(SPECIES, 1f / 9));
        series = series.fma(squared, broadcast(SPECIES, 1f / 7));
        series = series.fma(squared, broadcast(SPECIES, 1f / 5));
        series = series.fma(squared, broadcast(SPECIES, 1f / 3));
        FloatVector twice = s.add(s);
        return series.mul(squared).fma(twice, twice).add(x.max(0));
    }

    static FloatVector silu(FloatVector x) {
        FloatVector y = x.div(VectorMath.exp(x.neg()).add(1));
        return y.blend(-0f, x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
    }

    /** s + x·s·(1 − s) with s = σ(x). */
    static FloatVector siluSlope(FloatVector x) {
        FloatVector w = clip(x, SIGMOID_END);
        return timesSigmoidSlope(w, w).blend(0, x.compare(VectorOperators.LT, -SIGMOID_END));
    }

    /** x, or ±{@code end} beyond it, NaN for NaN. */
    static FloatVector clip(FloatVector x, float end) {
        FloatVector low = x.blend(-end, x.compare(VectorOperators.LT, -end));
        return low.blend(end, x.compare(VectorOperators.GT, end));
    }

    /** x·σ(w) for |w| ≤ {@link #SIGMOID_END}, by a division: steps towards 1/(1 + e) are a longer chain, which took a third more time. */
    static FloatVector timesSigmoid(FloatVector x, FloatVector w) {
        return x.div(VectorMath.expOfMinus(w).add(1));
    }

    /** s + v·s·(1 − s) with s = σ(w), |w| ≤ {@link #SIGMOID_END}; 1 − s is e·s with e = exp(−w), as it would cancel. */
    static FloatVector timesSigmoidSlope(FloatVector w, FloatVector v) {
        FloatVector e = VectorMath.expOfMinus(w);
        FloatVector s = broadcast(SPECIES, 1).div(e.add(1));
        return e.mul(s).mul(s).fma(v, s);
    }
}
