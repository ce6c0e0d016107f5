package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.AttentionTiles.ROWS;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.QueryBlock.KEYS;
import static org.icl4j.kernels.vector.QueryBlock.QUERIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.icl4j.kernels.Matrix;

/**
 * Gradient of {@link HeadForward} for the heads that share a head of keys, a block of queries at a time; dk and dv grow in
 * ascending order of heads and queries, dq in ascending key order.
 *
 * <p>The object is kept and set anew, so that a group makes no garbage.
 */
final class GroupBackward {
    private static final int OUT_DOT = 0;
    private static final int ZEROS = QUERIES;
    private static final int FIXED = ZEROS + WIDTH;

    /**
     * Where the parts of the working array begin.
     *
     * @param queries scaled q by panels of columns [QUERIES, A_ROW], as dOuts
     * @param queryRows scaled q by panels of columns [QUERIES, WIDTH], as dOutRows
     * @param dQueries [QUERIES, wide]
     * @param weights [QUERIES, KEYS], as gradients and tanhs
     * @param keys first block of keys: columns of keys, columns of values, rows of keys, and the gradients of both [KEYS, wide]
     * @param values from a block's beginning to that part of it, as keyRows, dKeys and dValues
     * @param block length of a block, of which there are {@code blocks}
     * @param padded dHead in whole vectors, wide in whole tiles
     */
    private record Layout(
            int dHead,
            int blocks,
            int queries,
            int dOuts,
            int queryRows,
            int dOutRows,
            int dQueries,
            int weights,
            int gradients,
            int tanhs,
            int keys,
            int values,
            int keyRows,
            int dKeys,
            int dValues,
            int block,
            int length,
            int padded,
            int wide) {
        static Layout of(int dHead, int blocks) {
            int padded = Lanes.padded(dHead);
            int wide = AttentionTiles.wide(dHead);
            int queries = FIXED;
            int dOuts = queries + QUERIES * AttentionTiles.rowsOfA(dHead);
            int queryRows = dOuts + QUERIES * AttentionTiles.rowsOfA(dHead);
            int dOutRows = queryRows + QUERIES * wide;
            int dQueries = dOutRows + QUERIES * wide;
            int weights = dQueries + QUERIES * wide;
            int gradients = weights + QUERIES * KEYS;
            int tanhs = gradients + QUERIES * KEYS;
            int keys = tanhs + QUERIES * KEYS;
            int values = KEYS * padded;
            int keyRows = values + KEYS * padded;
            int dKeys = keyRows + KEYS * wide;
            int dValues = dKeys + KEYS * wide;
            int block = dValues + KEYS * wide;
            int length = Math.addExact(keys, Math.multiplyExact(blocks, block));
            return new Layout(
                    dHead, blocks, queries, dOuts, queryRows, dOutRows, dQueries, weights, gradients, tanhs, keys,
                    values, keyRows, dKeys, dValues, block, length, padded, wide);
        }
    }

    private AttentionCall call;
    private Matrix<float[]> allDOut;
    private Matrix<float[]> allDq;
    private Matrix<float[]> allDk;
    private Matrix<float[]> allDv;
    private int entry;
    private int keyHead;
    private float scale;

    private final HeadColumns k = new HeadColumns();
    private final HeadColumns v = new HeadColumns();
    private final HeadColumns dk = new HeadColumns();
    private final HeadColumns dv = new HeadColumns();
    private Layout at = Layout.of(1, 1);

    /** Those of the head of the group that is at work. */
    private final HeadColumns q = new HeadColumns();

    private final HeadColumns out = new HeadColumns();
    private final HeadColumns dOut = new HeadColumns();
    private final HeadColumns dq = new HeadColumns();
    private final QueryBlock queries = new QueryBlock();
    private int logSumExpAt;

    /**
     * The call whose heads of keys are {@linkplain #head set} from now on.
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
        allDOut = newDOut;
        allDq = newDq;
        allDk = newDk;
        allDv = newDv;
        scale = (float) newCall.heads().scale();
    }

    /** Head {@code h} of keys of entry {@code b} of the batch. */
    void head(int b, int h) {
        entry = b;
        keyHead = h;
        int dHead = call.dHead();
        k.of(call.k(), b, h * dHead, dHead);
        v.of(call.v(), b, h * dHead, dHead);
        dk.of(allDk, b, h * dHead, dHead);
        dv.of(allDv, b, h * dHead, dHead);
        int blocks = isThin() ? 1 : Math.ceilDiv(k.rows(), KEYS);
        if (at.dHead != dHead || at.blocks != blocks) {
            at = Layout.of(dHead, blocks);
        }
    }

    /** Lets go of the operands. */
    void clear() {
        call = null;
        allDOut = null;
        allDq = null;
        allDk = null;
        allDv = null;
        k.clear();
        v.clear();
        dk.clear();
        dv.clear();
        q.clear();
        out.clear();
        dOut.clear();
        dq.clear();
        queries.clear();
    }

    /** Whether there is one block of queries: then each block of keys is used once, and all have one place. */
    private boolean isThin() {
        return call.q().rows() <= QUERIES && call.heads().groupSize() == 1;
    }

    int scratchLength() {
        return at.length;
    }

    void run(float[] scratch) {
        Arrays.fill(scratch, ZEROS, ZEROS + WIDTH, 0);
        if (isThin()) {
            fillUnseen();
        } else {
            for (int j = 0; j < k.rows(); j += KEYS) {
                pack(j, scratch, at.keys + j / KEYS * at.block);
            }
        }
        for (int h = 0; h < call.heads().groupSize(); h++) {
            member(h);
            for (int i = 0; i < q.rows(); i += QUERIES) {
                queries.at(i, q.rows(), k.rows());
                block(scratch);
            }
        }
        if (!isThin()) {
            for (int j = 0; j < k.rows(); j += KEYS) {
                store(j, scratch, at.keys + j / KEYS * at.block);
            }
        }
    }

    /** The gradients of the blocks of keys that no query sees. */
    private void fillUnseen() {
        int seen = k.rows();
        if (call.q().rows() > 0) {
            member(0);
            queries.at(0, q.rows(), k.rows());
            seen = queries.firstKey();
        }
        fillZeros(dk, seen);
        fillZeros(dv, seen);
    }

    private void member(int h) {
        int head = keyHead * call.heads().groupSize() + h;
        int from = head * k.cols();
        q.of(call.q(), entry, from, k.cols());
        out.of(call.out(), entry, from, k.cols());
        dOut.of(allDOut, entry, from, k.cols());
        dq.of(allDq, entry, from, k.cols());
        logSumExpAt = call.logSumExp().index(entry, head, 0);
        queries.of(call.heads(), call.bias(), call.biasOf(head));
    }

    private static void fillZeros(HeadColumns m, int rows) {
        for (int j = 0; j < rows; j++) {
            Arrays.fill(m.array(), m.row(j), m.row(j) + m.cols(), 0);
        }
    }

    private void pack(int j, float[] scratch, int to) {
        int n = Math.min(KEYS, k.rows() - j);
        HeadPacking.columns(k, j, n, scratch, to);
        HeadPacking.columns(v, j, n, scratch, to + at.values);
        HeadPacking.rows(k, j, n, 1, scratch, to + at.keyRows, KEYS);
        Arrays.fill(scratch, to + at.dKeys, to + at.block, 0);
    }

    private void store(int j, float[] scratch, int from) {
        int n = Math.min(KEYS, k.rows() - j);
        HeadPacking.copyRows(scratch, from + at.dKeys, at.wide, 1, dk, j, n);
        HeadPacking.copyRows(scratch, from + at.dValues, at.wide, 1, dv, j, n);
    }

    private void block(float[] scratch) {
        int i = queries.first();
        int n = queries.n();
        HeadPacking.scaledRows(q, i, n, scale, scratch, at.queries);
        HeadPacking.scaledRows(dOut, i, n, 1, scratch, at.dOuts);
        HeadPacking.rows(q, i, n, scale, scratch, at.queryRows, QUERIES);
        HeadPacking.rows(dOut, i, n, 1, scratch, at.dOutRows, QUERIES);
        outDots(i, n, scratch, at.weights);
        for (int j = queries.firstKey(); j < queries.seen(); j += KEYS) {
            if (isThin()) {
                pack(j, scratch, at.keys);
                keys(j, scratch, at.keys);
                store(j, scratch, at.keys);
            } else {
                keys(j, scratch, at.keys + j / KEYS * at.block);
            }
        }
        HeadPacking.copyRows(scratch, at.dQueries, at.wide, scale, dq, i, n);
    }

    /** dOut·out of n queries from i on; {@code free} is where nothing stands yet. */
    private void outDots(int i, int n, float[] s, int free) {
        for (int row = 0; row < n; row++) {
            int to = free + row * LENGTH;
            Softmax.dotLanes(dOut.array(), dOut.row(i + row), out.array(), out.row(i + row), out.cols(), s, to);
        }
        for (int row = 0; row < n; row += LENGTH) {
            LaneTotals.sums(s, free + row * LENGTH, OUT_DOT + row);
        }
    }

    private void keys(int j, float[] s, int keys) {
        int panel = at.padded * WIDTH;
        int depth = q.cols();
        queries.products(j, depth, s, at.queries, keys, panel, ZEROS, at.weights);
        queries.products(j, depth, s, at.dOuts, keys + at.values, panel, ZEROS, at.gradients);
        queries.finishScores(j, s, at.weights, at.tanhs);
        for (int tile = 0; tile < queries.n(); tile += ROWS) {
            scoreGradients(tile, tile + queries.rows(tile), queries.from(tile, j), queries.to(tile, j), s);
        }
        addDQueries(queries, j, s, at, keys + at.keyRows);
        addOuter(queries, j, s, at, at.gradients, at.queryRows, keys + at.dKeys);
        addOuter(queries, j, s, at, at.weights, at.dOutRows, keys + at.dValues);
    }

    private void scoreGradients(int firstRow, int endRow, int from, int to, float[] s) {
        for (int row = firstRow; row < endRow; row++) {
            int begin = row * KEYS + from;
            int end = row * KEYS + to;
            float logSumExp = call.logSumExp().array()[logSumExpAt + queries.first() + row];
            scoreGradients(s, at.weights, at.gradients, begin, end, logSumExp, s[OUT_DOT + row]);
            if (call.heads().isCapped()) {
                multiplyByCapSlope(s, at.tanhs, at.gradients, begin, end);
            }
        }
    }

    /** weights ← exp(weights − logSumExp), gradients ← weights∘(gradients − dOut·out). */
    private static void scoreGradients(
            float[] s, int weights, int gradients, int begin, int end, float logSumExp, float outDot) {
        for (int i = begin; i < end; i += LENGTH) {
            FloatVector weight =
                    Softmax.exponential(fromArray(SPECIES, s, weights + i).sub(logSumExp));
            weight.intoArray(s, weights + i);
            fromArray(SPECIES, s, gradients + i).sub(outDot).mul(weight).intoArray(s, gradients + i);
        }
    }

    /** The slope of softCap·tanh(s/softCap). */
    private static void multiplyByCapSlope(float[] s, int tanhs, int gradients, int begin, int end) {
        for (int i = begin; i < end; i += LENGTH) {
            FloatVector slope = Hyperbolic.tanhSlope(fromArray(SPECIES, s, tanhs + i));
            fromArray(SPECIES, s, gradients + i).mul(slope).intoArray(s, gradients + i);
        }
    }

    /** dQueries += gradients·keys. */
    private static void addDQueries(QueryBlock queries, int j, float[] s, Layout at, int keyRows) {
        for (int row = 0; row < queries.n(); row += ROWS) {
            int begin = queries.begin(row, j);
            int n = queries.tileEnd(row, j) - begin;
            boolean first = j == queries.firstKey(row);
            int tile = at.dQueries + row * at.wide;
            for (int d = 0; n > 0 && d < at.padded; d += WIDTH) {
                AttentionTiles.rows(
                        queries.rows(row),
                        at.padded - d,
                        s,
                        n,
                        at.gradients + row * KEYS + begin,
                        keyRows + d * KEYS + begin * WIDTH,
                        first ? ZEROS : tile + d,
                        first ? 0 : at.wide,
                        tile + d,
                        at.wide);
            }
        }
    }

    /** to[key, :] += Σ over the queries that see it of weights[query, key]·rows[query, :]. */
    private static void addOuter(QueryBlock queries, int j, float[] s, Layout at, int weights, int rows, int to) {
        for (int d = 0; d < at.padded; d += WIDTH) {
            for (int key = 0; key < KEYS; key += OuterTiles.rows(key)) {
                int row = queries.firstRow(j + key);
                int n = queries.endRow(j + key + OuterTiles.rows(key) - 1) - row;
                if (n > 0) {
                    OuterTiles.add(
                            OuterTiles.rows(key),
                            at.padded - d,
                            s,
                            n,
                            weights + row * KEYS + key,
                            rows + d * QUERIES + row * WIDTH,
                            to + key * at.wide + d,
                            at.wide);
                }
            }
        }
    }
}
