package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.VectorActivations.INVERSE_SQRT_2_PI;
import static org.icl4j.kernels.vector.VectorActivations.TANH_1;
import static org.icl4j.kernels.vector.VectorActivations.TANH_3;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.icl4j.kernels.Gate;

/**
 * The activation a(g) = g·c(g) of a gate in steps, each short enough for the compiler: an exponential e of g, from it the share
 * c, and from both the slope. c is 1/(1 + e) for SiLU and the tanh form of GELU, and Φ(g) for the exact form.
 *
 * @param exponential e of (g, –, –)
 * @param product a(g)·x of (g, e, x)
 * @param share c of (g, e, –)
 * @param slope a′(g) of (g, e, c)
 */
record GateSteps(LaneMap exponential, LaneMap product, LaneMap share, LaneMap slope) {
    /** As {@link Hyperbolic#SILU_END}, for the other forms. */
    private static final float TANH_END = 10;

    private static final float EXACT_END = 14;

    private static final LaneMap LOGISTIC_PRODUCT = new LaneMap((g, e, x) -> open(g, g.div(e.add(1)), x));
    private static final LaneMap LOGISTIC_SHARE =
            new LaneMap((g, e, z) -> broadcast(SPECIES, 1).div(e.add(1)));

    private static final GateSteps SWIGLU = new GateSteps(
            new LaneMap((g, y, z) -> VectorMath.exp(g.neg())),
            LOGISTIC_PRODUCT,
            LOGISTIC_SHARE,
            new LaneMap((g, e, c) -> saturate(g, c, logisticSlope(g, e, c), Hyperbolic.SILU_END)));

    private static final GateSteps GEGLU_TANH = new GateSteps(
            new LaneMap((g, y, z) -> VectorMath.exp(g.neg().mul(cubic(g, TANH_3)))),
            LOGISTIC_PRODUCT,
            LOGISTIC_SHARE,
            new LaneMap((g, e, c) -> saturate(g, c, logisticSlope(g.mul(cubic(g, 3 * TANH_3)), e, c), TANH_END)));

    private static final GateSteps GEGLU_EXACT = new GateSteps(
            new LaneMap((g, y, z) -> VectorMath.exp(g.mul(g).mul(-0.5f))),
            new LaneMap((g, e, x) -> open(g, g.mul(distribution(g, e)), x)),
            new LaneMap((g, e, z) -> distribution(g, e)),
            new LaneMap((g, e, c) -> saturate(g, c, e.mul(INVERSE_SQRT_2_PI).fma(g, c), EXACT_END)));

    static GateSteps of(Gate form) {
        return switch (form) {
            case SWIGLU -> SWIGLU;
            case GEGLU_EXACT -> GEGLU_EXACT;
            case GEGLU_TANH -> GEGLU_TANH;
        };
    }

    /** a·x, a being −0 where g is −∞. */
    private static FloatVector open(FloatVector g, FloatVector a, FloatVector x) {
        return activation(g, a).mul(x);
    }

    /** a, being −0 where g is −∞. */
    static FloatVector activation(FloatVector g, FloatVector a) {
        return a.blend(-0f, g.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
    }

    /** c + m·c·(1 − c), with e·c for 1 − c, which would cancel. */
    private static FloatVector logisticSlope(FloatVector m, FloatVector e, FloatVector c) {
        return m.mul(c).mul(e).fma(c, c);
    }

    /** TANH_1 + factor·g². */
    private static FloatVector cubic(FloatVector g, float factor) {
        return g.mul(g).fma(broadcast(SPECIES, factor), broadcast(SPECIES, TANH_1));
    }

    /** Φ(g) from e = exp(−g²/2). */
    private static FloatVector distribution(FloatVector g, FloatVector e) {
        FloatVector z = g.abs();
        FloatVector tail = VectorMath.scaledTail(z).mul(e).blend(0, z.compare(VectorOperators.GT, EXACT_END));
        return tail.blend(broadcast(SPECIES, 1).sub(tail), g.compare(VectorOperators.GT, 0));
    }

    private static FloatVector saturate(FloatVector g, FloatVector c, FloatVector slope, float end) {
        return slope.blend(c, g.abs().compare(VectorOperators.GT, end));
    }
}
