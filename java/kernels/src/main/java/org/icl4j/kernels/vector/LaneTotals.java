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
