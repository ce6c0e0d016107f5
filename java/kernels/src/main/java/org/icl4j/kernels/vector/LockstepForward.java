package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.LockstepTiles.PAIR;
import static org.icl4j.kernels.vector.QueryBlock.KEYS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.icl4j.kernels.Matrix;

/**
 * Causal attention of up to LENGTH heads, a lane each: no lane is spent on filling up, and the rows of neighbouring heads are read and
 * written together. It has the bits of {@link HeadForward}, and goes through blocks of queries and keys as that does.
 *
 * <p>The object is kept and set anew, so that a group makes no garbage.
 */
final class LockstepForward {
    /** Its end is also what is read before the first row that is transposed. */
    private static final int WORKING = LockstepProducts.ZEROS;

    private static final int STATISTICS = WORKING + LockstepSoftmax.WORKING_LENGTH;

    private final int[] qAt = new int[LENGTH];
    private final int[] kAt = new int[LENGTH];
    private final int[] vAt = new int[LENGTH];
    private final int[] outAt = new int[LENGTH];
    private final int[] logSumExpAt = new int[LENGTH];
    private AttentionCall call;
    private int heads;
    private int rows;
    private int dHead;
    private int queriesOfBlock;
    private int step;
    private int queries;
    private int lost;
    private int mix;
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
        queriesOfBlock = LockstepPacking.queriesOfBlock(rows);
        int block = LockstepPacking.length(queriesOfBlock, dHead);
        int later = rows > KEYS ? block : 0;
        int operand = LockstepPacking.length(rows, dHead);
        step = LockstepPacking.padded(queriesOfBlock) * LENGTH;
        queries = STATISTICS + 4 * step;
        lost = queries + block;
        mix = lost + later;
        keys = mix + later;
        values = keys + operand;
        scores = values + operand;
        scoresOfPair = LockstepPacking.padded(rows) * PAIR;
        length = scores + LockstepPacking.padded(queriesOfBlock) / 2 * scoresOfPair;
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

    /**
     * Whether the results were written; they are not, or not all and not rightly, if a value may be no finite number, which here meets
     * queries that do not see it.
     */
    boolean run(float[] s) {
        pack(call.k(), kAt, 0, rows, 1, s, keys);
        pack(call.v(), vAt, 0, rows, 1, s, values);
        boolean isFinite = true;
        for (int i = 0; i < rows && isFinite; i += queriesOfBlock) {
            isFinite = block(s, i, Math.min(queriesOfBlock, rows - i));
        }
        return isFinite;
    }

    private void pack(Matrix<float[]> m, int[] at, int first, int n, float factor, float[] s, int to) {
        LockstepPacking.pack(m.array(), at, m.ld(), first, n, dHead, factor, s, to);
    }

    private boolean block(float[] s, int first, int n) {
        pack(call.q(), qAt, first, n, (float) call.heads().scale(), s, queries);
        LockstepProducts.scores(s, first, n, dHead, queries, keys, scores, scoresOfPair);
        LockstepSoftmax.begin(s, LockstepPacking.padded(n), STATISTICS, step);
        for (int key = 0; key < first + n; key += KEYS) {
            weigh(s, first, n, key);
            // Where the queries were.
            int to = key == 0 ? queries : mix;
            LockstepProducts.mix(s, first, n, key, KEYS, dHead, scores, scoresOfPair, values, to);
            if (key > 0) {
                addToTotals(s, first, n, key);
            }
        }
        LockstepSoftmax.end(s, n, STATISTICS, step);
        return isFinite(s, n) && store(s, first, n);
    }

    /** The queries that see keys from {@code key} on. */
    private void weigh(float[] s, int first, int n, int key) {
        for (int i = Math.max(0, key - first) / 2 * 2; i < n; i += 2) {
            int seen = first + i + 2 - key;
            LockstepSoftmax.weigh(
                    s,
                    scores + i / 2 * scoresOfPair + key * PAIR,
                    Math.min(KEYS, seen),
                    seen <= KEYS,
                    STATISTICS + i * LENGTH,
                    step,
                    WORKING);
        }
    }

    /** total ← factor·total + mix for the queries that see keys from {@code key} on; the first time nothing was lost yet. */
    private void addToTotals(float[] s, int first, int n, int key) {
        if (key == KEYS) {
            Arrays.fill(s, lost, mix, 0);
        }
        int pair = LockstepPacking.pair(dHead);
        int factors = LockstepSoftmax.factors(STATISTICS, step);
        for (int i = Math.max(0, key - first) / 2 * 2; i < n; i += 2) {
            for (int d = 0; d < dHead * PAIR; d += LENGTH) {
                int at = i / 2 * pair + d;
                RunningSoftmax.addCompensated(
                        s, queries + at, lost + at, factors + i * LENGTH + d % PAIR, true, mix + at);
            }
        }
    }

    private boolean isFinite(float[] s, int n) {
        int last = queries + (n - 1) / 2 * LockstepPacking.pair(dHead) + (n - 1) % 2 * LENGTH;
        FloatVector zeros = zero(SPECIES);
        for (int d = 0; d < dHead * PAIR; d += PAIR) {
            zeros = fromArray(SPECIES, s, last + d).fma(zero(SPECIES), zeros);
        }
        return zeros.eq(0).allTrue();
    }

    private boolean store(float[] s, int first, int n) {
        if (first + n > KEYS) {
            addLost(s, LockstepPacking.length(n, dHead));
        }
        Matrix<float[]> out = call.out();
        int factors = LockstepSoftmax.factors(STATISTICS, step);
        LockstepPacking.unpack(s, queries, first, n, dHead, factors, LENGTH, out.array(), outAt, out.ld());
        float[] to = call.logSumExp().array();
        for (int lane = 0; lane < heads; lane++) {
            for (int i = 0; i < n; i++) {
                to[logSumExpAt[lane] + first + i] = s[STATISTICS + i * LENGTH + lane];
            }
        }
        return true;
    }

    private void addLost(float[] s, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            fromArray(SPECIES, s, queries + i)
                    .add(fromArray(SPECIES, s, lost + i))
                    .intoArray(s, queries + i);
        }
    }
}
