package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.AttentionTiles.ROWS;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.QueryBlock.KEYS;
import static org.icl4j.kernels.vector.QueryBlock.QUERIES;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.VectorMask;

/**
 * Causal attention of one head, a block of queries at a time against blocks of keys in ascending order, with a running maximum
 * (Milakov and Gimelshein 2018; Dao et al. 2022, Algorithm 1).
 *
 * <p>A query's result depends on it only: keys that it does not see have weight 0, and adding 0 changes nothing.
 *
 * <p>The object is kept and set anew, so that a head makes no garbage.
 */
final class HeadForward {
    private static final int ZEROS = RunningSoftmax.STATISTICS;
    private static final int FIXED = ZEROS + WIDTH;

    /**
     * Where the parts of the working array begin.
     *
     * @param queries by panels of columns [QUERIES, A_ROW]
     * @param scores [QUERIES, KEYS]
     * @param mix [ROWS, wide]
     * @param total [QUERIES, wide], as lost
     * @param keys first block of keys: columns of keys, rows of values, and whether the values are finite
     * @param values from a block's beginning to its values
     * @param finite from a block's beginning to that
     * @param block length of a block, of which there are {@code blocks}
     * @param padded dHead in whole vectors, wide in whole tiles
     */
    private record Layout(
            int dHead,
            int blocks,
            int queries,
            int scores,
            int mix,
            int total,
            int lost,
            int keys,
            int values,
            int finite,
            int block,
            int length,
            int padded,
            int wide) {
        static Layout of(int dHead, int blocks) {
            int padded = Lanes.padded(dHead);
            int wide = AttentionTiles.wide(dHead);
            int queries = FIXED;
            int scores = queries + QUERIES * AttentionTiles.rowsOfA(dHead);
            int mix = scores + QUERIES * KEYS;
            int total = mix + ROWS * wide;
            int lost = total + QUERIES * wide;
            int keys = lost + QUERIES * wide;
            int values = KEYS * padded;
            int finite = values + KEYS * wide;
            int block = finite + LENGTH;
            int length = Math.addExact(keys, Math.multiplyExact(blocks, block));
            return new Layout(
                    dHead, blocks, queries, scores, mix, total, lost, keys, values, finite, block, length, padded,
                    wide);
        }
    }

    private final HeadColumns q = new HeadColumns();
    private final HeadColumns k = new HeadColumns();
    private final HeadColumns v = new HeadColumns();
    private final HeadColumns out = new HeadColumns();
    private final QueryBlock queries = new QueryBlock();
    private AttentionCall call;
    private float scale;
    private int logSumExpAt;
    private Layout at = Layout.of(1, 1);

    /** The call whose heads are {@linkplain #head set} from now on. */
    void of(AttentionCall newCall) {
        call = newCall;
        scale = (float) newCall.heads().scale();
    }

    /** Head {@code h} of entry {@code b} of the batch. */
    void head(int b, int h) {
        int dHead = call.dHead();
        int keyHead = h / call.heads().groupSize();
        q.of(call.q(), b, h * dHead, dHead);
        k.of(call.k(), b, keyHead * dHead, dHead);
        v.of(call.v(), b, keyHead * dHead, dHead);
        out.of(call.out(), b, h * dHead, dHead);
        logSumExpAt = call.logSumExp().index(b, h, 0);
        queries.of(call.heads(), call.bias(), call.biasOf(h));
        int blocks = isThin() ? 1 : Math.ceilDiv(k.rows(), KEYS);
        if (at.dHead != dHead || at.blocks != blocks) {
            at = Layout.of(dHead, blocks);
        }
    }

    /** Lets go of the operands. */
    void clear() {
        call = null;
        q.clear();
        k.clear();
        v.clear();
        out.clear();
        queries.clear();
    }

    /** Whether there is one block of queries: then each block of keys is used once, and all have one place. */
    private boolean isThin() {
        return q.rows() <= QUERIES;
    }

    int scratchLength() {
        return at.length;
    }

    void run(float[] scratch) {
        if (!isThin()) {
            for (int j = 0; j < k.rows(); j += KEYS) {
                pack(j, scratch, at.keys + j / KEYS * at.block);
            }
        }
        for (int i = 0; i < q.rows(); i += QUERIES) {
            begin(i, scratch);
            for (int j = queries.firstKey(); j < queries.seen(); j += KEYS) {
                keys(j, scratch);
            }
            finish(scratch);
        }
    }

    /**
     * Heads of one batch entry with a block of queries each, a block of keys of all of them at a time: rows of keys of several heads
     * are neighbours in memory, and the rows of one head alone are read from many pages.
     */
    static void runTogether(List<HeadForward> heads, Scratch scratch) {
        List<float[]> arrays =
                heads.stream().map(head -> scratch.take(head.scratchLength())).toList();
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).begin(0, arrays.get(h));
        }
        QueryBlock queries = heads.getFirst().queries;
        for (int j = queries.firstKey(); j < queries.seen(); j += KEYS) {
            for (int h = 0; h < heads.size(); h++) {
                heads.get(h).keys(j, arrays.get(h));
            }
        }
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).finish(arrays.get(h));
        }
        arrays.forEach(scratch::giveBack);
    }

    private void pack(int j, float[] scratch, int to) {
        int n = Math.min(KEYS, k.rows() - j);
        HeadPacking.columns(k, j, n, scratch, to);
        scratch[to + at.finite] = HeadPacking.rows(v, j, n, 1, scratch, to + at.values, KEYS);
    }

    private void begin(int i, float[] scratch) {
        queries.at(i, q.rows(), k.rows());
        HeadPacking.scaledRows(q, i, queries.n(), scale, scratch, at.queries);
        RunningSoftmax.begin(scratch);
        Arrays.fill(scratch, ZEROS, ZEROS + WIDTH, 0);
        Arrays.fill(scratch, at.lost, at.lost + queries.n() * at.wide, 0);
    }

    private void keys(int j, float[] scratch) {
        int keys = at.keys;
        if (isThin()) {
            pack(j, scratch, keys);
        } else {
            keys += j / KEYS * at.block;
        }
        queries.products(j, q.cols(), scratch, at.queries, keys, at.padded * WIDTH, ZEROS, at.scores);
        queries.finishScores(j, scratch, at.scores, at.scores);
        RunningSoftmax.weigh(queries, j, scratch, at.scores);
        mix(queries, j, scratch, at, keys);
    }

    /** total ← factor·total + weights·values of the block for each tile that sees some of it. */
    private static void mix(QueryBlock queries, int j, float[] s, Layout at, int keys) {
        // A value that is no number times a weight of 0 would reach the queries that do not see it: then one at a time.
        int step = s[keys + at.finite] == 0 ? ROWS : 1;
        for (int row = 0; row < queries.n(); row += step) {
            int rows = Math.min(step, queries.n() - row);
            int begin = queries.begin(row, j);
            int end = queries.end(row + rows - 1, j);
            if (begin < end) {
                boolean first = j == queries.firstKey(row);
                mixTile(rows, begin, end, s, at, keys + at.values, row, first ? at.total + row * at.wide : at.mix);
                if (!first) {
                    for (int r = 0; r < rows; r++) {
                        int to = (row + r) * at.wide;
                        RunningSoftmax.addToTotal(
                                s, at.total + to, at.lost + to, row + r, at.mix + r * at.wide, at.padded);
                    }
                }
            }
        }
    }

    private static void mixTile(int rows, int begin, int end, float[] s, Layout at, int values, int row, int to) {
        for (int d = 0; d < at.padded; d += WIDTH) {
            AttentionTiles.rows(
                    rows,
                    at.padded - d,
                    s,
                    end - begin,
                    at.scores + row * KEYS + begin,
                    values + d * KEYS + begin * WIDTH,
                    ZEROS,
                    0,
                    to + d,
                    at.wide);
        }
    }

    private void finish(float[] scratch) {
        RunningSoftmax.end(scratch, call.logSumExp().array(), logSumExpAt + queries.first(), queries.n());
        int whole = out.cols() / WIDTH * WIDTH;
        int to = out.row(queries.first());
        for (int d = 0; d < whole; d += WIDTH) {
            panel(scratch, at.total + d, at.lost + d, at.wide, queries.n(), out.array(), to + d, out.ld());
        }
        for (int d = whole; d < out.cols(); d += LENGTH) {
            column(
                    scratch,
                    at.total + d,
                    at.lost + d,
                    at.wide,
                    queries.n(),
                    out.cols() - d,
                    out.array(),
                    to + d,
                    out.ld());
        }
    }

    /** to ← (total + lost)/sum, for the columns of a tile. */
    private static void panel(float[] s, int total, int lost, int ld, int rows, float[] to, int toAt, int ldTo) {
        for (int row = 0; row < rows; row++) {
            for (int d = 0; d < WIDTH; d += LENGTH) {
                int from = row * ld + d;
                fromArray(SPECIES, s, total + from)
                        .add(fromArray(SPECIES, s, lost + from))
                        .mul(s[RunningSoftmax.FACTOR + row])
                        .intoArray(to, toAt + row * ldTo + d);
            }
        }
    }

    private static void column(
            float[] s, int total, int lost, int ld, int rows, int cols, float[] to, int toAt, int ldTo) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(LENGTH, cols));
        for (int row = 0; row < rows; row++) {
            fromArray(SPECIES, s, total + row * ld)
                    .add(fromArray(SPECIES, s, lost + row * ld))
                    .mul(s[RunningSoftmax.FACTOR + row])
                    .intoArray(to, toAt + row * ldTo, mask);
        }
    }
}
