package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.VectorActivations.GELU_TANH_END;
import static org.icl4j.kernels.vector.VectorActivations.INVERSE_SQRT_2_PI;
import static org.icl4j.kernels.vector.VectorActivations.TANH_3;
import static org.icl4j.kernels.vector.VectorActivations.cubic;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The activation a(g) = g·c(g) of a gate and its slope in steps, for {@link GateLoop}: an exponential e of g, and from it the share
 * c, which is 1/(1 + e) for SiLU and the tanh form of GELU, and Φ(g) for the exact form. The slope is c + w·c·(1 − c), with e·c
 * for 1 − c, which would cancel; and c + w·e in the exact form.
 *
 * @param exponential e of (g, –, –)
 * @param weight w of (g, –, –)
 * @param share c of (g, e, –)
 * @param logistic whether c is 1/(1 + e)
 * @param end |g| from which on the slope is c to the last digit, while its other term may be ∞ or 0·∞
 */
record GateSteps(LaneFunction exponential, LaneFunction weight, LaneFunction share, boolean logistic, float end) {
    private static final LaneFunction LOGISTIC_SHARE =
            (g, e, z) -> broadcast(SPECIES, 1).div(e.add(1));

    static final GateSteps SWIGLU =
            new GateSteps((g, y, z) -> VectorMath.exp(g.neg()), (g, y, z) -> g, LOGISTIC_SHARE, true, 88);

    static final GateSteps GEGLU_TANH = new GateSteps(
            (g, y, z) -> VectorMath.exp(cubic(g, TANH_3).neg()),
            (g, y, z) -> cubic(g, 3 * TANH_3),
            LOGISTIC_SHARE,
            true,
            GELU_TANH_END);

    static final GateSteps GEGLU_EXACT = new GateSteps(
            (g, y, z) -> VectorMath.expOfNegative(g.mul(g).mul(-0.5f)),
            (g, y, z) -> g.mul(INVERSE_SQRT_2_PI),
            (g, e, z) -> distribution(g, e),
            false,
            VectorMath.PLAIN_TAIL_END);

    /** Φ(g) from e = exp(−g²/2), which may be anything beyond the tail's end. */
    private static FloatVector distribution(FloatVector g, FloatVector e) {
        FloatVector z = g.abs();
        FloatVector tail =
                VectorMath.scaledTail(z).mul(e).blend(0, z.compare(VectorOperators.GT, VectorMath.PLAIN_TAIL_END));
        return tail.blend(broadcast(SPECIES, 1).sub(tail), g.compare(VectorOperators.GT, 0));
    }
}
