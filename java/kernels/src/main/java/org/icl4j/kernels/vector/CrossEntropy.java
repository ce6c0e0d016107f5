package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Cross-entropy of one row. Its loops are masked throughout: an exponential for whole vectors and another for the rest are more than
 * the compiler inlines into one method.
 */
final class CrossEntropy {
    /** Exponentials summed in f32 before they go into a sum in double. Part of the result's identity. */
    private static final int BLOCK = 8 * LENGTH;

    private CrossEntropy() {}

    /** log Σ exp(x). */
    static double logSumExp(float[] x, int at, int n) {
        float max = Softmax.max(x, at, n);
        double sum = 0;
        for (int i = 0; i < n; i += BLOCK) {
            sum += sumOfExponentials(x, at + i, Math.min(BLOCK, n - i), max);
        }
        return max + StrictMath.log(sum);
    }

    private static float sumOfExponentials(float[] x, int at, int n, float max) {
        FloatVector sum = zero(SPECIES);
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, n - i));
            sum = sum.add(VectorMath.exp(fromArray(SPECIES, x, at + i, mask).sub(max)), mask);
        }
        return Lanes.sum(sum);
    }

    /** y ← weight·exp(x − shift). */
    static void weightedSoftmax(float[] x, int xAt, float shift, float weight, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, n - i));
            VectorMath.exp(fromArray(SPECIES, x, xAt + i, mask).sub(shift))
                    .mul(weight)
                    .intoArray(y, yAt + i, mask);
        }
    }
}
