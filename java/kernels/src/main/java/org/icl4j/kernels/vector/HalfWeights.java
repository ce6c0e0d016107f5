package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.icl4j.kernels.WeightType;

/** Panels of 16-bit elements: decoded for tiles of many rows, or multiplied with one row as they are read. */
final class HalfWeights {
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Lanes.SPECIES.vectorShape());
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Lanes.SPECIES.vectorBitSize() / 2));

    /** What the exponent of an f16 is off by, in its place in an f32. */
    private static final int BIAS = 127 - 15 << 23;

    /** One more in the exponent of an f32. */
    private static final int ONE_UP = 1 << 23;

    /** 2⁻¹⁴ in f32. */
    private static final int SMALLEST_NORMAL = 127 - 14 << 23;

    private HalfWeights() {}

    /** to[toAt … toAt + n] ← the numbers stored from {@code at} on; n is a multiple of LENGTH. */
    static void decode(WeightType type, short[] from, int at, float[] to, int toAt, int n) {
        if (type == WeightType.BF16) {
            for (int i = 0; i < n; i += LENGTH) {
                bf16(from, at + i).intoArray(to, toAt + i);
            }
        } else {
            for (int i = 0; i < n; i += LENGTH) {
                f16(from, at + i).intoArray(to, toAt + i);
            }
        }
    }

    /**
     * One row of A by a panel, with the sums of {@link ProductTiles}.
     *
     * @param a {@code kc} elements
     * @param sums {@code vectors} vectors are written from 0 on
     */
    static void row(WeightType type, int vectors, int kc, float[] a, int aStart, short[] b, int bStart, float[] sums) {
        if (type == WeightType.BF16 && vectors == 4) {
            fourBf16(kc, a, aStart, b, bStart, sums);
            return;
        }
        int width = vectors * LENGTH;
        int j = 0;
        for (; type == WeightType.F16 && j + LENGTH < width; j += 2 * LENGTH) {
            twoF16(kc, a, aStart, b, bStart + j, width, sums, j);
        }
        for (; j < width; j += LENGTH) {
            if (type == WeightType.BF16) {
                oneBf16(kc, a, aStart, b, bStart + j, width, sums, j);
            } else {
                oneF16(kc, a, aStart, b, bStart + j, width, sums, j);
            }
        }
    }

    private static void fourBf16(int kc, float[] a, int aStart, short[] b, int bStart, float[] sums) {
        FloatVector s0 = zero(SPECIES);
        FloatVector s1 = zero(SPECIES);
        FloatVector s2 = zero(SPECIES);
        FloatVector s3 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * 4 * LENGTH;
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0 = a0.fma(bf16(b, bAt), s0);
            s1 = a0.fma(bf16(b, bAt + LENGTH), s1);
            s2 = a0.fma(bf16(b, bAt + 2 * LENGTH), s2);
            s3 = a0.fma(bf16(b, bAt + 3 * LENGTH), s3);
        }
        s0.intoArray(sums, 0);
        s1.intoArray(sums, LENGTH);
        s2.intoArray(sums, 2 * LENGTH);
        s3.intoArray(sums, 3 * LENGTH);
    }

    /** Two vectors at a time: the decoding of four is more than C2 inlines. */
    private static void twoF16(
            int kc, float[] a, int aStart, short[] b, int bStart, int width, float[] sums, int sumsAt) {
        FloatVector s0 = zero(SPECIES);
        FloatVector s1 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * width;
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0 = a0.fma(f16(b, bAt), s0);
            s1 = a0.fma(f16(b, bAt + LENGTH), s1);
        }
        s0.intoArray(sums, sumsAt);
        s1.intoArray(sums, sumsAt + LENGTH);
    }

    private static void oneBf16(
            int kc, float[] a, int aStart, short[] b, int bStart, int width, float[] sums, int sumsAt) {
        FloatVector sum = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            sum = broadcast(SPECIES, a[aStart + k]).fma(bf16(b, bStart + k * width), sum);
        }
        sum.intoArray(sums, sumsAt);
    }

    private static void oneF16(
            int kc, float[] a, int aStart, short[] b, int bStart, int width, float[] sums, int sumsAt) {
        FloatVector sum = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            sum = broadcast(SPECIES, a[aStart + k]).fma(f16(b, bStart + k * width), sum);
        }
        sum.intoArray(sums, sumsAt);
    }

    private static FloatVector bf16(short[] from, int at) {
        return ints(from, at).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static IntVector ints(short[] from, int at) {
        return (IntVector) ShortVector.fromArray(SHORTS, from, at).convertShape(VectorOperators.S2I, INTS, 0);
    }

    /**
     * Sign, exponent and fraction moved to their places, and the exponent off its bias; twice so for ∞ and NaN. A subnormal number
     * is made a normal one, 2⁻¹⁴ too large, which is then subtracted. Without masks, which take C2 more nodes.
     */
    private static FloatVector f16(short[] from, int at) {
        IntVector moved = ints(from, at).lanewise(VectorOperators.LSHL, 13).and(0x8fffe000);
        IntVector exponent = moved.and(0x0f800000);
        IntVector special = exponent.add(ONE_UP).and(0x10000000);
        IntVector beyond = special.lanewise(VectorOperators.LSHL, 2).sub(special.lanewise(VectorOperators.LSHR, 1));
        IntVector subnormal = exponent.sub(ONE_UP).lanewise(VectorOperators.ASHR, 31);
        IntVector excess = subnormal.and(SMALLEST_NORMAL).or(moved.and(0x80000000));
        IntVector value = moved.add(BIAS).add(beyond).add(subnormal.and(ONE_UP));
        return value.reinterpretAsFloats().sub(excess.reinterpretAsFloats());
    }
}
