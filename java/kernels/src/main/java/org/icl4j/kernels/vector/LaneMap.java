package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;

import java.lang.invoke.MethodHandle;

/**
 * to[i] ← f(x[i], y[i], z[i]) for one function f.
 *
 * <p>The compiler makes registers of f's vectors only where it inlines all of f, and it stops inlining when what it compiles has
 * grown beyond some forty vector operations. So each f stands once in a {@linkplain LaneLoop loop} of its own, which is never
 * inlined itself; what is left of a stretch goes through the same loop.
 */
final class LaneMap {
    private static final Class<?>[] PARAMETERS = {
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

    private final LaneFunction f;

    /**
     * Not final: the compiler would inline a constant. Null until the first call, as making it takes milliseconds; two threads may
     * each make one, and either is right.
     */
    private MethodHandle loop;

    LaneMap(LaneFunction f) {
        this.f = f;
    }

    /** The loop on any {@code n} elements; {@code to} may be an input, if it is that from the same place on. */
    void run(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, float[] to, int toAt, int n) {
        int rest = n - Lanes.bound(n);
        if (rest == 0) {
            whole(x, xAt, y, yAt, z, zAt, to, toAt, n);
        } else if (n < LENGTH) {
            padded(x, xAt, y, yAt, z, zAt, to, toAt, n);
        } else {
            // The last whole vector, before its inputs are overwritten if the result goes there.
            float[] end = RestScratch.get();
            int last = n - LENGTH;
            whole(x, xAt + last, y, yAt + last, z, zAt + last, end, 0, LENGTH);
            whole(x, xAt, y, yAt, z, zAt, to, toAt, n - rest);
            System.arraycopy(end, LENGTH - rest, to, toAt + n - rest, rest);
        }
    }

    private void padded(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, float[] to, int toAt, int n) {
        float[] padded = RestScratch.get();
        System.arraycopy(x, xAt, padded, 0, n);
        System.arraycopy(y, yAt, padded, LENGTH, n);
        System.arraycopy(z, zAt, padded, 2 * LENGTH, n);
        whole(padded, 0, padded, LENGTH, padded, 2 * LENGTH, padded, 0, LENGTH);
        System.arraycopy(padded, 0, to, toAt, n);
    }

    /** The loop on whole vectors: {@code n} is a multiple of their length. */
    private void whole(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, float[] to, int toAt, int n) {
        if (loop == null) {
            loop = OwnMethod.of(ClassCopy.of(LaneLoop.class, f), "whole", PARAMETERS);
        }
        try {
            loop.invokeExact(x, xAt, y, yAt, z, zAt, to, toAt, n);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }
}
