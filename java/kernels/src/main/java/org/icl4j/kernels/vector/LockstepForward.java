package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.LockstepTiles.PAIR;

import jdk.incubator.vector.FloatVector;
import org.icl4j.kernels.Matrix;

/**
 * Causal attention of up to LENGTH heads with one block of keys at once, a lane each: no lane is spent on filling up, and the rows of
 * neighbouring heads are read and written together. It has the bits of {@link HeadForward}.
 *
 * <p>The object is kept and set anew, so that a group makes no garbage.
 */
final class LockstepForward {
    /** What is read before the first row that is transposed. */
    private static final int PARTIAL = LENGTH;

    private final int[] qAt = new int[LENGTH];
    private final int[] kAt = new int[LENGTH];
    private final int[] vAt = new int[LENGTH];
    private final int[] outAt = new int[LENGTH];
    private final int[] logSumExpAt = new int[LENGTH];
    private AttentionCall call;
    private int heads;
    private int rows;
    private int dHead;
    private int max;
    private int sum;
    private int queries;
    private int keys;
    private int values;
    private int scores;
    private int scoresOfPair;
    private int length;

    /** The call whose heads are {@linkplain #heads set} from now on. */
    void of(AttentionCall newCall) {
        call = newCall;
        rows = newCall.q().rows();
        dHead = newCall.dHead();
        int padded = LockstepPacking.padded(rows);
        int operand = LockstepPacking.length(rows, dHead);
        max = PARTIAL + LockstepSoftmax.PARTIAL_LENGTH;
        sum = max + padded * LENGTH;
        queries = sum + padded * LENGTH;
        keys = queries + operand;
        values = keys + operand;
        scores = values + operand;
        scoresOfPair = padded * PAIR;
        length = scores + padded / 2 * scoresOfPair;
    }

    /** Heads {@code first} … {@code first + n} of all entries' heads, from 1 to LENGTH. */
    void heads(int first, int n) {
        heads = n;
        int nHeads = call.heads().nHeads();
        LockstepPacking.places(call.q(), nHeads, dHead, first, n, qAt);
        LockstepPacking.places(call.k(), nHeads, dHead, first, n, kAt);
        LockstepPacking.places(call.v(), nHeads, dHead, first, n, vAt);
        LockstepPacking.places(call.out(), nHeads, dHead, first, n, outAt);
        for (int lane = 0; lane < n; lane++) {
            int head = first + lane;
            logSumExpAt[lane] = call.logSumExp().index(head / nHeads, head % nHeads, 0);
        }
    }

    /** Lets go of the operands. */
    void clear() {
        call = null;
    }

    int scratchLength() {
        return length;
    }

    /** Whether the results were written; they are not if a value may be no finite number, which here meets queries that do not see it. */
    boolean run(float[] s) {
        pack(call.q(), qAt, (float) call.heads().scale(), s, queries);
        pack(call.k(), kAt, 1, s, keys);
        pack(call.v(), vAt, 1, s, values);
        LockstepProducts.scores(s, rows, dHead, queries, keys, scores, scoresOfPair);
        for (int i = 0; i < rows; i += 2) {
            LockstepSoftmax.weigh(
                    s, scores + i / 2 * scoresOfPair, i + 2, max + i * LENGTH, sum + i * LENGTH, PARTIAL);
        }
        LockstepSoftmax.finish(s, rows, max, sum);
        // Where the queries were.
        LockstepProducts.mix(s, rows, dHead, scores, scoresOfPair, values, queries);
        if (!isFinite(s, queries + (rows - 1) / 2 * LockstepPacking.pair(dHead) + (rows - 1) % 2 * LENGTH, dHead)) {
            return false;
        }
        LockstepPacking.unpack(
                s,
                queries,
                rows,
                dHead,
                sum,
                LENGTH,
                call.out().array(),
                outAt,
                call.out().ld());
        storeLogSumExp(s);
        return true;
    }

    private void pack(Matrix<float[]> m, int[] at, float factor, float[] s, int to) {
        LockstepPacking.pack(m.array(), at, m.ld(), rows, dHead, factor, s, to);
    }

    private static boolean isFinite(float[] s, int at, int cols) {
        FloatVector zeros = zero(SPECIES);
        for (int d = 0; d < cols; d++) {
            zeros = fromArray(SPECIES, s, at + d * PAIR).fma(zero(SPECIES), zeros);
        }
        return zeros.eq(0).allTrue();
    }

    private void storeLogSumExp(float[] s) {
        float[] to = call.logSumExp().array();
        for (int lane = 0; lane < heads; lane++) {
            for (int i = 0; i < rows; i++) {
                to[logSumExpAt[lane] + i] = s[max + i * LENGTH + lane];
            }
        }
    }
}
