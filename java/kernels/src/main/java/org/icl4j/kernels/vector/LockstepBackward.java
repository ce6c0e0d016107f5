package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.LockstepTiles.PAIR;

import java.util.Arrays;
import org.icl4j.kernels.Matrix;

/**
 * Gradient of {@link LockstepForward}, with the bits of {@link GroupBackward}.
 *
 * <p>The object is kept and set anew, so that a group makes no garbage.
 */
final class LockstepBackward {
    /** Before it are zeros; its end is also what is read before the first row that is transposed. */
    private static final int ROW_DOTS = LockstepProducts.ZEROS;

    private final int[] qAt = new int[LENGTH];
    private final int[] kAt = new int[LENGTH];
    private final int[] vAt = new int[LENGTH];
    private final int[] outAt = new int[LENGTH];
    private final int[] dOutAt = new int[LENGTH];
    private final int[] dqAt = new int[LENGTH];
    private final int[] dkAt = new int[LENGTH];
    private final int[] dvAt = new int[LENGTH];
    private final int[] logSumExpAt = new int[LENGTH];
    private AttentionCall call;
    private Matrix<float[]> dOut;
    private Matrix<float[]> dq;
    private Matrix<float[]> dk;
    private Matrix<float[]> dv;
    private int rows;
    private int dHead;
    private int queriesOfBlock;
    private int factors;
    private int logSumExp;
    private int outDots;
    private int queries;
    private int dOuts;
    private int keys;
    private int values;
    private int dKeys;
    private int dValues;
    private int weights;
    private int gradients;
    private int scoresOfPair;
    private int length;

    /**
     * The call whose heads are {@linkplain #heads set} from now on.
     *
     * @param newDOut as the call's out, an input
     * @param newDq as its q, overwritten
     * @param newDk as its k, as newDv overwritten
     */
    void of(
            AttentionCall newCall,
            Matrix<float[]> newDOut,
            Matrix<float[]> newDq,
            Matrix<float[]> newDk,
            Matrix<float[]> newDv) {
        call = newCall;
        dOut = newDOut;
        dq = newDq;
        dk = newDk;
        dv = newDv;
        rows = newCall.q().rows();
        dHead = newCall.dHead();
        queriesOfBlock = LockstepPacking.queriesOfBlock(rows);
        int padded = LockstepPacking.padded(queriesOfBlock);
        int block = LockstepPacking.length(queriesOfBlock, dHead);
        int operand = LockstepPacking.length(rows, dHead);
        boolean once = queriesOfBlock == rows;
        factors = ROW_DOTS + LENGTH * LENGTH;
        logSumExp = factors + LENGTH;
        outDots = logSumExp + padded * LENGTH;
        queries = outDots + padded * LENGTH;
        dOuts = queries + block;
        keys = dOuts + block;
        values = keys + operand;
        // The gradients of the only block go where their operands were.
        dKeys = once ? keys : values + operand;
        dValues = once ? values : dKeys + operand;
        weights = dValues + operand;
        scoresOfPair = LockstepPacking.padded(rows) * PAIR;
        gradients = weights + padded / 2 * scoresOfPair;
        length = gradients + padded / 2 * scoresOfPair;
    }

    /** Heads {@code first} … {@code first + n} of all entries' heads, from 1 to LENGTH. */
    void heads(int first, int n) {
        int nHeads = call.heads().nHeads();
        LockstepPacking.places(call.q(), nHeads, dHead, first, n, qAt);
        LockstepPacking.places(call.k(), nHeads, dHead, first, n, kAt);
        LockstepPacking.places(call.v(), nHeads, dHead, first, n, vAt);
        LockstepPacking.places(call.out(), nHeads, dHead, first, n, outAt);
        LockstepPacking.places(dOut, nHeads, dHead, first, n, dOutAt);
        LockstepPacking.places(dq, nHeads, dHead, first, n, dqAt);
        LockstepPacking.places(dk, nHeads, dHead, first, n, dkAt);
        LockstepPacking.places(dv, nHeads, dHead, first, n, dvAt);
        for (int lane = 0; lane < LENGTH; lane++) {
            int head = first + Math.min(lane, n - 1);
            logSumExpAt[lane] = call.logSumExp().index(head / nHeads, head % nHeads, 0);
        }
    }

    /** Lets go of the operands. */
    void clear() {
        call = null;
        dOut = null;
        dq = null;
        dk = null;
        dv = null;
    }

    int scratchLength() {
        return length;
    }

    void run(float[] s) {
        Arrays.fill(s, 0, LockstepProducts.ZEROS, 0);
        pack(call.k(), kAt, 0, rows, 1, s, keys);
        pack(call.v(), vAt, 0, rows, 1, s, values);
        for (int i = 0; i < rows; i += queriesOfBlock) {
            block(s, i, Math.min(queriesOfBlock, rows - i));
        }
        unpack(s, dKeys, 0, rows, 1, dk, dkAt);
        unpack(s, dValues, 0, rows, 1, dv, dvAt);
    }

    private void block(float[] s, int first, int n) {
        float scale = (float) call.heads().scale();
        pack(call.q(), qAt, first, n, scale, s, queries);
        pack(dOut, dOutAt, first, n, 1, s, dOuts);
        loadLogSumExp(s, first, n);
        outDots(s, first, n);
        LockstepProducts.scores(s, first, n, dHead, queries, keys, weights, scoresOfPair);
        LockstepProducts.scores(s, first, n, dHead, dOuts, values, gradients, scoresOfPair);
        for (int i = 0; i < n; i += 2) {
            LockstepSoftmax.gradients(
                    s,
                    weights + i / 2 * scoresOfPair,
                    gradients + i / 2 * scoresOfPair,
                    first + i + 2,
                    logSumExp + i * LENGTH,
                    outDots + i * LENGTH);
        }
        LockstepProducts.outer(s, first, n, dHead, weights, scoresOfPair, dOuts, dValues);
        // Where the gradients of the outputs were.
        LockstepProducts.mix(s, first, n, 0, rows + 1, dHead, gradients, scoresOfPair, keys, dOuts);
        unpack(s, dOuts, first, n, scale, dq, dqAt);
        LockstepProducts.outer(s, first, n, dHead, gradients, scoresOfPair, queries, dKeys);
    }

    private void pack(Matrix<float[]> m, int[] at, int first, int n, float factor, float[] s, int to) {
        LockstepPacking.pack(m.array(), at, m.ld(), first, n, dHead, factor, s, to);
    }

    private void unpack(float[] s, int from, int first, int n, float factor, Matrix<float[]> m, int[] at) {
        Arrays.fill(s, factors, factors + LENGTH, factor);
        LockstepPacking.unpack(s, from, first, n, dHead, factors, 0, m.array(), at, m.ld());
    }

    private void loadLogSumExp(float[] s, int first, int n) {
        float[] from = call.logSumExp().array();
        for (int lane = 0; lane < LENGTH; lane++) {
            for (int i = 0; i < n; i++) {
                s[logSumExp + i * LENGTH + lane] = from[logSumExpAt[lane] + first + i];
            }
        }
        Arrays.fill(s, logSumExp + n * LENGTH, outDots, 0);
    }

    /** dOut·out of each query. */
    private void outDots(float[] s, int first, int n) {
        for (int i = 0; i < n; i++) {
            int ofOut = (first + i) * call.out().ld();
            int ofDOut = (first + i) * dOut.ld();
            for (int lane = 0; lane < LENGTH; lane++) {
                Softmax.dotLanes(
                        dOut.array(),
                        dOutAt[lane] + ofDOut,
                        call.out().array(),
                        outAt[lane] + ofOut,
                        dHead,
                        s,
                        ROW_DOTS + lane * LENGTH);
            }
            LaneTotals.sums(s, ROW_DOTS, outDots + i * LENGTH);
        }
        Arrays.fill(s, outDots + n * LENGTH, queries, 0);
    }
}
