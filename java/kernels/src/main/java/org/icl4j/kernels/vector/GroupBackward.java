package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.AttentionTiles.ROWS;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.HeadBlock.KEYS;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

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

    /**
     * Where the parts of the working array begin.
     *
     * @param statistics logSumExp and dOut·out of the block's queries
     * @param queries q transposed [dHead, WIDTH], as dOuts and dQueries
     * @param queryRows q by rows [WIDTH, padded], as dOutRows
     * @param weights [KEYS, WIDTH], as gradients and tanhs
     * @param dKeys [keys, padded], as dValues
     * @param panels k packed by columns
     * @param padded dHead rounded up to whole tiles' columns
     */
    private record Layout(
            int statistics,
            int queries,
            int dOuts,
            int dQueries,
            int queryRows,
            int dOutRows,
            int weights,
            int gradients,
            int tanhs,
            int dKeys,
            int dValues,
            int panels,
            int length,
            int padded) {
        static Layout of(int dHead, int nKeys) {
            int padded = Math.ceilDiv(dHead, WIDTH) * WIDTH;
            int transposed = Math.multiplyExact(HeadBlock.panels(dHead), WIDTH);
            int rows = Math.multiplyExact(WIDTH, padded);
            int queries = 2 * WIDTH;
            int dOuts = queries + transposed;
            int dQueries = dOuts + transposed;
            int queryRows = dQueries + transposed;
            int dOutRows = queryRows + rows;
            int weights = dOutRows + rows;
            int gradients = weights + KEYS * WIDTH;
            int tanhs = gradients + KEYS * WIDTH;
            int dKeys = tanhs + KEYS * WIDTH;
            int keyRows = Math.multiplyExact(HeadBlock.tiles(nKeys), padded);
            int dValues = Math.addExact(dKeys, keyRows);
            int panels = Math.addExact(dValues, keyRows);
            int length = Math.addExact(panels, Math.multiplyExact(HeadBlock.panels(dHead), nKeys));
            return new Layout(
                    0, queries, dOuts, dQueries, queryRows, dOutRows, weights, gradients, tanhs, dKeys, dValues, panels,
                    length, padded);
        }
    }

    int scratchLength() {
        return Layout.of(k.cols(), k.rows()).length;
    }

    void run(float[] scratch) {
        Layout at = Layout.of(k.cols(), k.rows());
        HeadBlock.packColumns(k, scratch, at.panels);
        Arrays.fill(scratch, at.dKeys, at.panels, 0);
        for (int h = 0; h < heads.groupSize(); h++) {
            Member member = member(h);
            for (int i = 0; i < q.rows(); i += WIDTH) {
                block(member, i, Math.min(WIDTH, q.rows() - i), scratch, at);
            }
        }
        HeadBlock.copyRows(scratch, at.dKeys, at.padded, (float) heads.scale(), dk, 0, dk.rows());
        HeadBlock.copyRows(scratch, at.dValues, at.padded, 1, dv, 0, dv.rows());
    }

    /** The operands of one head of the group. */
    private record Member(
            Optional<Matrix<float[]>> bias,
            Matrix<float[]> q,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp,
            Matrix<float[]> dOut,
            Matrix<float[]> dq) {}

    private Member member(int h) {
        int from = h * k.cols();
        int to = from + k.cols();
        return new Member(
                bias.map(given -> given.at(given.count() == 1 ? 0 : h)),
                q.columns(from, to),
                out.columns(from, to),
                logSumExp.rows(h, h + 1),
                dOut.columns(from, to),
                dq.columns(from, to));
    }

    private void block(Member member, int i, int n, float[] scratch, Layout at) {
        int lastOfFirst = k.rows() - q.rows() + i;
        int seen = lastOfFirst + n;
        float scale = (float) heads.scale();
        HeadBlock.transpose(member.q, i, n, scale, scratch, at.queries);
        HeadBlock.transpose(member.dOut, i, n, 1, scratch, at.dOuts);
        packRows(member.q, i, n, scratch, at.queryRows, at.padded);
        packRows(member.dOut, i, n, scratch, at.dOutRows, at.padded);
        statistics(member, i, n, scratch, at.statistics);
        Arrays.fill(scratch, at.dQueries, at.queryRows, 0);
        for (int j = HeadBlock.firstKey(heads, lastOfFirst); j < seen; j += KEYS) {
            int keys = Math.min(KEYS, seen - j);
            Arrays.fill(scratch, at.weights, at.tanhs, 0);
            HeadBlock.addProducts(k, j, keys, scratch, at.queries, scratch, at.weights);
            HeadBlock.finishScores(
                    heads, member.bias, i, n, lastOfFirst, j, keys, scratch, at.weights, at.gradients, at.tanhs);
            Arrays.fill(scratch, at.gradients, at.tanhs, 0);
            HeadBlock.addProducts(v, j, keys, scratch, at.dOuts, scratch, at.gradients);
            scoreGradients(scratch, at, keys);
            if (heads.isCapped()) {
                multiplyByCapSlope(scratch, at, keys);
            }
            HeadBlock.addMix(
                    scratch, at.panels, k.rows(), k.cols(), j, keys, scratch, at.gradients, scratch, at.dQueries);
            addOuter(scratch, at.gradients, keys, n, at.queryRows, at.padded, at.dKeys + j * at.padded);
            addOuter(scratch, at.weights, keys, n, at.dOutRows, at.padded, at.dValues + j * at.padded);
        }
        HeadBlock.transposeBack(scratch, at.dQueries, at.queries, scale, member.dq, i, n);
    }

    /** logSumExp and dOut·out of the queries; lanes without a query get ∞, so that their weights are 0. */
    private static void statistics(Member member, int i, int n, float[] scratch, int at) {
        Arrays.fill(scratch, at, at + WIDTH, Float.POSITIVE_INFINITY);
        Arrays.fill(scratch, at + WIDTH, at + 2 * WIDTH, 0);
        Matrix<float[]> logSumExp = member.logSumExp;
        System.arraycopy(logSumExp.array(), logSumExp.offset() + i, scratch, at, n);
        Matrix<float[]> dOut = member.dOut;
        Matrix<float[]> out = member.out;
        for (int lane = 0; lane < n; lane++) {
            scratch[at + WIDTH + lane] = Softmax.dot(
                    dOut.array(), dOut.index(0, i + lane, 0), out.array(), out.index(0, i + lane, 0), out.cols());
        }
    }

    /** weights ← exp(weights − logSumExp), gradients ← weights∘(gradients − dOut·out); zeros in the rows that fill the last tile. */
    private static void scoreGradients(float[] s, Layout at, int keys) {
        for (int lane = 0; lane < WIDTH; lane += LENGTH) {
            FloatVector logSumExp = fromArray(SPECIES, s, at.statistics + lane);
            FloatVector outDot = fromArray(SPECIES, s, at.statistics + WIDTH + lane);
            for (int j = 0; j < keys; j++) {
                int row = j * WIDTH + lane;
                FloatVector weight = Softmax.exponential(
                        fromArray(SPECIES, s, at.weights + row).sub(logSumExp));
                weight.intoArray(s, at.weights + row);
                fromArray(SPECIES, s, at.gradients + row)
                        .sub(outDot)
                        .mul(weight)
                        .intoArray(s, at.gradients + row);
            }
        }
        int filled = HeadBlock.tiles(keys) * WIDTH;
        Arrays.fill(s, at.weights + keys * WIDTH, at.weights + filled, 0);
        Arrays.fill(s, at.gradients + keys * WIDTH, at.gradients + filled, 0);
    }

    /** The slope of softCap·tanh(s/softCap). */
    private static void multiplyByCapSlope(float[] s, Layout at, int keys) {
        for (int e = 0; e < keys * WIDTH; e += LENGTH) {
            FloatVector tanh = fromArray(SPECIES, s, at.tanhs + e);
            FloatVector slope = Hyperbolic.tanhSlope(tanh);
            fromArray(SPECIES, s, at.gradients + e).mul(slope).intoArray(s, at.gradients + e);
        }
    }

    /** to[key, :] += Σ over the queries of weights[key, query]·rows[query, :]. */
    private static void addOuter(float[] s, int weights, int keys, int queries, int rows, int padded, int to) {
        for (int d = 0; d < padded; d += WIDTH) {
            for (int j = 0; j < keys; j += ROWS) {
                AttentionTiles.rows(
                        queries,
                        s,
                        weights + j * WIDTH,
                        WIDTH,
                        ROWS - 1,
                        s,
                        rows + d * WIDTH,
                        s,
                        to + j * padded + d,
                        padded);
            }
        }
    }

    /** Rows first … first + n of m by panels of {@link AttentionTiles#WIDTH} columns: to[panel, row, column], filled with zeros. */
    private static void packRows(Matrix<float[]> m, int first, int n, float[] to, int at, int padded) {
        for (int d = 0; d < padded; d += WIDTH) {
            int width = Math.min(WIDTH, m.cols() - d);
            for (int i = 0; i < n; i++) {
                int row = at + d * WIDTH + i * WIDTH;
                System.arraycopy(m.array(), m.index(0, first + i, d), to, row, width);
                Arrays.fill(to, row + width, row + WIDTH, 0);
            }
        }
    }
}
