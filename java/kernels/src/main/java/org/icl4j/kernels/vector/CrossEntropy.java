package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Cross-entropy of one row. Its loops are masked throughout: an exponential for whole vectors and another for the rest are more than
 * the compiler inlines into one method.
 */
final class CrossEntropy {
    /** Exponentials summed in f32 before they go into a sum in double. Part of the result's identity. */
    private static final int BLOCK = 8 * LENGTH;

    /** A vector, before it is reduced. */
    static final int SCRATCH_LENGTH = LENGTH;

    private CrossEntropy() {}

    /** log Σ exp(x); s is overwritten. */
    static double logSumExp(float[] x, int at, int n, float[] s) {
        float max = max(x, at, n, s);
        double sum = 0;
        for (int i = 0; i < n; i += BLOCK) {
            sum += sumOfExponentials(x, at + i, Math.min(BLOCK, n - i), max, s);
        }
        return max + StrictMath.log(sum);
    }

    /** The largest of n values. A NaN may be passed over: {@link #sumOfExponentials} will meet it. */
    private static float max(float[] x, int at, int n, float[] s) {
        FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector next = fromArray(SPECIES, x, at + i, mask);
            max = max.blend(next, next.compare(VectorOperators.GT, max).and(mask));
        }
        max.intoArray(s, 0);
        return Lanes.max(s, 0);
    }

    private static float sumOfExponentials(float[] x, int at, int n, float max, float[] s) {
        FloatVector sum = zero(SPECIES);
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            sum = sum.add(VectorMath.exp(fromArray(SPECIES, x, at + i, mask).sub(max)), mask);
        }
        sum.intoArray(s, 0);
        return Lanes.sum(s, 0);
    }

    /** y ← weight·exp(x − shift). */
    static void weightedSoftmax(float[] x, int xAt, float shift, float weight, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            VectorMath.exp(fromArray(SPECIES, x, xAt + i, mask).sub(shift))
                    .mul(weight)
                    .intoArray(y, yAt + i, mask);
        }
    }
}
