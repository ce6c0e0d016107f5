package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions on vectors.
 *
 * <p>Once a method has some 18,000 nodes (an operation makes 400, a broadcast 150), C2 inlines no more methods but those of the
 * Vector API itself, and a vector that goes into a call is allocated. So methods are called early in a long function, constants
 * are broadcast by the API's own method, and a loop holds one copy of a long function.
 *
 * <p>Coefficients are minimax fits (Lawson's iteration in double), rounded to float one by one
 * with the lower ones fitted again.
 */
final class VectorMath {
    private static final float LOG2_E = 1.442695040888963f;

    /** ln 2 in two parts, the first short enough that multiples of it are exact (Cody and Waite 1980). */
    private static final float LN2_HIGH = 0.693359375f;

    private static final float LN2_LOW = -2.12194440e-4f;

    /** Adding it rounds to an integer, and leaves that integer in the low bits. */
    private static final float ROUND = 0x1.8p23f;

    /** The same, with the bias of an exponent in the low bits. */
    private static final float ROUND_BIASED = ROUND + 127;

    private static final float LN2 = 0.6931472f;

    private static final int EXPONENT_SHIFT = 23;

    /** Below it exp is smaller than the smallest normal number. */
    static final float EXP_UNDERFLOW = -87.33654f;

    private static final float EXP_OVERFLOW = 88.72283f;

    /** (exp(r) − 1 − r)/r² on |r| ≤ ½·ln 2; relative error of exp 3.1e-9. */
    private static final float E2 = 0.49999994f;

    private static final float E3 = 0.16666521f;
    private static final float E4 = 0.04166839f;
    private static final float E5 = 0.00836871f;
    private static final float E6 = 0.0013814613f;

    private static final int SQRT_HALF_BITS = 0x3f3504f3;

    /** (log(1 + f) − f + f²/2)/f³ on [√½ − 1, √2 − 1]; relative error of log 3.1e-8. */
    private static final float L3 = 0.3333391f;

    private static final float L4 = -0.25001338f;
    private static final float L5 = 0.19963063f;
    private static final float L6 = -0.16577585f;
    private static final float L7 = 0.14914767f;
    private static final float L8 = -0.1426749f;
    private static final float L9 = 0.087004386f;

    /** Centre of the rational variable w = (z − c)/(z + c) of the normal tail. */
    private static final float TAIL_CENTRE = 2;

    /** Minus (z + c)·(½ − (1 − Φ(z))·exp(z²/2))/z in powers of w, for z in [0, 13.2]; fitted to 1.5e-8. */
    private static final float TAIL_0 = -0.6637960076332092f;

    private static final float TAIL_1 = 0.1618897020816803f;
    private static final float TAIL_2 = 0.018211496993899345f;
    private static final float TAIL_3 = -0.014246812090277672f;
    private static final float TAIL_4 = -0.004343556705862284f;
    private static final float TAIL_5 = 0.0011785159585997462f;
    private static final float TAIL_6 = 0.001120144035667181f;
    private static final float TAIL_7 = 0.00025525744422338903f;

    /** Beyond it z·(1 − Φ(z)) is smaller than the smallest normal number. */
    static final float TAIL_END = 13.146f;

    /** Beyond it 1 − Φ(z) is. */
    static final float PLAIN_TAIL_END = 12.94f;

    private VectorMath() {}

    /** exp(x); 0 where it would be subnormal, NaN where x is; error ≤ 1·ε relative. */
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(broadcast(SPECIES, LOG2_E), broadcast(SPECIES, ROUND));
        return flush(x, scale(expm1(reduce(x, shifted)).add(1), shifted));
    }

    /**
     * exp(x) for x in [−87.3, 0], NaN where x is; any number elsewhere. One rounding of the argument's reduction less exact than
     * {@link #exp}: relative error ≤ ε·(1 + |x|/40).
     */
    static FloatVector expOfNegative(FloatVector x) {
        // The bias of the exponent of 2ⁿ is part of what is added: so a NaN is multiplied, not shifted.
        FloatVector shifted = x.fma(broadcast(SPECIES, LOG2_E), broadcast(SPECIES, ROUND_BIASED));
        FloatVector r = shifted.sub(ROUND_BIASED).fma(broadcast(SPECIES, -LN2), x);
        FloatVector p = r.fma(broadcast(SPECIES, E6), broadcast(SPECIES, E5));
        p = p.fma(r, broadcast(SPECIES, E4));
        p = p.fma(r, broadcast(SPECIES, E3));
        p = p.fma(r, broadcast(SPECIES, E2));
        p = p.fma(r, broadcast(SPECIES, 1));
        p = p.fma(r, broadcast(SPECIES, 1));
        return p.mul(shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
                .reinterpretAsFloats());
    }

    /** exp(−z) for |z| ≤ 87.3, NaN where z is; any number elsewhere. Relative error ≤ ε. */
    static FloatVector expOfMinus(FloatVector z) {
        FloatVector shifted = z.fma(broadcast(SPECIES, -LOG2_E), broadcast(SPECIES, ROUND_BIASED));
        FloatVector n = shifted.sub(ROUND_BIASED);
        // z + n·ln 2, so that what follows is in powers of −r.
        FloatVector r = n.fma(broadcast(SPECIES, LN2_LOW), n.fma(broadcast(SPECIES, LN2_HIGH), z));
        FloatVector p = r.fma(broadcast(SPECIES, E6), broadcast(SPECIES, -E5));
        p = p.fma(r, broadcast(SPECIES, E4));
        p = p.fma(r, broadcast(SPECIES, -E3));
        p = p.fma(r, broadcast(SPECIES, E2));
        p = p.fma(r, broadcast(SPECIES, -1));
        p = p.fma(r, broadcast(SPECIES, 1));
        return p.mul(shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
                .reinterpretAsFloats());
    }

    /** log x for positive normal x and ∞, NaN for NaN; any number elsewhere. Error ≤ ε·(|log x| + ½). */
    static FloatVector log(FloatVector x) {
        IntVector bits = x.reinterpretAsInts();
        IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, EXPONENT_SHIFT);
        FloatVector f = bits.sub(exponent.lanewise(VectorOperators.LSHL, EXPONENT_SHIFT))
                .reinterpretAsFloats()
                .sub(1);
        FloatVector p = f.fma(broadcast(SPECIES, L9), broadcast(SPECIES, L8));
        p = p.fma(f, broadcast(SPECIES, L7));
        p = p.fma(f, broadcast(SPECIES, L6));
        p = p.fma(f, broadcast(SPECIES, L5));
        p = p.fma(f, broadcast(SPECIES, L4));
        p = p.fma(f, broadcast(SPECIES, L3));
        p = p.fma(f, broadcast(SPECIES, -0.5f));
        p = p.fma(f.mul(f), f);
        FloatVector n = (FloatVector) exponent.castShape(SPECIES, 0);
        FloatVector log = n.fma(broadcast(SPECIES, LN2), p);
        return log.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY))
                .blend(x, x.test(VectorOperators.IS_NAN));
    }

    /** exp(x) − 1 for 0 ≤ x ≤ 80, with its digits near 0. */
    static FloatVector expMinusOne(FloatVector x) {
        FloatVector shifted = x.fma(broadcast(SPECIES, LOG2_E), broadcast(SPECIES, ROUND));
        FloatVector power = scale(broadcast(SPECIES, 1), shifted);
        return expm1(reduce(x, shifted)).fma(power, power.sub(1));
    }

    /** x − n·ln 2, n the integer nearest to x/ln 2, which stands in the low bits of {@code shifted}. */
    private static FloatVector reduce(FloatVector x, FloatVector shifted) {
        FloatVector n = shifted.sub(ROUND);
        return n.fma(broadcast(SPECIES, -LN2_LOW), n.fma(broadcast(SPECIES, -LN2_HIGH), x));
    }

    /** exp(r) − 1 for |r| ≤ ½·ln 2. */
    private static FloatVector expm1(FloatVector r) {
        FloatVector p = r.fma(broadcast(SPECIES, E6), broadcast(SPECIES, E5));
        p = p.fma(r, broadcast(SPECIES, E4));
        p = p.fma(r, broadcast(SPECIES, E3));
        p = p.fma(r, broadcast(SPECIES, E2));
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
        FloatVector reciprocal = broadcast(SPECIES, 1).div(z.add(TAIL_CENTRE));
        FloatVector w = reciprocal.fma(broadcast(SPECIES, -2 * TAIL_CENTRE), broadcast(SPECIES, 1));
        FloatVector p = w.fma(broadcast(SPECIES, TAIL_7), broadcast(SPECIES, TAIL_6));
        p = p.fma(w, broadcast(SPECIES, TAIL_5));
        p = p.fma(w, broadcast(SPECIES, TAIL_4));
        p = p.fma(w, broadcast(SPECIES, TAIL_3));
        p = p.fma(w, broadcast(SPECIES, TAIL_2));
        p = p.fma(w, broadcast(SPECIES, TAIL_1));
        p = p.fma(w, broadcast(SPECIES, TAIL_0));
        return p.mul(reciprocal).fma(z, broadcast(SPECIES, 0.5f));
    }
}
