package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows reduced to a number: by half vectors widened to double, in four chains that hide the latency of an addition. A
 * product of two floats is exact in double.
 */
final class Reductions {
    private static final VectorSpecies<Double> DOUBLES = Lanes.SPECIES.withLanes(double.class);
    private static final VectorSpecies<Float> HALF =
            VectorSpecies.of(float.class, VectorShape.forBitSize(Lanes.SPECIES.vectorBitSize() / 2));

    /** Elements that one turn of the chains takes. */
    private static final int TURN = 2 * LENGTH;

    private static final int STEP = LENGTH / 2;
    private static final int MAGNITUDE = 0x7fff_ffff;
    private static final int INFINITY = 0x7f80_0000;

    /** Shuffles that bring the upper half of the lanes that still count onto the lower half. */
    private static final VectorShuffle<Double> FOLD_4 = fold(4);

    private static final VectorShuffle<Double> FOLD_2 = fold(2);
    private static final VectorShuffle<Double> FOLD_1 = fold(1);

    private Reductions() {}

    private static DoubleVector widened(float[] x, int at) {
        return (DoubleVector) FloatVector.fromArray(HALF, x, at).convertShape(VectorOperators.F2D, DOUBLES, 0);
    }

    /** The first {@code n} elements, at most a half vector, and zeros. */
    private static DoubleVector widened(float[] x, int at, int n) {
        VectorMask<Float> mask = HALF.indexInRange(0, n);
        return (DoubleVector) FloatVector.fromArray(HALF, x, at, mask).convertShape(VectorOperators.F2D, DOUBLES, 0);
    }

    private static VectorShuffle<Double> fold(int distance) {
        return VectorShuffle.fromOp(DOUBLES, lane -> (lane + distance) % DOUBLES.length());
    }

    /** Sum of all lanes of the four chains by halving: a fixed tree, which {@code reduceLanes} does not promise. */
    private static double total(DoubleVector a, DoubleVector b, DoubleVector c, DoubleVector d) {
        DoubleVector s = a.add(b).add(c.add(d));
        if (DOUBLES.length() >= 8) {
            s = s.add(s.rearrange(FOLD_4));
        }
        if (DOUBLES.length() >= 4) {
            s = s.add(s.rearrange(FOLD_2));
        }
        return s.add(s.rearrange(FOLD_1)).lane(0);
    }

    static double sum(float[] x, int start, int ld, int rows, int n) {
        DoubleVector a = DoubleVector.zero(DOUBLES);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        for (int row = 0; row < rows; row++) {
            int at = start + row * ld;
            int i = 0;
            for (; i <= n - TURN; i += TURN) {
                a = widened(x, at + i).add(a);
                b = widened(x, at + i + STEP).add(b);
                c = widened(x, at + i + 2 * STEP).add(c);
                d = widened(x, at + i + 3 * STEP).add(d);
            }
            for (; i < n; i += STEP) {
                a = widened(x, at + i, Math.min(STEP, n - i)).add(a);
            }
        }
        return total(a, b, c, d);
    }

    static double sumOfSquares(float[] x, int start, int ld, int rows, int n) {
        DoubleVector a = DoubleVector.zero(DOUBLES);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        for (int row = 0; row < rows; row++) {
            int at = start + row * ld;
            int i = 0;
            for (; i <= n - TURN; i += TURN) {
                DoubleVector v = widened(x, at + i);
                a = v.fma(v, a);
                v = widened(x, at + i + STEP);
                b = v.fma(v, b);
                v = widened(x, at + i + 2 * STEP);
                c = v.fma(v, c);
                v = widened(x, at + i + 3 * STEP);
                d = v.fma(v, d);
            }
            for (; i < n; i += STEP) {
                DoubleVector v = widened(x, at + i, Math.min(STEP, n - i));
                a = v.fma(v, a);
            }
        }
        return total(a, b, c, d);
    }

    static double dot(float[] x, int xStart, int xLd, float[] z, int zStart, int zLd, int rows, int n) {
        DoubleVector a = DoubleVector.zero(DOUBLES);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        for (int row = 0; row < rows; row++) {
            int xAt = xStart + row * xLd;
            int zAt = zStart + row * zLd;
            int i = 0;
            for (; i <= n - TURN; i += TURN) {
                a = widened(x, xAt + i).fma(widened(z, zAt + i), a);
                b = widened(x, xAt + i + STEP).fma(widened(z, zAt + i + STEP), b);
                c = widened(x, xAt + i + 2 * STEP).fma(widened(z, zAt + i + 2 * STEP), c);
                d = widened(x, xAt + i + 3 * STEP).fma(widened(z, zAt + i + 3 * STEP), d);
            }
            for (; i < n; i += STEP) {
                int length = Math.min(STEP, n - i);
                a = widened(x, xAt + i, length).fma(widened(z, zAt + i, length), a);
            }
        }
        return total(a, b, c, d);
    }

    /** By compare and blend, which pass a NaN over; one shows in the largest magnitude. {@code max} itself takes twice as long. */
    static double max(float[] x, int start, int ld, int rows, int n) {
        FloatVector a = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector b = a;
        IntVector largest = zero(SPECIES).reinterpretAsInts();
        for (int row = 0; row < rows; row++) {
            int at = start + row * ld;
            int i = 0;
            for (; i <= n - TURN; i += TURN) {
                FloatVector v = fromArray(SPECIES, x, at + i);
                a = greater(a, v);
                largest = magnitude(v).max(largest);
                v = fromArray(SPECIES, x, at + i + LENGTH);
                b = greater(b, v);
                largest = magnitude(v).max(largest);
            }
            for (; i < n; i += LENGTH) {
                VectorMask<Float> mask = SPECIES.indexInRange(i, n);
                FloatVector v =
                        broadcast(SPECIES, Float.NEGATIVE_INFINITY).blend(fromArray(SPECIES, x, at + i, mask), mask);
                a = greater(a, v);
                largest = magnitude(v).max(largest);
            }
        }
        boolean nan = largest.reduceLanes(VectorOperators.MAX) > INFINITY;
        return nan ? Double.NaN : greater(a, b).reduceLanes(VectorOperators.MAX) + 0.0; // −0 becomes +0.
    }

    private static FloatVector greater(FloatVector max, FloatVector v) {
        return max.blend(v, v.compare(VectorOperators.GT, max));
    }

    private static IntVector magnitude(FloatVector v) {
        return v.reinterpretAsInts().and(MAGNITUDE);
    }
}
