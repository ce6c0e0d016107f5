package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static jdk.incubator.vector.VectorOperators.F2D;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.Transposes.SWAP_HALVES;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows reduced to a number: by halves of vectors widened to double, in four chains that hide the latency of an addition. A
 * product of two floats is exact in double.
 *
 * <p>The halves are cut from whole vectors, as {@link Lanes} tells why: upper ones are the lower half of another load, but for the last,
 * which is turned down, because a load would reach behind the row.
 */
final class Reductions {
    private static final VectorSpecies<Double> DOUBLES = Lanes.SPECIES.withLanes(double.class);

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
                FloatVector v = fromArray(SPECIES, x, at + i);
                a = ((DoubleVector) v.convertShape(F2D, DOUBLES, 0)).add(a);
                b = ((DoubleVector) fromArray(SPECIES, x, at + i + STEP).convertShape(F2D, DOUBLES, 0)).add(b);
                v = fromArray(SPECIES, x, at + i + LENGTH);
                c = ((DoubleVector) v.convertShape(F2D, DOUBLES, 0)).add(c);
                d = ((DoubleVector) v.rearrange(SWAP_HALVES).convertShape(F2D, DOUBLES, 0)).add(d);
            }
            for (; i < n; i += STEP) {
                VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(STEP, n - i));
                FloatVector v = fromArray(SPECIES, x, at + i, mask);
                a = ((DoubleVector) v.convertShape(F2D, DOUBLES, 0)).add(a);
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
                FloatVector v = fromArray(SPECIES, x, at + i);
                DoubleVector half = (DoubleVector) v.convertShape(F2D, DOUBLES, 0);
                a = half.fma(half, a);
                half = (DoubleVector) fromArray(SPECIES, x, at + i + STEP).convertShape(F2D, DOUBLES, 0);
                b = half.fma(half, b);
                v = fromArray(SPECIES, x, at + i + LENGTH);
                half = (DoubleVector) v.convertShape(F2D, DOUBLES, 0);
                c = half.fma(half, c);
                half = (DoubleVector) v.rearrange(SWAP_HALVES).convertShape(F2D, DOUBLES, 0);
                d = half.fma(half, d);
            }
            for (; i < n; i += STEP) {
                VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(STEP, n - i));
                FloatVector v = fromArray(SPECIES, x, at + i, mask);
                DoubleVector half = (DoubleVector) v.convertShape(F2D, DOUBLES, 0);
                a = half.fma(half, a);
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
                FloatVector v = fromArray(SPECIES, x, xAt + i);
                FloatVector w = fromArray(SPECIES, z, zAt + i);
                a = ((DoubleVector) v.convertShape(F2D, DOUBLES, 0))
                        .fma((DoubleVector) w.convertShape(F2D, DOUBLES, 0), a);
                b = ((DoubleVector) fromArray(SPECIES, x, xAt + i + STEP).convertShape(F2D, DOUBLES, 0))
                        .fma(
                                (DoubleVector)
                                        fromArray(SPECIES, z, zAt + i + STEP).convertShape(F2D, DOUBLES, 0),
                                b);
                v = fromArray(SPECIES, x, xAt + i + LENGTH);
                w = fromArray(SPECIES, z, zAt + i + LENGTH);
                c = ((DoubleVector) v.convertShape(F2D, DOUBLES, 0))
                        .fma((DoubleVector) w.convertShape(F2D, DOUBLES, 0), c);
                d = ((DoubleVector) v.rearrange(SWAP_HALVES).convertShape(F2D, DOUBLES, 0))
                        .fma((DoubleVector) w.rearrange(SWAP_HALVES).convertShape(F2D, DOUBLES, 0), d);
            }
            for (; i < n; i += STEP) {
                VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(STEP, n - i));
                FloatVector v = fromArray(SPECIES, x, xAt + i, mask);
                FloatVector w = fromArray(SPECIES, z, zAt + i, mask);
                a = ((DoubleVector) v.convertShape(F2D, DOUBLES, 0))
                        .fma((DoubleVector) w.convertShape(F2D, DOUBLES, 0), a);
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
