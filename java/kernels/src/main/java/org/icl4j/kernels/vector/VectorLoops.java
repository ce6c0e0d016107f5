package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.icl4j.kernels.provider.LimitLoops;

/** {@link LimitLoops} on vectors. */
public final class VectorLoops implements LimitLoops {
    private static final int ITERATIONS = 4_000;
    private static final int DIVISION_CHAINS = 4;

    private static volatile float sink;

    private final Map<Integer, LongSupplier> fmaLoops = new ConcurrentHashMap<>();

    /**
     * Loaded by name.
     *
     * @throws org.icl4j.kernels.KernelUnavailableException if a width is forced that vectors do not have
     */
    public VectorLoops() {
        VectorProvider.forcedBits();
    }

    @Override
    public int[] widths() {
        return IntStream.of(128, 256, 512)
                .filter(width -> width <= FloatVector.SPECIES_PREFERRED.vectorBitSize())
                .toArray();
    }

    @Override
    public LongSupplier multiplyAdds(int width) {
        return fmaLoops.computeIfAbsent(
                width, bits -> FmaLoop.of(VectorSpecies.of(float.class, VectorShape.forBitSize(bits))));
    }

    @Override
    public long divisions() {
        FloatVector x = broadcast(SPECIES, 1.0001f);
        FloatVector a = x;
        FloatVector b = x;
        FloatVector c = x;
        FloatVector d = x;
        for (int step = 0; step < ITERATIONS; step++) {
            a = x.div(a);
            b = x.div(b);
            c = x.div(c);
            d = x.div(d);
        }
        sink = a.add(b).add(c).add(d).lane(0);
        return (long) DIVISION_CHAINS * ITERATIONS * Lanes.LENGTH;
    }

    @Override
    public void read(float[] from) {
        int step = 8 * Lanes.LENGTH;
        FloatVector a = zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        for (int i = 0; i <= from.length - step; i += step) {
            a = fromArray(SPECIES, from, i).add(a);
            b = fromArray(SPECIES, from, i + Lanes.LENGTH).add(b);
            c = fromArray(SPECIES, from, i + 2 * Lanes.LENGTH).add(c);
            d = fromArray(SPECIES, from, i + 3 * Lanes.LENGTH).add(d);
            e = fromArray(SPECIES, from, i + 4 * Lanes.LENGTH).add(e);
            f = fromArray(SPECIES, from, i + 5 * Lanes.LENGTH).add(f);
            g = fromArray(SPECIES, from, i + 6 * Lanes.LENGTH).add(g);
            h = fromArray(SPECIES, from, i + 7 * Lanes.LENGTH).add(h);
        }
        sink = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).lane(0);
    }

    @Override
    public void copy(float[] from, float[] to) {
        int step = 4 * Lanes.LENGTH;
        for (int i = 0; i <= from.length - step; i += step) {
            fromArray(SPECIES, from, i).intoArray(to, i);
            fromArray(SPECIES, from, i + Lanes.LENGTH).intoArray(to, i + Lanes.LENGTH);
            fromArray(SPECIES, from, i + 2 * Lanes.LENGTH).intoArray(to, i + 2 * Lanes.LENGTH);
            fromArray(SPECIES, from, i + 3 * Lanes.LENGTH).intoArray(to, i + 3 * Lanes.LENGTH);
        }
    }

    @Override
    public void update(float[] values) {
        int step = 4 * Lanes.LENGTH;
        for (int i = 0; i <= values.length - step; i += step) {
            fromArray(SPECIES, values, i).neg().intoArray(values, i);
            fromArray(SPECIES, values, i + Lanes.LENGTH).neg().intoArray(values, i + Lanes.LENGTH);
            fromArray(SPECIES, values, i + 2 * Lanes.LENGTH).neg().intoArray(values, i + 2 * Lanes.LENGTH);
            fromArray(SPECIES, values, i + 3 * Lanes.LENGTH).neg().intoArray(values, i + 3 * Lanes.LENGTH);
        }
    }
}
