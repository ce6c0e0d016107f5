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

/** Panels of 16-bit elements: decoded for the tiles, or, if bf16, multiplied with one row as they are read. */
final class HalfWeights {
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Lanes.SPECIES.vectorShape());
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Lanes.SPECIES.vectorBitSize() / 2));

    private HalfWeights() {}

    /** to[toAt … toAt + n] ← the numbers stored from {@code at} on; n is a multiple of LENGTH. */
    static void decode(WeightType type, short[] from, int at, float[] to, int toAt, int n) {
        if (type == WeightType.BF16) {
            for (int i = 0; i < n; i += LENGTH) {
                bf16(from, at + i).intoArray(to, toAt + i);
            }
        } else {
            f16(from, at, to, toAt, n);
        }
    }

    /** A plain loop: C2 makes vectors of it and of the CPU's instruction, which the Vector API has no name for. */
    private static void f16(short[] from, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i++) {
            to[toAt + i] = Float.float16ToFloat(from[at + i]);
        }
    }

    /**
     * One row of A by a panel of bf16, with the sums of {@link ProductTiles}.
     *
     * @param a {@code kc} elements
     * @param sums {@code vectors} vectors are written from 0 on
     */
    static void row(int vectors, int kc, float[] a, int aStart, short[] b, int bStart, float[] sums) {
        if (vectors == 4) {
            fourBf16(kc, a, aStart, b, bStart, sums);
            return;
        }
        int width = vectors * LENGTH;
        for (int j = 0; j < width; j += LENGTH) {
            oneBf16(kc, a, aStart, b, bStart + j, width, sums, j);
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

    private static void oneBf16(
            int kc, float[] a, int aStart, short[] b, int bStart, int width, float[] sums, int sumsAt) {
        FloatVector sum = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            sum = broadcast(SPECIES, a[aStart + k]).fma(bf16(b, bStart + k * width), sum);
        }
        sum.intoArray(sums, sumsAt);
    }

    private static FloatVector bf16(short[] from, int at) {
        return ints(from, at).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static IntVector ints(short[] from, int at) {
        return (IntVector) ShortVector.fromArray(SHORTS, from, at).convertShape(VectorOperators.S2I, INTS, 0);
    }
}
