package org.icl4j.kernels.vector;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector species in use, and the operations on lanes that the API leaves without a fixed order.
 *
 * <p>The species is the one that the JVM prefers, the widest that the CPU has: {@code icl4j bench widths} measures every kernel on
 * all widths, and ends with 1 where another one is better.
 *
 * <p>Vectors are loaded and broadcast by the API's own methods and not through short names here: C2 inlines those always, ours only
 * until what it compiles has grown to some 18,000 nodes, and a vector that goes into a call is allocated.
 *
 * <p>What a loop carries along is an argument, not the receiver: {@code sum = v.add(sum)}. Of a variable that a loop changes C2 knows
 * no exact class when it reads {@code sum.add(v)}; in about half of all processes, those in which the method passed through C1
 * without a profile, it then looks at the class in the object, and every sum is allocated.
 *
 * <p>No other species of floats is used but this one. The API's methods are compiled by what was seen in the whole process: once they
 * have met vectors of a second class, C2 looks at the class of each vector that it loads and stores, and may allocate it. Half vectors
 * in one reduction made the copies of products allocate 25 MB at each step of a small training. Code of others in the same process can
 * do it, too: where that was seen, {@link #VECTOR} helps.
 */
final class Lanes {
    static final VectorSpecies<Float> SPECIES = species();

    /**
     * The class of the species' vectors. {@code VECTOR.cast(v)} leaves v as it is and tells C2 its class, where a program that uses a second
     * species of floats was seen to make C2 allocate what it had just loaded.
     */
    @SuppressWarnings("unchecked") // the class's own argument is the type of the lanes
    static final Class<FloatVector> VECTOR = (Class<FloatVector>) (Class<?>) SPECIES.vectorType();

    /** Integers of the same shape. */
    static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

    /** Lanes of a vector. */
    static final int LENGTH = SPECIES.length();

    /** Shuffles that bring the upper half of the lanes that still count onto the lower half. */
    private static final VectorShuffle<Float> FOLD_8 = fold(8);

    private static final VectorShuffle<Float> FOLD_4 = fold(4);
    private static final VectorShuffle<Float> FOLD_2 = fold(2);
    private static final VectorShuffle<Float> FOLD_1 = fold(1);

    /** Masks of the first 0, 1, … LENGTH lanes. */
    private static final List<VectorMask<Float>> FIRST = IntStream.rangeClosed(0, LENGTH)
            .mapToObj(n -> SPECIES.indexInRange(0, n))
            .toList();

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        OptionalInt bits = VectorProvider.forcedBits();
        return bits.isPresent()
                ? VectorSpecies.of(float.class, VectorShape.forBitSize(bits.getAsInt()))
                : FloatVector.SPECIES_PREFERRED;
    }

    private static VectorShuffle<Float> fold(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane + distance) % LENGTH);
    }

    /** Room for {@code n} elements in whole vectors. */
    static int padded(int n) {
        return Math.ceilDiv(n, LENGTH) * LENGTH;
    }

    /**
     * {@code SPECIES.indexInRange(0, n)} as an object made once, for masks that are handed to methods of their own: a new one would be
     * garbage.
     */
    static VectorMask<Float> keptFirst(int n) {
        return FIRST.get(Math.min(n, LENGTH));
    }

    /** The largest multiple of the vector length that is not above {@code n}. */
    static int bound(int n) {
        return SPECIES.loopBound(n);
    }

    /**
     * Sum of a vector's elements from {@code at} on by halving: a fixed tree, which {@code reduceLanes} does not promise. It takes no
     * vector, which a call would put in a box.
     */
    static float sum(float[] x, int at) {
        FloatVector s = FloatVector.fromArray(SPECIES, x, at);
        if (LENGTH >= 16) {
            s = s.add(s.rearrange(FOLD_8));
        }
        if (LENGTH >= 8) {
            s = s.add(s.rearrange(FOLD_4));
        }
        s = s.add(s.rearrange(FOLD_2));
        s = s.add(s.rearrange(FOLD_1));
        return s.lane(0);
    }

    /** The largest of a vector's elements from {@code at} on; a NaN counts in some places only. */
    static float max(float[] x, int at) {
        FloatVector m = FloatVector.fromArray(SPECIES, x, at);
        if (LENGTH >= 16) {
            m = larger(m, m.rearrange(FOLD_8));
        }
        if (LENGTH >= 8) {
            m = larger(m, m.rearrange(FOLD_4));
        }
        m = larger(m, m.rearrange(FOLD_2));
        return larger(m, m.rearrange(FOLD_1)).lane(0);
    }

    private static FloatVector larger(FloatVector v, FloatVector w) {
        return v.blend(w, w.compare(VectorOperators.GT, v));
    }
}
