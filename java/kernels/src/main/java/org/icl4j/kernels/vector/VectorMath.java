package org.icl4j.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions on vectors. Coefficients are minimax fits (Lawson's iteration in double), rounded to float one by one
 * with the lower ones fitted again.
 */
final class VectorMath {
    private static final float LOG2_E = 1.442695040888963f;

    /** ln 2 in two parts, the first short enough that multiples of it are exact (Cody and Waite 1980). */
    private static final float LN2_HIGH = 0.693359375f;

    private static final float LN2_LOW = -2.12194440e-4f;

    /** Adding it rounds to an integer, and leaves that integer in the low bits. */
    private static final float ROUND = 0x1.8p23f;

    private static final int EXPONENT_SHIFT = 23;

    /** Below it exp is smaller than the smallest normal number. */
    private static final float EXP_UNDERFLOW = -87.33654f;

    private static final float EXP_OVERFLOW = 88.72283f;

    /** (exp(r) − 1 − r)/r² on |r| ≤ ½·ln 2; relative error of exp 3.1e-9. */
    private static final float E2 = 0.49999994f;

    private static final float E3 = 0.16666521f;
    private static final float E4 = 0.04166839f;
    private static final float E5 = 0.00836871f;
    private static final float E6 = 0.0013814613f;

    /** Centre of the rational variable w = (z − c)/(z + c) of the normal tail. */
    private static final float TAIL_CENTRE = 2;

    /** (z + c)·(½ − (1 − Φ(z))·exp(z²/2))/z in powers of w, for z in [0, 13.2]; fitted to 1.5e-8. */
    private static final float[] TAIL = {
        0.6637960076332092f,
        -0.1618897020816803f,
        -0.018211496993899345f,
        0.014246812090277672f,
        0.004343556705862284f,
        -0.0011785159585997462f,
        -0.001120144035667181f,
        -0.00025525744422338903f
    };

    /** Beyond it z·(1 − Φ(z)) is smaller than the smallest normal number. */
    static final float TAIL_END = 13.146f;

    /** Beyond it 1 − Φ(z) is. */
    static final float PLAIN_TAIL_END = 12.94f;

    private VectorMath() {}

    /** exp(x); 0 where it would be subnormal, NaN where x is; error ≤ 1·ε relative. */
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(Lanes.broadcast(LOG2_E), Lanes.broadcast(ROUND));
        return flush(x, scale(expm1(reduce(x, shifted)).add(1), shifted));
    }

    /** t·exp(x), with one rounding less than the product; ∞ beyond the range whatever the sign of t; the result must not be subnormal. */
    static FloatVector timesExp(FloatVector t, FloatVector x) {
        FloatVector shifted = x.fma(Lanes.broadcast(LOG2_E), Lanes.broadcast(ROUND));
        return flush(x, scale(t.fma(expm1(reduce(x, shifted)), t), shifted));
    }

    /** exp(x) − 1 for 0 ≤ x ≤ 80, with its digits near 0. */
    static FloatVector expMinusOne(FloatVector x) {
        FloatVector shifted = x.fma(Lanes.broadcast(LOG2_E), Lanes.broadcast(ROUND));
        FloatVector power = scale(Lanes.broadcast(1), shifted);
        return expm1(reduce(x, shifted)).fma(power, power.sub(1));
    }

    /** x − n·ln 2, n the integer nearest to x/ln 2, which stands in the low bits of {@code shifted}. */
    private static FloatVector reduce(FloatVector x, FloatVector shifted) {
        FloatVector n = shifted.sub(ROUND);
        return n.fma(Lanes.broadcast(-LN2_LOW), n.fma(Lanes.broadcast(-LN2_HIGH), x));
    }

    /** exp(r) − 1 for |r| ≤ ½·ln 2. */
    private static FloatVector expm1(FloatVector r) {
        FloatVector p = r.fma(Lanes.broadcast(E6), Lanes.broadcast(E5));
        p = p.fma(r, Lanes.broadcast(E4));
        p = p.fma(r, Lanes.broadcast(E3));
        p = p.fma(r, Lanes.broadcast(E2));
        return p.fma(r.mul(r), r);
    }

    /** v·2ⁿ by adding n to the exponent. */
    private static FloatVector scale(FloatVector v, FloatVector shifted) {
        return v.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, EXPONENT_SHIFT))
                .reinterpretAsFloats();
    }

    /** e where it is a normal number, else 0, ∞, or NaN if x is: a NaN's payload would make a number of e. */
    private static FloatVector flush(FloatVector x, FloatVector e) {
        VectorMask<Float> under = x.compare(VectorOperators.LT, EXP_UNDERFLOW);
        VectorMask<Float> notOver = x.compare(VectorOperators.LE, EXP_OVERFLOW);
        return x.add(Float.POSITIVE_INFINITY).blend(e, notOver).blend(0, under);
    }

    /**
     * (1 − Φ(z))·exp(z²/2) for z ≥ 0: the normal tail without its exponential. Written as ½ − z·S(z), so that the error vanishes
     * at 0, where GELU has the most digits to lose; relative to the tail it grows, to 4000·ε at its end.
     */
    static FloatVector scaledTail(FloatVector z) {
        FloatVector reciprocal = Lanes.broadcast(1).div(z.add(TAIL_CENTRE));
        FloatVector w = z.sub(TAIL_CENTRE).mul(reciprocal);
        FloatVector p = Lanes.broadcast(TAIL[TAIL.length - 1]);
        for (int i = TAIL.length - 2; i >= 0; i--) {
            p = p.fma(w, Lanes.broadcast(TAIL[i]));
        }
        return z.neg().fma(p.mul(reciprocal), Lanes.broadcast(0.5f));
    }
}
