package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.function.IntBinaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposition in registers, by blocks of LENGTH×LENGTH, LENGTH = 4·g. With rows r = 4·r1 + r0 and columns c = 4·c1 + c0, a first
 * pass exchanges r0 with c0, four rows at a time, and a second one r1 with c1, g rows at a time, in place.
 */
final class Transposes {
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Lanes.SPECIES.vectorShape());

    /** Columns of blocks side by side. */
    private static final int STRETCH = 4 * LENGTH;

    /** Groups of four lanes in a vector. */
    static final int GROUPS = LENGTH / 4;

    /** Of every four lanes: 0 0′ 1 1′, and 2 2′ 3 3′. */
    static final IntVector LOW_LANES = choose((group, lane) -> lane(lane % 2, group, lane / 2));

    static final IntVector HIGH_LANES = choose((group, lane) -> lane(lane % 2, group, 2 + lane / 2));

    /** Of every four lanes: 0 1 0′ 1′, and 2 3 2′ 3′. */
    static final IntVector LOW_PAIRS = choose((group, lane) -> lane(lane / 2, group, lane % 2));

    static final IntVector HIGH_PAIRS = choose((group, lane) -> lane(lane / 2, group, 2 + lane % 2));

    /** Groups of four lanes: 0 0′ 1 1′ …, and those of the upper half. */
    static final IntVector LOW_GROUPS = choose((group, lane) -> lane(group % 2, group / 2, lane));

    static final IntVector HIGH_GROUPS = choose((group, lane) -> lane(group % 2, GROUPS / 2 + group / 2, lane));

    /** Groups of four lanes: the lower half of both, and the upper half of both. */
    static final IntVector LOW_HALVES =
            choose((group, lane) -> lane(2 * group / GROUPS, group % Math.max(1, GROUPS / 2), lane));

    static final IntVector HIGH_HALVES =
            choose((group, lane) -> lane(2 * group / GROUPS, GROUPS / 2 + group % Math.max(1, GROUPS / 2), lane));

    /** Whether blocks are transposed in registers as a whole. */
    static final boolean BY_EIGHT = LENGTH == 8;

    /** The other half of eight lanes, and the other pair of every four. */
    static final VectorShuffle<Float> SWAP_HALVES = VectorShuffle.fromOp(SPECIES, lane -> lane ^ LENGTH / 2);

    static final VectorShuffle<Float> SWAP_PAIRS = VectorShuffle.fromOp(SPECIES, lane -> lane ^ 2);

    /** The upper lanes of every 8, of every 4 and of every 2. */
    static final VectorMask<Float> UPPER_FOUR = VectorMask.fromLong(SPECIES, 0xF0F0);

    static final VectorMask<Float> UPPER_TWO = VectorMask.fromLong(SPECIES, 0xCCCC);
    static final VectorMask<Float> UPPER_ONE = VectorMask.fromLong(SPECIES, 0xAAAA);

    private Transposes() {}

    private static int lane(int vector, int group, int lane) {
        return vector * LENGTH + group * 4 + lane;
    }

    private static IntVector choose(IntBinaryOperator ofGroupAndLane) {
        int[] lanes = new int[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            lanes[i] = ofGroupAndLane.applyAsInt(i / 4, i % 4) % (2 * LENGTH);
        }
        return IntVector.fromArray(INTS, lanes, 0);
    }

    /**
     * to[c, r] ← from[r, c] for {@code rows} rows and {@code cols} columns; both are filled up to multiples of
     * LENGTH, with numbers that nothing reads.
     *
     * @param ld distance between rows of {@code from}
     * @param width distance between rows of {@code to}
     */
    static void transpose(float[] from, int at, int ld, int rows, int cols, float[] to, int toAt, int width) {
        int fullCols = Lanes.bound(cols);
        for (int r = 0; r < rows; r += LENGTH) {
            int row = at + r * ld;
            int filled = Math.min(LENGTH, rows - r);
            if (filled == LENGTH) {
                fullBlocks(from, row, ld, fullCols, to, toAt + r, width);
            } else {
                partBlocks(from, row, ld, filled, 0, fullCols, to, toAt + r, width);
            }
            if (fullCols < cols) {
                partBlocks(from, row, ld, filled, fullCols, cols, to, toAt + r, width);
            }
        }
    }

    /**
     * Several blocks side by side at a time, because lines of rows a power of two apart push one another out of the first-level
     * cache.
     */
    private static void fullBlocks(float[] from, int row, int ld, int cols, float[] to, int toAt, int width) {
        if (BY_EIGHT) {
            eightRows(from, row, ld, cols, to, toAt, width);
            return;
        }
        for (int c0 = 0; c0 < cols; c0 += STRETCH) {
            int c1 = Math.min(c0 + STRETCH, cols);
            for (int r = 0; r < LENGTH; r += 4) {
                for (int c = c0; c < c1; c += LENGTH) {
                    int block = toAt + c * width;
                    exchangeLanes(from, row + r * ld + c, ld, to, block + r * width, width);
                }
            }
            for (int c = c0; c < c1; c += LENGTH) {
                exchangeGroups(to, toAt + c * width, width);
            }
        }
    }

    /**
     * Eight rows, four columns at a time, in registers: where selecting from two vectors is three instructions this takes little more
     * than half of the time. Rows 4 … 7 are read four columns too early, to stand in the upper half from the start; what is read in
     * vain lies between the first row and the last.
     */
    private static void eightRows(float[] from, int row, int ld, int cols, float[] to, int toAt, int width) {
        int lower = row + 4 * ld - 4;
        for (int c = 0; c < cols; c += 4) {
            FloatVector v0 = fromArray(SPECIES, from, row + c).blend(fromArray(SPECIES, from, lower + c), UPPER_FOUR);
            FloatVector v1 =
                    fromArray(SPECIES, from, row + ld + c).blend(fromArray(SPECIES, from, lower + ld + c), UPPER_FOUR);
            FloatVector v2 = fromArray(SPECIES, from, row + 2 * ld + c)
                    .blend(fromArray(SPECIES, from, lower + 2 * ld + c), UPPER_FOUR);
            FloatVector v3 = fromArray(SPECIES, from, row + 3 * ld + c)
                    .blend(fromArray(SPECIES, from, lower + 3 * ld + c), UPPER_FOUR);
            FloatVector even0 = v0.blend(v2.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector even1 = v1.blend(v3.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector odd0 = v0.rearrange(SWAP_PAIRS).blend(v2, UPPER_TWO);
            FloatVector odd1 = v1.rearrange(SWAP_PAIRS).blend(v3, UPPER_TWO);
            int at = toAt + c * width;
            even0.blend(
                            even1.reinterpretAsLongs()
                                    .lanewise(VectorOperators.LSHL, 32)
                                    .reinterpretAsFloats(),
                            UPPER_ONE)
                    .intoArray(to, at);
            even0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(even1, UPPER_ONE)
                    .intoArray(to, at + width);
            odd0.blend(
                            odd1.reinterpretAsLongs()
                                    .lanewise(VectorOperators.LSHL, 32)
                                    .reinterpretAsFloats(),
                            UPPER_ONE)
                    .intoArray(to, at + 2 * width);
            odd0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(odd1, UPPER_ONE)
                    .intoArray(to, at + 3 * width);
        }
    }

    /** By way of their place in {@code to}; rows that are not there are the last one again. */
    private static void partBlocks(
            float[] from, int row, int ld, int rows, int cols0, int cols, float[] to, int toAt, int width) {
        for (int c = cols0; c < cols; c += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(LENGTH, cols - c));
            int block = toAt + c * width;
            for (int r = 0; r < LENGTH; r++) {
                fromArray(SPECIES, from, row + Math.min(r, rows - 1) * ld + c, mask)
                        .intoArray(to, block + r * width);
            }
            for (int r = 0; r < LENGTH; r += 4) {
                exchangeLanes(to, block + r * width, width, to, block + r * width, width);
            }
            exchangeGroups(to, block, width);
        }
    }

    /**
     * The transposes of the 4×4 blocks that four vectors are made of; it calls no method of ours with vectors, which would put them
     * in boxes.
     */
    static void exchangeLanes(float[] from, int at, int ld, float[] to, int toAt, int width) {
        exchangeLanes(from, at, at + ld, at + 2 * ld, at + 3 * ld, to, toAt, width);
    }

    /** As {@link #exchangeLanes(float[], int, int, float[], int, int)} of vectors at four places. */
    static void exchangeLanes(float[] from, int at0, int at1, int at2, int at3, float[] to, int toAt, int width) {
        IntVector v0 = fromArray(SPECIES, from, at0).reinterpretAsInts();
        IntVector v1 = fromArray(SPECIES, from, at1).reinterpretAsInts();
        IntVector v2 = fromArray(SPECIES, from, at2).reinterpretAsInts();
        IntVector v3 = fromArray(SPECIES, from, at3).reinterpretAsInts();
        IntVector low0 = LOW_LANES.selectFrom(v0, v1);
        IntVector high0 = HIGH_LANES.selectFrom(v0, v1);
        IntVector low1 = LOW_LANES.selectFrom(v2, v3);
        IntVector high1 = HIGH_LANES.selectFrom(v2, v3);
        LOW_PAIRS.selectFrom(low0, low1).reinterpretAsFloats().intoArray(to, toAt);
        HIGH_PAIRS.selectFrom(low0, low1).reinterpretAsFloats().intoArray(to, toAt + width);
        LOW_PAIRS.selectFrom(high0, high1).reinterpretAsFloats().intoArray(to, toAt + 2 * width);
        HIGH_PAIRS.selectFrom(high0, high1).reinterpretAsFloats().intoArray(to, toAt + 3 * width);
    }

    /** For each of c0 = 0 … 3, transposes the rows c0, c0 + 4, … as matrices of groups of four lanes. */
    static void exchangeGroups(float[] to, int at, int width) {
        if (GROUPS == 4) {
            for (int c0 = 0; c0 < 4; c0++) {
                exchangeFour(to, at + c0 * width, 4 * width);
            }
        } else if (GROUPS == 2) {
            for (int c0 = 0; c0 < 4; c0++) {
                exchangeTwo(to, at + c0 * width, 4 * width);
            }
        }
    }

    private static void exchangeFour(float[] to, int at, int step) {
        exchangeFour(to, at, at + step, at + 2 * step, at + 3 * step, to, at, step);
    }

    /** The groups of four lanes of four vectors: group g of each, in this order, make vector g, at toAt + g·step. */
    static void exchangeFour(float[] from, int at0, int at1, int at2, int at3, float[] to, int toAt, int step) {
        IntVector v0 = fromArray(SPECIES, from, at0).reinterpretAsInts();
        IntVector v1 = fromArray(SPECIES, from, at1).reinterpretAsInts();
        IntVector v2 = fromArray(SPECIES, from, at2).reinterpretAsInts();
        IntVector v3 = fromArray(SPECIES, from, at3).reinterpretAsInts();
        IntVector low0 = LOW_GROUPS.selectFrom(v0, v1);
        IntVector high0 = HIGH_GROUPS.selectFrom(v0, v1);
        IntVector low1 = LOW_GROUPS.selectFrom(v2, v3);
        IntVector high1 = HIGH_GROUPS.selectFrom(v2, v3);
        LOW_HALVES.selectFrom(low0, low1).reinterpretAsFloats().intoArray(to, toAt);
        HIGH_HALVES.selectFrom(low0, low1).reinterpretAsFloats().intoArray(to, toAt + step);
        LOW_HALVES.selectFrom(high0, high1).reinterpretAsFloats().intoArray(to, toAt + 2 * step);
        HIGH_HALVES.selectFrom(high0, high1).reinterpretAsFloats().intoArray(to, toAt + 3 * step);
    }

    private static void exchangeTwo(float[] to, int at, int step) {
        exchangeTwo(to, at, at + step, to, at, step);
    }

    /** As {@link #exchangeFour}, of two vectors of two groups. */
    static void exchangeTwo(float[] from, int at0, int at1, float[] to, int toAt, int step) {
        IntVector v0 = fromArray(SPECIES, from, at0).reinterpretAsInts();
        IntVector v1 = fromArray(SPECIES, from, at1).reinterpretAsInts();
        LOW_HALVES.selectFrom(v0, v1).reinterpretAsFloats().intoArray(to, toAt);
        HIGH_HALVES.selectFrom(v0, v1).reinterpretAsFloats().intoArray(to, toAt + step);
    }
}
