package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.AttentionTiles.ROWS;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.QueryBlock.KEYS;
import static org.icl4j.kernels.vector.QueryBlock.QUERIES;

import java.util.Arrays;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Matrix;

/**
 * Gradient of {@link HeadForward} for the heads that share a head of keys, a block of queries at a time; dk and dv grow in
 * ascending order of heads and queries, dq in ascending key order.
 *
 * @param heads scale, cap and window
 * @param bias [1 or group, nQueries, nKeys]
 * @param q [nQueries, group·dHead], as out, logSumExp [group, nQueries] and dOut an input
 * @param k [nKeys, dHead], as v an input
 * @param dq as q, overwritten
 * @param dk as k, as dv overwritten
 */
record GroupBackward(
        AttentionHeads heads,
        Optional<Matrix<float[]>> bias,
        Matrix<float[]> q,
        Matrix<float[]> k,
        Matrix<float[]> v,
        Matrix<float[]> out,
        Matrix<float[]> logSumExp,
        Matrix<float[]> dOut,
        Matrix<float[]> dq,
        Matrix<float[]> dk,
        Matrix<float[]> dv) {

    private static final int OUT_DOT = 0;
    private static final int ZEROS = QUERIES;
    private static final int FIXED = ZEROS + WIDTH;

    /**
     * Where the parts of the working array begin.
     *
     * @param queries scaled q [QUERIES, padded], as dOuts
     * @param queryRows q by panels of columns [QUERIES, WIDTH], as dOutRows
     * @param dQueries [QUERIES, wide]
     * @param weights [QUERIES, KEYS], as gradients and tanhs
     * @param keys first block of keys: columns of keys, columns of values, rows of keys, and the gradients of both [KEYS, wide]
     * @param values from a block's beginning to that part of it, as keyRows, dKeys and dValues
     * @param block length of a block
     * @param padded dHead in whole vectors, wide in whole tiles
     */
    private record Layout(
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
            int dOuts = queries + QUERIES * padded;
            int queryRows = dOuts + QUERIES * padded;
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
                    queries, dOuts, queryRows, dOutRows, dQueries, weights, gradients, tanhs, keys, values, keyRows,
                    dKeys, dValues, block, length, padded, wide);
        }
    }

    /** Whether there is one block of queries: then each block of keys is used once, and all have one place. */
    private boolean isThin() {
        return q.rows() <= QUERIES && heads.groupSize() == 1;
    }

    private Layout layout() {
        return Layout.of(k.cols(), isThin() ? 1 : Math.ceilDiv(k.rows(), KEYS));
    }

    int scratchLength() {
        return layout().length;
    }

    void run(float[] scratch) {
        Layout at = layout();
        Arrays.fill(scratch, ZEROS, ZEROS + WIDTH, 0);
        if (isThin()) {
            int seen = q.rows() == 0 ? k.rows() : member(0).queries(0).firstKey();
            fillZeros(dk, seen);
            fillZeros(dv, seen);
        } else {
            for (int j = 0; j < k.rows(); j += KEYS) {
                pack(j, scratch, at, at.keys + j / KEYS * at.block);
            }
        }
        for (int h = 0; h < heads.groupSize(); h++) {
            Member member = member(h);
            for (int i = 0; i < q.rows(); i += QUERIES) {
                block(member, member.queries(i), scratch, at);
            }
        }
        if (!isThin()) {
            for (int j = 0; j < k.rows(); j += KEYS) {
                store(j, scratch, at, at.keys + j / KEYS * at.block);
            }
        }
    }

    private static void fillZeros(Matrix<float[]> m, int rows) {
        for (int j = 0; j < rows; j++) {
            int row = m.index(0, j, 0);
            Arrays.fill(m.array(), row, row + m.cols(), 0);
        }
    }

    private void pack(int j, float[] scratch, Layout at, int to) {
        int n = Math.min(KEYS, k.rows() - j);
        HeadPacking.columns(k, j, n, scratch, to);
        HeadPacking.columns(v, j, n, scratch, to + at.values);
        HeadPacking.rows(k, j, n, scratch, to + at.keyRows, KEYS);
        Arrays.fill(scratch, to + at.dKeys, to + at.block, 0);
    }

    private void store(int j, float[] scratch, Layout at, int from) {
        int n = Math.min(KEYS, k.rows() - j);
        HeadPacking.copyRows(scratch, from + at.dKeys, at.wide, (float) heads.scale(), dk, j, n);
        HeadPacking.copyRows(scratch, from + at.dValues, at.wide, 1, dv, j, n);
    }

    /** The operands of one head of the group; offset is what the first query's position is in the keys. */
    private record Member(
            AttentionHeads heads,
            Optional<Matrix<float[]>> bias,
            Matrix<float[]> q,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp,
            Matrix<float[]> dOut,
            Matrix<float[]> dq,
            int offset) {
        QueryBlock queries(int i) {
            return new QueryBlock(heads, bias, i, Math.min(QUERIES, q.rows() - i), offset + i);
        }
    }

    private Member member(int h) {
        int from = h * k.cols();
        int to = from + k.cols();
        return new Member(
                heads,
                bias.map(given -> given.at(given.count() == 1 ? 0 : h)),
                q.columns(from, to),
                out.columns(from, to),
                logSumExp.rows(h, h + 1),
                dOut.columns(from, to),
                dq.columns(from, to),
                k.rows() - q.rows());
    }

    private void block(Member member, QueryBlock queries, float[] scratch, Layout at) {
        int i = queries.first();
        int n = queries.n();
        float scale = (float) heads.scale();
        HeadPacking.scaledRows(member.q, i, n, scale, scratch, at.queries);
        HeadPacking.scaledRows(member.dOut, i, n, 1, scratch, at.dOuts);
        HeadPacking.rows(member.q, i, n, scratch, at.queryRows, QUERIES);
        HeadPacking.rows(member.dOut, i, n, scratch, at.dOutRows, QUERIES);
        outDots(member, i, n, scratch, at.weights);
        for (int j = queries.firstKey(); j < queries.seen(); j += KEYS) {
            if (isThin()) {
                pack(j, scratch, at, at.keys);
                keys(member, queries, j, scratch, at, at.keys);
                store(j, scratch, at, at.keys);
            } else {
                keys(member, queries, j, scratch, at, at.keys + j / KEYS * at.block);
            }
        }
        HeadPacking.copyRows(scratch, at.dQueries, at.wide, scale, member.dq, i, n);
    }

    /** dOut·out of n queries from i on; {@code free} is where nothing stands yet. */
    private static void outDots(Member member, int i, int n, float[] s, int free) {
        Matrix<float[]> dOut = member.dOut;
        Matrix<float[]> out = member.out;
        for (int row = 0; row < n; row++) {
            int at = free + row * LENGTH;
            Softmax.dotLanes(
                    dOut.array(), dOut.index(0, i + row, 0), out.array(), out.index(0, i + row, 0), out.cols(), s, at);
        }
        for (int row = 0; row < n; row += LENGTH) {
            LaneTotals.sums(s, free + row * LENGTH, OUT_DOT + row);
        }
    }

    private static void keys(Member member, QueryBlock queries, int j, float[] s, Layout at, int keys) {
        int panel = at.padded * WIDTH;
        int depth = member.q.cols();
        queries.products(j, depth, s, at.queries, at.padded, keys, panel, ZEROS, at.weights);
        queries.products(j, depth, s, at.dOuts, at.padded, keys + at.values, panel, ZEROS, at.gradients);
        queries.finishScores(j, s, at.weights, at.tanhs);
        for (int row = 0; row < queries.n(); row++) {
            int tile = row / ROWS * ROWS;
            int begin = row * KEYS + queries.from(tile, j);
            int end = row * KEYS + queries.to(tile, j);
            float logSumExp = member.logSumExp.array()[member.logSumExp.index(0, 0, queries.first() + row)];
            scoreGradients(s, at.weights, at.gradients, begin, end, logSumExp, s[OUT_DOT + row]);
            if (member.heads.isCapped()) {
                multiplyByCapSlope(s, at.tanhs, at.gradients, begin, end);
            }
        }
        addDQueries(queries, j, s, at, keys + at.keyRows);
        addOuter(queries, j, s, at, at.gradients, at.queryRows, keys + at.dKeys);
        addOuter(queries, j, s, at, at.weights, at.dOutRows, keys + at.dValues);
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
                        KEYS,
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
            for (int key = 0; key < KEYS; key += ROWS) {
                int row = queries.firstRow(j + key);
                int n = queries.endRow(j + key + ROWS - 1) - row;
                if (n > 0) {
                    OuterTiles.add(
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
