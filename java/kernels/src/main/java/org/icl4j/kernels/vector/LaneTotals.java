package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.Transposes.GROUPS;
import static org.icl4j.kernels.vector.Transposes.HIGH_GROUPS;
import static org.icl4j.kernels.vector.Transposes.HIGH_HALVES;
import static org.icl4j.kernels.vector.Transposes.HIGH_LANES;
import static org.icl4j.kernels.vector.Transposes.HIGH_PAIRS;
import static org.icl4j.kernels.vector.Transposes.LOW_GROUPS;
import static org.icl4j.kernels.vector.Transposes.LOW_HALVES;
import static org.icl4j.kernels.vector.Transposes.LOW_LANES;
import static org.icl4j.kernels.vector.Transposes.LOW_PAIRS;
import static org.icl4j.kernels.vector.Transposes.SWAP_HALVES;
import static org.icl4j.kernels.vector.Transposes.SWAP_PAIRS;
import static org.icl4j.kernels.vector.Transposes.UPPER_FOUR;
import static org.icl4j.kernels.vector.Transposes.UPPER_ONE;
import static org.icl4j.kernels.vector.Transposes.UPPER_TWO;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * LENGTH vectors reduced at once, each over its lanes: {@linkplain Transposes transposed} on the way, so that a reduction takes
 * two shuffles a vector, and none waits for another. One vector by itself takes as many steps as a lane's number has bits,
 * each of them waiting for the one before. A result depends on its own vector only.
 *
 * <p>Never inlined: callers have vectors of their own.
 */
final class LaneTotals {
    /** Not final, as {@link OwnMethod} says. */
    private static MethodHandle addLanes =
            OwnMethod.of(MethodHandles.lookup(), "addLanes", float[].class, int.class, int.class);
    /** Not final, as {@link OwnMethod} says. */
    private static MethodHandle compareLanes =
            OwnMethod.of(MethodHandles.lookup(), "compareLanes", float[].class, int.class, int.class);

    private LaneTotals() {}

    /** s[to + i] ← Σ over l of s[at + LENGTH·i + l] for all i below LENGTH; what stood there is overwritten. */
    static void sums(float[] s, int at, int to) {
        try {
            addLanes.invokeExact(s, at, to);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }

    /** s[to + i] ← the largest of s[at + LENGTH·i + l] over l; a NaN counts in some places only. Otherwise as {@link #sums}. */
    static void maxima(float[] s, int at, int to) {
        try {
            compareLanes.invokeExact(s, at, to);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }

    private static void addLanes(float[] s, int at, int to) {
        if (Transposes.BY_EIGHT) {
            addEight(s, at, to);
            return;
        }
        for (int i = 0; i < LENGTH; i += 4) {
            sumLanes(s, at + i * LENGTH, at + i / 4 * LENGTH);
        }
        if (GROUPS == 4) {
            sumFourGroups(s, at, to);
        } else if (GROUPS == 2) {
            sumTwoGroups(s, at, to);
        } else {
            fromArray(SPECIES, s, at).intoArray(s, to);
        }
    }

    /**
     * Of eight vectors, in registers and by shuffles of one vector: where selecting from two is three instructions, that takes less.
     * The same sums are added.
     */
    private static void addEight(float[] s, int at, int to) {
        FloatVector v0 = fromArray(SPECIES, s, at);
        FloatVector v1 = fromArray(SPECIES, s, at + LENGTH);
        FloatVector v2 = fromArray(SPECIES, s, at + 2 * LENGTH);
        FloatVector v3 = fromArray(SPECIES, s, at + 3 * LENGTH);
        FloatVector v4 = fromArray(SPECIES, s, at + 4 * LENGTH);
        FloatVector v5 = fromArray(SPECIES, s, at + 5 * LENGTH);
        FloatVector v6 = fromArray(SPECIES, s, at + 6 * LENGTH);
        FloatVector v7 = fromArray(SPECIES, s, at + 7 * LENGTH);
        v0 = v0.add(v0.rearrange(SWAP_PAIRS));
        v1 = v1.add(v1.rearrange(SWAP_PAIRS));
        v2 = v2.add(v2.rearrange(SWAP_PAIRS));
        v3 = v3.add(v3.rearrange(SWAP_PAIRS));
        v4 = v4.add(v4.rearrange(SWAP_PAIRS));
        v5 = v5.add(v5.rearrange(SWAP_PAIRS));
        v6 = v6.add(v6.rearrange(SWAP_PAIRS));
        v7 = v7.add(v7.rearrange(SWAP_PAIRS));
        FloatVector even0 = v0.blend(v2, UPPER_TWO);
        FloatVector odd0 = v1.blend(v3, UPPER_TWO);
        FloatVector left0 = even0.blend(
                odd0.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 32).reinterpretAsFloats(), UPPER_ONE);
        FloatVector right0 = even0.reinterpretAsLongs()
                .lanewise(VectorOperators.LSHR, 32)
                .reinterpretAsFloats()
                .blend(odd0, UPPER_ONE);
        FloatVector groups0 = left0.add(right0);
        FloatVector even4 = v4.blend(v6, UPPER_TWO);
        FloatVector odd4 = v5.blend(v7, UPPER_TWO);
        FloatVector left4 = even4.blend(
                odd4.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 32).reinterpretAsFloats(), UPPER_ONE);
        FloatVector right4 = even4.reinterpretAsLongs()
                .lanewise(VectorOperators.LSHR, 32)
                .reinterpretAsFloats()
                .blend(odd4, UPPER_ONE);
        FloatVector groups4 = left4.add(right4);
        FloatVector low = groups0.blend(groups4.rearrange(SWAP_HALVES), UPPER_FOUR);
        FloatVector high = groups0.rearrange(SWAP_HALVES).blend(groups4, UPPER_FOUR);
        low.add(high).intoArray(s, to);
    }

    /** Of four vectors: lane l of every group of four is the sum of that group in vector l. */
    private static void sumLanes(float[] s, int at, int to) {
        IntVector v0 = fromArray(SPECIES, s, at).reinterpretAsInts();
        IntVector v1 = fromArray(SPECIES, s, at + LENGTH).reinterpretAsInts();
        IntVector v2 = fromArray(SPECIES, s, at + 2 * LENGTH).reinterpretAsInts();
        IntVector v3 = fromArray(SPECIES, s, at + 3 * LENGTH).reinterpretAsInts();
        IntVector w0 = LOW_LANES
                .selectFrom(v0, v1)
                .reinterpretAsFloats()
                .add(HIGH_LANES.selectFrom(v0, v1).reinterpretAsFloats())
                .reinterpretAsInts();
        IntVector w1 = LOW_LANES
                .selectFrom(v2, v3)
                .reinterpretAsFloats()
                .add(HIGH_LANES.selectFrom(v2, v3).reinterpretAsFloats())
                .reinterpretAsInts();
        LOW_PAIRS
                .selectFrom(w0, w1)
                .reinterpretAsFloats()
                .add(HIGH_PAIRS.selectFrom(w0, w1).reinterpretAsFloats())
                .intoArray(s, to);
    }

    /** Of four vectors: group g is the sum of all groups of vector g. */
    private static void sumFourGroups(float[] s, int at, int to) {
        IntVector v0 = fromArray(SPECIES, s, at).reinterpretAsInts();
        IntVector v1 = fromArray(SPECIES, s, at + LENGTH).reinterpretAsInts();
        IntVector v2 = fromArray(SPECIES, s, at + 2 * LENGTH).reinterpretAsInts();
        IntVector v3 = fromArray(SPECIES, s, at + 3 * LENGTH).reinterpretAsInts();
        IntVector w0 = LOW_GROUPS
                .selectFrom(v0, v1)
                .reinterpretAsFloats()
                .add(HIGH_GROUPS.selectFrom(v0, v1).reinterpretAsFloats())
                .reinterpretAsInts();
        IntVector w1 = LOW_GROUPS
                .selectFrom(v2, v3)
                .reinterpretAsFloats()
                .add(HIGH_GROUPS.selectFrom(v2, v3).reinterpretAsFloats())
                .reinterpretAsInts();
        LOW_HALVES
                .selectFrom(w0, w1)
                .reinterpretAsFloats()
                .add(HIGH_HALVES.selectFrom(w0, w1).reinterpretAsFloats())
                .intoArray(s, to);
    }

    /** The same of two vectors of two groups. */
    private static void sumTwoGroups(float[] s, int at, int to) {
        IntVector v = fromArray(SPECIES, s, at).reinterpretAsInts();
        IntVector w = fromArray(SPECIES, s, at + LENGTH).reinterpretAsInts();
        LOW_HALVES
                .selectFrom(v, w)
                .reinterpretAsFloats()
                .add(HIGH_HALVES.selectFrom(v, w).reinterpretAsFloats())
                .intoArray(s, to);
    }

    private static void compareLanes(float[] s, int at, int to) {
        for (int i = 0; i < LENGTH; i += 4) {
            maxLanes(s, at + i * LENGTH, at + i / 4 * LENGTH);
        }
        if (GROUPS == 4) {
            maxFourGroups(s, at, to);
        } else if (GROUPS == 2) {
            maxTwoGroups(s, at, to);
        } else {
            fromArray(SPECIES, s, at).intoArray(s, to);
        }
    }

    /** As {@link #sumLanes}. */
    private static void maxLanes(float[] s, int at, int to) {
        IntVector v0 = fromArray(SPECIES, s, at).reinterpretAsInts();
        IntVector v1 = fromArray(SPECIES, s, at + LENGTH).reinterpretAsInts();
        IntVector v2 = fromArray(SPECIES, s, at + 2 * LENGTH).reinterpretAsInts();
        IntVector v3 = fromArray(SPECIES, s, at + 3 * LENGTH).reinterpretAsInts();
        FloatVector w0Low = LOW_LANES.selectFrom(v0, v1).reinterpretAsFloats();
        FloatVector w0High = HIGH_LANES.selectFrom(v0, v1).reinterpretAsFloats();
        IntVector w0 =
                w0Low.blend(w0High, w0High.compare(VectorOperators.GT, w0Low)).reinterpretAsInts();
        FloatVector w1Low = LOW_LANES.selectFrom(v2, v3).reinterpretAsFloats();
        FloatVector w1High = HIGH_LANES.selectFrom(v2, v3).reinterpretAsFloats();
        IntVector w1 =
                w1Low.blend(w1High, w1High.compare(VectorOperators.GT, w1Low)).reinterpretAsInts();
        FloatVector allLow = LOW_PAIRS.selectFrom(w0, w1).reinterpretAsFloats();
        FloatVector allHigh = HIGH_PAIRS.selectFrom(w0, w1).reinterpretAsFloats();
        allLow.blend(allHigh, allHigh.compare(VectorOperators.GT, allLow)).intoArray(s, to);
    }

    /** As {@link #sumFourGroups}. */
    private static void maxFourGroups(float[] s, int at, int to) {
        IntVector v0 = fromArray(SPECIES, s, at).reinterpretAsInts();
        IntVector v1 = fromArray(SPECIES, s, at + LENGTH).reinterpretAsInts();
        IntVector v2 = fromArray(SPECIES, s, at + 2 * LENGTH).reinterpretAsInts();
        IntVector v3 = fromArray(SPECIES, s, at + 3 * LENGTH).reinterpretAsInts();
        FloatVector w0Low = LOW_GROUPS.selectFrom(v0, v1).reinterpretAsFloats();
        FloatVector w0High = HIGH_GROUPS.selectFrom(v0, v1).reinterpretAsFloats();
        IntVector w0 =
                w0Low.blend(w0High, w0High.compare(VectorOperators.GT, w0Low)).reinterpretAsInts();
        FloatVector w1Low = LOW_GROUPS.selectFrom(v2, v3).reinterpretAsFloats();
        FloatVector w1High = HIGH_GROUPS.selectFrom(v2, v3).reinterpretAsFloats();
        IntVector w1 =
                w1Low.blend(w1High, w1High.compare(VectorOperators.GT, w1Low)).reinterpretAsInts();
        FloatVector allLow = LOW_HALVES.selectFrom(w0, w1).reinterpretAsFloats();
        FloatVector allHigh = HIGH_HALVES.selectFrom(w0, w1).reinterpretAsFloats();
        allLow.blend(allHigh, allHigh.compare(VectorOperators.GT, allLow)).intoArray(s, to);
    }

    /** As {@link #sumTwoGroups}. */
    private static void maxTwoGroups(float[] s, int at, int to) {
        IntVector v = fromArray(SPECIES, s, at).reinterpretAsInts();
        IntVector w = fromArray(SPECIES, s, at + LENGTH).reinterpretAsInts();
        FloatVector allLow = LOW_HALVES.selectFrom(v, w).reinterpretAsFloats();
        FloatVector allHigh = HIGH_HALVES.selectFrom(v, w).reinterpretAsFloats();
        allLow.blend(allHigh, allHigh.compare(VectorOperators.GT, allLow)).intoArray(s, to);
    }
}
