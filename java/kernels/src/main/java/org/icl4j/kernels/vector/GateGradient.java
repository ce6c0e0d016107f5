package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;

import java.lang.invoke.MethodHandle;

/** Gradients of a gate of one form in one pass: what {@link LaneMap} is for one result, with two. */
final class GateGradient {
    private static final Class<?>[] PARAMETERS = {
        float[].class,
        int.class,
        float[].class,
        int.class,
        float[].class,
        int.class,
        float[].class,
        int.class,
        float[].class,
        int.class,
        int.class
    };

    private final GateSteps steps;

    /** Not final, and null until the first call, as in {@link LaneMap}. */
    private MethodHandle loop;

    GateGradient(GateSteps steps) {
        this.steps = steps;
    }

    /** dx ← dy·a(g), dg ← dy·x·a′(g) on any {@code n} elements; outputs may be inputs, if they are that from the same place on. */
    void run(
            float[] x,
            int xAt,
            float[] g,
            int gAt,
            float[] dy,
            int dyAt,
            float[] dx,
            int dxAt,
            float[] dg,
            int dgAt,
            int n) {
        int whole = Lanes.bound(n);
        whole(x, xAt, g, gAt, dy, dyAt, dx, dxAt, dg, dgAt, whole);
        int rest = n - whole;
        if (rest > 0) {
            float[] padded = RestScratch.get();
            System.arraycopy(x, xAt + whole, padded, 0, rest);
            System.arraycopy(g, gAt + whole, padded, LENGTH, rest);
            System.arraycopy(dy, dyAt + whole, padded, 2 * LENGTH, rest);
            whole(padded, 0, padded, LENGTH, padded, 2 * LENGTH, padded, 3 * LENGTH, padded, 4 * LENGTH, LENGTH);
            System.arraycopy(padded, 3 * LENGTH, dx, dxAt + whole, rest);
            System.arraycopy(padded, 4 * LENGTH, dg, dgAt + whole, rest);
        }
    }

    /** The loop on whole vectors: {@code n} is a multiple of their length. */
    private void whole(
            float[] x,
            int xAt,
            float[] g,
            int gAt,
            float[] dy,
            int dyAt,
            float[] dx,
            int dxAt,
            float[] dg,
            int dgAt,
            int n) {
        if (loop == null) {
            loop = OwnMethod.of(ClassCopy.of(GateLoop.class, steps), "whole", PARAMETERS);
        }
        try {
            loop.invokeExact(x, xAt, g, gAt, dy, dyAt, dx, dxAt, dg, dgAt, n);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }
}
