package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.LockstepTiles.PAIR;
import static org.icl4j.kernels.vector.Transposes.SWAP_PAIRS;
import static org.icl4j.kernels.vector.Transposes.UPPER_FOUR;
import static org.icl4j.kernels.vector.Transposes.UPPER_ONE;
import static org.icl4j.kernels.vector.Transposes.UPPER_TWO;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A row of LENGTH heads, each at a place of its own, to columns of which each lane is a head, {@link LockstepTiles#PAIR} apart, and back.
 */
final class LockstepTransposes {
    private LockstepTransposes() {}

    /** Whether what {@link #fromEightPlaces} reads in vain lies in the array, for {@code length} elements from each place on. */
    static boolean canReadAround(float[] from, int[] at, int length) {
        boolean can = true;
        for (int lane = 0; lane < 4; lane++) {
            can &= at[lane] + length + 4 <= from.length && at[lane + 4] >= 4;
        }
        return can;
    }

    /**
     * to[c, lane] ← factor·from[at[lane] + row + c] for {@code cols} columns, a multiple of 8. Reads up to four elements before the
     * places of lanes 4 … 7 and behind those of lanes 0 … 3.
     */
    static void fromEightPlaces(float[] from, int[] at, int row, int cols, float factor, float[] to, int toAt) {
        int at0 = at[0] + row;
        int at1 = at[1] + row;
        int at2 = at[2] + row;
        int at3 = at[3] + row;
        int at4 = at[4] + row - 4;
        int at5 = at[5] + row - 4;
        int at6 = at[6] + row - 4;
        int at7 = at[7] + row - 4;
        for (int c = 0; c < cols; c += 4) {
            FloatVector v0 = fromArray(SPECIES, from, at0 + c)
                    .blend(fromArray(SPECIES, from, at4 + c), UPPER_FOUR)
                    .mul(factor);
            FloatVector v1 = fromArray(SPECIES, from, at1 + c)
                    .blend(fromArray(SPECIES, from, at5 + c), UPPER_FOUR)
                    .mul(factor);
            FloatVector v2 = fromArray(SPECIES, from, at2 + c)
                    .blend(fromArray(SPECIES, from, at6 + c), UPPER_FOUR)
                    .mul(factor);
            FloatVector v3 = fromArray(SPECIES, from, at3 + c)
                    .blend(fromArray(SPECIES, from, at7 + c), UPPER_FOUR)
                    .mul(factor);
            FloatVector even0 = v0.blend(v2.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector even1 = v1.blend(v3.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector odd0 = v0.rearrange(SWAP_PAIRS).blend(v2, UPPER_TWO);
            FloatVector odd1 = v1.rearrange(SWAP_PAIRS).blend(v3, UPPER_TWO);
            int out = toAt + c * PAIR;
            even0.blend(
                            even1.reinterpretAsLongs()
                                    .lanewise(VectorOperators.LSHL, 32)
                                    .reinterpretAsFloats(),
                            UPPER_ONE)
                    .intoArray(to, out);
            even0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(even1, UPPER_ONE)
                    .intoArray(to, out + PAIR);
            odd0.blend(
                            odd1.reinterpretAsLongs()
                                    .lanewise(VectorOperators.LSHL, 32)
                                    .reinterpretAsFloats(),
                            UPPER_ONE)
                    .intoArray(to, out + 2 * PAIR);
            odd0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(odd1, UPPER_ONE)
                    .intoArray(to, out + 3 * PAIR);
        }
    }

    /**
     * to[at[lane] + row + c] ← factors[lane]·from[c, lane] + 0, as {@link HeadPacking#copyRows}, for {@code cols} columns, a multiple of 8.
     *
     * @param fromAt at least 4
     * @param factors where they are in {@code from}
     */
    static void toEightPlaces(float[] from, int fromAt, int cols, int factors, float[] to, int[] at, int row) {
        toFourPlaces(from, fromAt, cols, factors, to, at[0] + row, at[1] + row, at[2] + row, at[3] + row);
        toFourPlaces(from, fromAt + 4, cols, factors + 4, to, at[4] + row, at[5] + row, at[6] + row, at[7] + row);
    }

    /** Lanes 0 … 3 of eight rows at a time. */
    private static void toFourPlaces(
            float[] from, int fromAt, int cols, int factors, float[] to, int at0, int at1, int at2, int at3) {
        float factor0 = from[factors];
        float factor1 = from[factors + 1];
        float factor2 = from[factors + 2];
        float factor3 = from[factors + 3];
        for (int c = 0; c < cols; c += LENGTH) {
            int in = fromAt + c * PAIR;
            int lower = in + 4 * PAIR - 4;
            FloatVector v0 = fromArray(SPECIES, from, in).blend(fromArray(SPECIES, from, lower), UPPER_FOUR);
            FloatVector v1 =
                    fromArray(SPECIES, from, in + PAIR).blend(fromArray(SPECIES, from, lower + PAIR), UPPER_FOUR);
            FloatVector v2 = fromArray(SPECIES, from, in + 2 * PAIR)
                    .blend(fromArray(SPECIES, from, lower + 2 * PAIR), UPPER_FOUR);
            FloatVector v3 = fromArray(SPECIES, from, in + 3 * PAIR)
                    .blend(fromArray(SPECIES, from, lower + 3 * PAIR), UPPER_FOUR);
            FloatVector even0 = v0.blend(v2.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector even1 = v1.blend(v3.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector odd0 = v0.rearrange(SWAP_PAIRS).blend(v2, UPPER_TWO);
            FloatVector odd1 = v1.rearrange(SWAP_PAIRS).blend(v3, UPPER_TWO);
            even0.blend(
                            even1.reinterpretAsLongs()
                                    .lanewise(VectorOperators.LSHL, 32)
                                    .reinterpretAsFloats(),
                            UPPER_ONE)
                    .fma(broadcast(SPECIES, factor0), zero(SPECIES))
                    .intoArray(to, at0 + c);
            even0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(even1, UPPER_ONE)
                    .fma(broadcast(SPECIES, factor1), zero(SPECIES))
                    .intoArray(to, at1 + c);
            odd0.blend(
                            odd1.reinterpretAsLongs()
                                    .lanewise(VectorOperators.LSHL, 32)
                                    .reinterpretAsFloats(),
                            UPPER_ONE)
                    .fma(broadcast(SPECIES, factor2), zero(SPECIES))
                    .intoArray(to, at2 + c);
            odd0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(odd1, UPPER_ONE)
                    .fma(broadcast(SPECIES, factor3), zero(SPECIES))
                    .intoArray(to, at3 + c);
        }
    }

    /** As {@link #fromEightPlaces} for any LENGTH, of which {@code cols} is a multiple. */
    static void fromPlaces(float[] from, int[] at, int row, int cols, float factor, float[] to, int toAt) {
        for (int c = 0; c < cols; c += LENGTH) {
            int block = toAt + c * PAIR;
            for (int r = 0; r < LENGTH; r += 4) {
                int first = row + c;
                Transposes.exchangeLanes(
                        from,
                        at[r] + first,
                        at[r + 1] + first,
                        at[r + 2] + first,
                        at[r + 3] + first,
                        to,
                        block + r * PAIR,
                        PAIR);
            }
            Transposes.exchangeGroups(to, block, PAIR);
            for (int r = 0; r < LENGTH; r++) {
                int v = block + r * PAIR;
                fromArray(SPECIES, to, v).mul(factor).intoArray(to, v);
            }
        }
    }

    /** As {@link #toEightPlaces} for any LENGTH, of which {@code cols} is a multiple; {@code from} is overwritten. */
    static void toPlaces(float[] from, int fromAt, int cols, int factors, float[] to, int[] at, int row) {
        for (int c = 0; c < cols; c += LENGTH) {
            int block = fromAt + c * PAIR;
            for (int r = 0; r < LENGTH; r += 4) {
                Transposes.exchangeLanes(from, block + r * PAIR, PAIR, from, block + r * PAIR, PAIR);
            }
            Transposes.exchangeGroups(from, block, PAIR);
            for (int lane = 0; lane < LENGTH; lane++) {
                fromArray(SPECIES, from, block + lane * PAIR)
                        .fma(broadcast(SPECIES, from[factors + lane]), zero(SPECIES))
                        .intoArray(to, at[lane] + row + c);
            }
        }
    }
}
