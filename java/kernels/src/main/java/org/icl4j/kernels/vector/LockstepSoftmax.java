package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.LockstepTiles.PAIR;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax of two queries at a time, of which each lane has its own head's, over the keys from 0 to the second query's. It has the bits of
 * {@link RunningSoftmax} for a single block of keys: sums by the key's number modulo LENGTH, then by halving.
 */
final class LockstepSoftmax {
    /** Sums by the key's number modulo LENGTH, [LENGTH, 2, LENGTH]. */
    static final int PARTIAL_LENGTH = LENGTH * PAIR;

    /** Not final, as {@link OwnMethod} says. */
    private static MethodHandle exponentials = OwnMethod.of(
            MethodHandles.lookup(), "exponentials", float[].class, int.class, int.class, int.class, int.class);

    private static MethodHandle statistics = OwnMethod.of(
            MethodHandles.lookup(), "statistics", float[].class, int.class, int.class, int.class);

    private LockstepSoftmax() {}

    /**
     * Scores become weights exp(score − largest).
     *
     * @param scores of the pair of queries, [keys, 2, LENGTH]
     * @param keys of the second query; the first does not see the last of them
     * @param max where the largest scores go, [2, LENGTH]; sum where the sums go, likewise
     * @param partial {@link #PARTIAL_LENGTH} elements
     */
    static void weigh(float[] s, int scores, int keys, int max, int sum, int partial) {
        broadcast(SPECIES, Float.NEGATIVE_INFINITY).intoArray(s, scores + (keys - 1) * PAIR);
        maxima(s, scores, keys, max);
        Arrays.fill(s, partial, partial + PARTIAL_LENGTH, 0);
        try {
            exponentials.invokeExact(s, scores, keys, max, partial);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
        halve(s, partial);
        fromArray(SPECIES, s, partial).intoArray(s, sum);
        fromArray(SPECIES, s, partial + LENGTH).intoArray(s, sum + LENGTH);
    }

    private static void maxima(float[] s, int scores, int keys, int to) {
        FloatVector max0 = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector max1 = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int k = 0; k < keys * PAIR; k += PAIR) {
            FloatVector next0 = fromArray(SPECIES, s, scores + k);
            FloatVector next1 = fromArray(SPECIES, s, scores + k + LENGTH);
            max0 = max0.blend(next0, next0.compare(VectorOperators.GT, max0));
            max1 = max1.blend(next1, next1.compare(VectorOperators.GT, max1));
        }
        max0.intoArray(s, to);
        max1.intoArray(s, to + LENGTH);
    }

    private static void exponentials(float[] s, int scores, int keys, int max, int partial) {
        FloatVector max0 = fromArray(SPECIES, s, max);
        FloatVector max1 = fromArray(SPECIES, s, max + LENGTH);
        // Where nothing but −∞ was met, the weights are 0 and not NaN.
        FloatVector base0 = max0.blend(0, max0.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
        FloatVector base1 = max1.blend(0, max1.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
        for (int k = 0; k < keys * PAIR; k += PAIR) {
            int at = scores + k;
            FloatVector weight0 = Softmax.exponential(fromArray(SPECIES, s, at).sub(base0));
            FloatVector weight1 = Softmax.exponential(fromArray(SPECIES, s, at + LENGTH).sub(base1));
            weight0.intoArray(s, at);
            weight1.intoArray(s, at + LENGTH);
            int to = partial + (k & PARTIAL_LENGTH - 1);
            weight0.add(fromArray(SPECIES, s, to)).intoArray(s, to);
            weight1.add(fromArray(SPECIES, s, to + LENGTH)).intoArray(s, to + LENGTH);
        }
    }

    private static void halve(float[] s, int partial) {
        for (int n = PARTIAL_LENGTH / 2; n >= PAIR; n /= 2) {
            for (int i = 0; i < n; i += LENGTH) {
                fromArray(SPECIES, s, partial + i)
                        .add(fromArray(SPECIES, s, partial + i + n))
                        .intoArray(s, partial + i);
            }
        }
    }

    /** For {@code rows} queries, max ← max + log(sum), NaN where all scores were −∞, and sum ← 1/sum. */
    static void finish(float[] s, int rows, int max, int sum) {
        try {
            statistics.invokeExact(s, rows, max, sum);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }

    private static void statistics(float[] s, int rows, int max, int sum) {
        for (int i = 0; i < rows * LENGTH; i += LENGTH) {
            FloatVector total = fromArray(SPECIES, s, sum + i);
            FloatVector log = fromArray(SPECIES, s, max + i).add(VectorMath.log(total));
            log.blend(Float.NaN, total.compare(VectorOperators.GT, 0).not()).intoArray(s, max + i);
            broadcast(SPECIES, 1).div(total).intoArray(s, sum + i);
        }
    }

    /**
     * weights ← exp(weights − logSumExp), gradients ← weights∘(gradients − outDot), for a pair of queries.
     *
     * @param logSumExp [2, LENGTH], as outDot
     */
    static void gradients(float[] s, int weights, int gradients, int keys, int logSumExp, int outDot) {
        broadcast(SPECIES, Float.NEGATIVE_INFINITY).intoArray(s, weights + (keys - 1) * PAIR);
        for (int query = 0; query < PAIR; query += LENGTH) {
            gradientsOf(s, weights + query, gradients + query, keys, logSumExp + query, outDot + query);
        }
    }

    private static void gradientsOf(float[] s, int weights, int gradients, int keys, int logSumExp, int outDot) {
        FloatVector base = fromArray(SPECIES, s, logSumExp);
        FloatVector dot = fromArray(SPECIES, s, outDot);
        for (int k = 0; k < keys * PAIR; k += PAIR) {
            FloatVector weight =
                    Softmax.exponential(fromArray(SPECIES, s, weights + k).sub(base));
            weight.intoArray(s, weights + k);
            fromArray(SPECIES, s, gradients + k).sub(dot).mul(weight).intoArray(s, gradients + k);
        }
    }
}
