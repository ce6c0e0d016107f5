package org.icl4j.kernels.vector;

import java.lang.invoke.MethodHandles;
import java.util.function.LongSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiply-adds from registers, in as many chains as hide their latency: the ceiling of the products.
 *
 * <p>Vectors become registers only where the species is a constant of the class. So the class itself is for the species of the
 * kernels, and {@link #of} makes copies of it for others.
 */
final class FmaLoop implements LongSupplier {
    /** Chains: more than the latency of 4 cycles on two ports asks for. */
    static final int CHAINS = 12;

    private static final VectorSpecies<Float> SPECIES = species();
    private static final int ITERATIONS = 4_000;

    /** What the compiler knows to be constant it reads again before each of 12 uses, where registers are few. */
    private static volatile float factor = 0.999f;

    private static volatile float sink;

    FmaLoop() {}

    private static VectorSpecies<Float> species() {
        VectorSpecies<?> given = ClassCopy.constant(MethodHandles.lookup(), VectorSpecies.class);
        return given == null ? Lanes.SPECIES : given.check(float.class);
    }

    /** The loop on vectors of {@code species}. */
    static LongSupplier of(VectorSpecies<Float> species) {
        MethodHandles.Lookup copy = ClassCopy.of(FmaLoop.class, species);
        try {
            return (LongSupplier) copy.lookupClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a copy of a class is as good as the class", e);
        }
    }

    /** Some thousand steps; returns how many elements. */
    @Override
    public long getAsLong() {
        sink = chains(ITERATIONS);
        return (long) CHAINS * ITERATIONS * SPECIES.length();
    }

    /** {@code n} steps of all chains. */
    static float chains(int n) {
        FloatVector x = FloatVector.broadcast(SPECIES, factor);
        FloatVector y = FloatVector.broadcast(SPECIES, 1 - factor);
        FloatVector a = x;
        FloatVector b = x;
        FloatVector c = x;
        FloatVector d = x;
        FloatVector e = x;
        FloatVector f = x;
        FloatVector g = x;
        FloatVector h = x;
        FloatVector i = x;
        FloatVector j = x;
        FloatVector k = x;
        FloatVector l = x;
        for (int step = 0; step < n; step++) {
            a = x.fma(y, a);
            b = x.fma(y, b);
            c = x.fma(y, c);
            d = x.fma(y, d);
            e = x.fma(y, e);
            f = x.fma(y, f);
            g = x.fma(y, g);
            h = x.fma(y, h);
            i = x.fma(y, i);
            j = x.fma(y, j);
            k = x.fma(y, k);
            l = x.fma(y, l);
        }
        FloatVector low = a.add(b).add(c).add(d).add(e).add(f);
        return low.add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
    }
}
