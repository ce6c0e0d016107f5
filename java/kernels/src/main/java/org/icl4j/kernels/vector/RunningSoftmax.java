package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.AttentionTiles.ROWS;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.QueryBlock.KEYS;
import static org.icl4j.kernels.vector.QueryBlock.QUERIES;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax of the rows of a {@link QueryBlock} over blocks of keys, with a running maximum and compensated sums. Its statistics stand
 * at the beginning of the working array, a lane for each row.
 *
 * <p>Across lanes it reduces by a fixed tree, in loops of their own: in a larger method C2 would leave the vectors in boxes.
 */
final class RunningSoftmax {
    private static final int MAX = 0;

    /** Of the current block of keys: its maximum, then what is subtracted from its scores, then its sum. */
    private static final int BLOCK = QUERIES;

    private static final int SUM = 2 * QUERIES;
    private static final int LOST = 3 * QUERIES;

    /** What the sums of the blocks before are multiplied by; at the end, 1/sum. */
    static final int FACTOR = 4 * QUERIES;

    /** A vector for each row. */
    private static final int PARTIAL = 5 * QUERIES;

    /** The length of all of it. */
    static final int STATISTICS = PARTIAL + QUERIES * LENGTH;

    /** Not final, as {@link OwnMethod} says. */
    private static MethodHandle exponentials = OwnMethod.of(
            MethodHandles.lookup(),
            "exponentials",
            float[].class,
            int.class,
            int.class,
            int.class,
            int.class,
            int.class);

    private static MethodHandle finishSums =
            OwnMethod.of(MethodHandles.lookup(), "finishSums", float[].class, int.class);

    private static MethodHandle logarithms =
            OwnMethod.of(MethodHandles.lookup(), "logarithms", float[].class, int.class);

    private RunningSoftmax() {}

    static void begin(float[] s) {
        Arrays.fill(s, MAX, SUM, Float.NEGATIVE_INFINITY);
        Arrays.fill(s, SUM, FACTOR, 0);
    }

    /** The scores of the keys from j become weights exp(score − maximum so far), and the statistics are brought up to date. */
    static void weigh(QueryBlock queries, int j, float[] s, int scores) {
        int n = queries.n();
        for (int row = 0; row < n; row += ROWS) {
            maxima(s, scores, row, row + queries.rows(row), queries.from(row, j), queries.to(row, j));
        }
        reduceMaxima(s, n);
        raiseMaxima(s, n);
        for (int row = 0; row < n; row += ROWS) {
            exponentialsOf(s, scores, row, row + queries.rows(row), queries.from(row, j), queries.to(row, j));
        }
        reduceSums(s, n);
        addSums(s, n);
    }

    private static void maxima(float[] s, int scores, int row, int end, int from, int to) {
        for (int r = row; r < end; r++) {
            FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
            for (int c = from; c < to; c += LENGTH) {
                FloatVector next = fromArray(SPECIES, s, scores + r * KEYS + c);
                max = max.blend(next, next.compare(VectorOperators.GT, max));
            }
            max.intoArray(s, PARTIAL + r * LENGTH);
        }
    }

    private static void reduceMaxima(float[] s, int n) {
        for (int row = 0; row < n; row++) {
            s[BLOCK + row] = Lanes.max(s, PARTIAL + row * LENGTH);
        }
    }

    private static void raiseMaxima(float[] s, int n) {
        for (int row = 0; row < n; row += LENGTH) {
            FloatVector before = fromArray(SPECIES, s, MAX + row);
            FloatVector block = fromArray(SPECIES, s, BLOCK + row);
            FloatVector max = before.blend(block, block.compare(VectorOperators.GT, before));
            // Where nothing but −∞ was met, the weights are 0 and not NaN.
            FloatVector base = max.blend(0, max.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
            max.intoArray(s, MAX + row);
            base.intoArray(s, BLOCK + row);
            Softmax.exponential(before.sub(base)).intoArray(s, FACTOR + row);
        }
    }

    private static void exponentialsOf(float[] s, int scores, int row, int end, int from, int to) {
        try {
            exponentials.invokeExact(s, scores, row, end, from, to);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }

    private static void exponentials(float[] s, int scores, int row, int end, int from, int to) {
        for (int r = row; r < end; r++) {
            FloatVector base = broadcast(SPECIES, s[BLOCK + r]);
            FloatVector sum = zero(SPECIES);
            for (int c = from; c < to; c += LENGTH) {
                int at = scores + r * KEYS + c;
                FloatVector weight =
                        Softmax.exponential(fromArray(SPECIES, s, at).sub(base));
                weight.intoArray(s, at);
                sum = weight.add(sum);
            }
            sum.intoArray(s, PARTIAL + r * LENGTH);
        }
    }

    private static void reduceSums(float[] s, int n) {
        for (int row = 0; row < n; row++) {
            s[BLOCK + row] = Lanes.sum(s, PARTIAL + row * LENGTH);
        }
    }

    private static void addSums(float[] s, int n) {
        for (int row = 0; row < n; row += LENGTH) {
            addCompensated(s, SUM + row, LOST + row, FACTOR + row, true, BLOCK + row);
        }
    }

    /** total ← factor·total + term for {@code n} elements, with the factor of {@code row}. */
    static void addToTotal(float[] s, int total, int lost, int row, int term, int n) {
        for (int d = 0; d < n; d += LENGTH) {
            addCompensated(s, total + d, lost + d, FACTOR + row, false, term + d);
        }
    }

    /**
     * total ← factor·total + term; what the addition loses is kept and added with the next term (Kahan 1965). It takes no vectors,
     * which a call would put in boxes.
     *
     * @param each whether every lane has a factor of its own
     */
    static void addCompensated(float[] s, int total, int lost, int factorAt, boolean each, int termAt) {
        FloatVector factor = each ? fromArray(SPECIES, s, factorAt) : broadcast(SPECIES, s[factorAt]);
        FloatVector term = fromArray(SPECIES, s, termAt);
        // Adding 0 makes a −0 a 0, which it is where a total begins with zeros.
        FloatVector scaled = fromArray(SPECIES, s, total).fma(factor, zero(SPECIES));
        FloatVector corrected = fromArray(SPECIES, s, lost).fma(factor, term);
        FloatVector sum = scaled.add(corrected);
        sum.intoArray(s, total);
        FloatVector rest = corrected.sub(sum.sub(scaled));
        // ∞ − ∞ is not what an infinite sum lost.
        rest.blend(0, rest.compare(VectorOperators.NE, rest)).intoArray(s, lost);
    }

    /** Writes maximum + log(sum) of {@code n} rows, NaN where all scores were −∞, and makes FACTOR 1/sum. */
    static void end(float[] s, float[] logSumExp, int at, int n) {
        run(finishSums, s, n);
        run(logarithms, s, n);
        for (int row = 0; row < n; row++) {
            logSumExp[at + row] = s[SUM + row] > 0 ? s[BLOCK + row] : Float.NaN;
        }
    }

    private static void finishSums(float[] s, int n) {
        for (int row = 0; row < n; row += LENGTH) {
            FloatVector sum = fromArray(SPECIES, s, SUM + row).add(fromArray(SPECIES, s, LOST + row));
            sum.intoArray(s, SUM + row);
            broadcast(SPECIES, 1).div(sum).intoArray(s, FACTOR + row);
        }
    }

    private static void run(MethodHandle method, float[] s, int n) {
        try {
            method.invokeExact(s, n);
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
    }

    private static void logarithms(float[] s, int n) {
        for (int row = 0; row < n; row += LENGTH) {
            FloatVector log = VectorMath.log(fromArray(SPECIES, s, SUM + row));
            fromArray(SPECIES, s, MAX + row).add(log).intoArray(s, BLOCK + row);
        }
    }
}
