package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.LockstepTiles.PAIR;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax of two queries at a time, of which each lane has its own head's, over blocks of keys in ascending order. It has the bits of
 * {@link RunningSoftmax}: sums of a block by the key's number modulo LENGTH, then by halving.
 *
 * <p>Statistics are a vector for each query: maxima so far, and {@code step} elements each further on their sums, what those lost, and
 * what the sums of the blocks before are multiplied by, at the end 1/sum.
 */
final class LockstepSoftmax {
    /** Sums by the key's number modulo LENGTH, [LENGTH, 2, LENGTH], and of the block of keys the maxima [2, LENGTH]. */
    static final int WORKING_LENGTH = LENGTH * PAIR + PAIR;

    private static final int PARTIAL_LENGTH = LENGTH * PAIR;

    /** Not final, as {@link OwnMethod} says. */
    private static MethodHandle exponentials = OwnMethod.of(
            MethodHandles.lookup(), "exponentials", float[].class, int.class, int.class, int.class, int.class);

    private static MethodHandle raiseMaxima =
            OwnMethod.of(MethodHandles.lookup(), "raiseMaxima", float[].class, int.class, int.class, int.class);

    private static MethodHandle finishSums =
            OwnMethod.of(MethodHandles.lookup(), "finishSums", float[].class, int.class, int.class, int.class);

    private LockstepSoftmax() {}

    /** Statistics of {@code rows} queries before the first block. */
    static void begin(float[] s, int rows, int statistics, int step) {
        Arrays.fill(s, statistics, statistics + rows * LENGTH, Float.NEGATIVE_INFINITY);
        Arrays.fill(s, statistics + step, statistics + step + rows * LENGTH, 0);
        Arrays.fill(s, statistics + 2 * step, statistics + 2 * step + rows * LENGTH, 0);
    }

    /** Where the factors are. */
    static int factors(int statistics, int step) {
        return statistics + 3 * step;
    }

    /**
     * Scores become weights exp(score − maximum so far), and the statistics are brought up to date.
     *
     * @param scores of the pair of queries, [keys, 2, LENGTH]
     * @param hidesLast whether the first query does not see the last of the keys
     * @param statistics of the pair
     * @param working {@link #WORKING_LENGTH} elements
     */
    static void weigh(float[] s, int scores, int keys, boolean hidesLast, int statistics, int step, int working) {
        if (hidesLast) {
            hideLast(s, scores, keys);
        }
        int block = working + PARTIAL_LENGTH;
        maxima(s, scores, keys, block);
        Arrays.fill(s, working, working + PARTIAL_LENGTH, 0);
        try {
            raiseMaxima.invokeExact(s, block, statistics, step);
            exponentials.invokeExact(s, scores, keys, block, working);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
        halve(s, working);
        int sum = statistics + step;
        for (int i = 0; i < PAIR; i += LENGTH) {
            RunningSoftmax.addCompensated(s, sum + i, sum + step + i, factors(statistics, step) + i, true, working + i);
        }
    }

    private static void hideLast(float[] s, int scores, int keys) {
        broadcast(SPECIES, Float.NEGATIVE_INFINITY).intoArray(s, scores + (keys - 1) * PAIR);
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

    /** The block's maxima become what is subtracted from its scores. */
    private static void raiseMaxima(float[] s, int block, int maxima, int step) {
        for (int i = 0; i < PAIR; i += LENGTH) {
            FloatVector before = fromArray(SPECIES, s, maxima + i);
            FloatVector here = fromArray(SPECIES, s, block + i);
            FloatVector max = before.blend(here, here.compare(VectorOperators.GT, before));
            // Where nothing but −∞ was met, the weights are 0 and not NaN.
            FloatVector base = max.blend(0, max.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
            max.intoArray(s, maxima + i);
            base.intoArray(s, block + i);
            Softmax.exponential(before.sub(base)).intoArray(s, factors(maxima, step) + i);
        }
    }

    private static void exponentials(float[] s, int scores, int keys, int base, int partial) {
        FloatVector base0 = fromArray(SPECIES, s, base);
        FloatVector base1 = fromArray(SPECIES, s, base + LENGTH);
        for (int k = 0; k < keys * PAIR; k += PAIR) {
            int at = scores + k;
            FloatVector weight0 = Softmax.exponential(fromArray(SPECIES, s, at).sub(base0));
            FloatVector weight1 =
                    Softmax.exponential(fromArray(SPECIES, s, at + LENGTH).sub(base1));
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

    /** For {@code rows} queries, maximum ← maximum + log(sum), NaN where all scores were −∞, and factor ← 1/sum. */
    static void end(float[] s, int rows, int statistics, int step) {
        try {
            finishSums.invokeExact(s, rows, statistics, step);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }

    private static void finishSums(float[] s, int rows, int statistics, int step) {
        for (int i = statistics; i < statistics + rows * LENGTH; i += LENGTH) {
            FloatVector sum = fromArray(SPECIES, s, i + step).add(fromArray(SPECIES, s, i + 2 * step));
            FloatVector log = fromArray(SPECIES, s, i).add(VectorMath.log(sum));
            log.blend(Float.NaN, sum.compare(VectorOperators.GT, 0).not()).intoArray(s, i);
            broadcast(SPECIES, 1).div(sum).intoArray(s, factors(i, step));
        }
    }

    /**
     * weights ← exp(weights − logSumExp), gradients ← weights∘(gradients − outDot), for a pair of queries and all keys that the second
     * sees.
     *
     * @param logSumExp [2, LENGTH], as outDot
     */
    static void gradients(float[] s, int weights, int gradients, int keys, int logSumExp, int outDot) {
        hideLast(s, weights, keys);
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
