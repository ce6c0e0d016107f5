package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.AttentionTiles.A_ROW;
import static org.icl4j.kernels.vector.AttentionTiles.ROWS;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Matrix;

/**
 * What the forward and the backward pass of attention share: a block of queries of one head against blocks of keys. A row is a
 * query and a lane a key; queries are taken {@link AttentionTiles#ROWS} at a time, a tile, and what none of a tile sees is not
 * computed. A query's scores have the same bits in every block and tile.
 *
 * <p>The object is kept and set anew, so that a block makes no garbage.
 */
final class QueryBlock {
    /** Keys of a block. Part of the result's identity: changing it changes bits. */
    static final int KEYS = 64;

    /** Queries of a block: whole tiles, and whole vectors. */
    static final int QUERIES = ROWS == 8 ? 32 : 48;

    private static final float[] NUMBERS = numbers();

    private static float[] numbers() {
        float[] numbers = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            numbers[i] = i;
        }
        return numbers;
    }

    private AttentionHeads heads;
    private Optional<Matrix<float[]>> bias = Optional.empty();
    private int biasAt;
    private int first;
    private int n;
    private int last;

    /**
     * A head.
     *
     * @param ofHeads scale, cap and window
     * @param newBias has [nQueries, nKeys] of the head as matrix {@code at}
     */
    void of(AttentionHeads ofHeads, Optional<Matrix<float[]>> newBias, int at) {
        heads = ofHeads;
        bias = newBias;
        biasAt = at;
    }

    /** Lets go of the operands. */
    void clear() {
        of(null, Optional.empty(), 0);
    }

    /**
     * A block of the head's queries.
     *
     * @param from the first
     * @param nQueries of the head
     * @param nKeys which end where the queries do
     */
    void at(int from, int nQueries, int nKeys) {
        first = from;
        n = Math.min(QUERIES, nQueries - from);
        last = nKeys - nQueries + from;
    }

    /** The block's first query. */
    int first() {
        return first;
    }

    /** Its queries, from 1 to {@link #QUERIES}. */
    int n() {
        return n;
    }

    /** The first block of keys that one of the queries sees. */
    int firstKey() {
        return firstKey(0);
    }

    /** The first block of keys that query {@code row} sees. */
    int firstKey(int row) {
        return heads.firstSeen(last + row) / KEYS * KEYS;
    }

    /** Keys that are seen, from 0. */
    int seen() {
        return last + n;
    }

    /** Queries of the tile from {@code row}. */
    int rows(int row) {
        return Math.min(ROWS, n - row);
    }

    /** The first of the keys j … j + KEYS that query {@code row} sees, counted from j. */
    int begin(int row, int j) {
        return Math.clamp((long) heads.firstSeen(last + row) - j, 0, KEYS);
    }

    /** The end of those that it sees. */
    int end(int row, int j) {
        return Math.clamp((long) last + row + 1 - j, 0, KEYS);
    }

    /** The first query that sees {@code key}. */
    int firstRow(int key) {
        return Math.max(0, key - last);
    }

    /** The end of the queries that see {@code key} or an earlier one. */
    int endRow(int key) {
        return (int) Math.min(n, (long) key - last + heads.window());
    }

    /** The end of those that a query of the tile from {@code row} sees. */
    int tileEnd(int row, int j) {
        return end(row + rows(row) - 1, j);
    }

    /** Where the scores begin that are computed for the tile from {@code row}: what it sees, and what {@link OuterTiles} read beside it. */
    int from(int row, int j) {
        int begin = begin(row, j);
        return begin == KEYS ? KEYS : Math.max(0, begin - OuterTiles.MARGIN) / WIDTH * WIDTH;
    }

    /** Where they end: with a whole vector, at {@link #from} or before it if the tile sees nothing of the block. */
    int to(int row, int j) {
        int end = tileEnd(row, j);
        return end == 0 ? 0 : Math.min(KEYS, Lanes.padded(end + OuterTiles.MARGIN));
    }

    /**
     * c[row, key] ← rows of A times a block of columns, for each tile and the keys that it sees.
     *
     * @param depth columns of A
     * @param a by panels of columns [QUERIES, A_ROW], zeros in the rows that fill the last tile
     * @param b panels of WIDTH keys, {@code panel} elements each
     * @param zeros WIDTH zeros
     * @param c [QUERIES, KEYS]
     */
    void products(int j, int depth, float[] s, int a, int b, int panel, int zeros, int c) {
        for (int p = 0; p < KEYS; p += WIDTH) {
            for (int row = 0; row < n; row += ROWS) {
                int width = to(row, j) - p;
                if (width > 0 && from(row, j) <= p) {
                    int panels = b + p / WIDTH * panel;
                    product(rows(row), width, depth, s, a + row * A_ROW, panels, zeros, c + row * KEYS + p);
                }
            }
        }
    }

    /** A tile of C, which begins with zeros where there are no columns at all. */
    private static void product(int rows, int width, int depth, float[] s, int a, int b, int zeros, int c) {
        AttentionTiles.rows(rows, width, s, Math.min(A_ROW, depth), a, b, zeros, 0, c, KEYS);
        for (int k = A_ROW; k < depth; k += A_ROW) {
            int terms = Math.min(A_ROW, depth - k);
            AttentionTiles.rows(rows, width, s, terms, a + k * QUERIES, b + k * WIDTH, c, KEYS, c, KEYS);
        }
    }

    /**
     * What becomes of the products of a block: cap, bias, and −∞ where a query does not see a key.
     *
     * @param scores [QUERIES, KEYS], overwritten
     * @param tanhs as scores, place for tanh(score/cap), written if there is a cap
     */
    void finishScores(int j, float[] s, int scores, int tanhs) {
        for (int tile = 0; tile < n; tile += ROWS) {
            int from = from(tile, j);
            int to = to(tile, j);
            int rows = from < to ? rows(tile) : 0;
            for (int row = tile; row < tile + rows; row++) {
                finishRow(row, j, from, to, s, scores + row * KEYS, tanhs + row * KEYS);
            }
        }
    }

    private void finishRow(int row, int j, int from, int to, float[] s, int at, int tanhs) {
        if (heads.isCapped()) {
            cap((float) heads.softCap(), from, to, s, at, tanhs);
        }
        if (bias.isPresent()) {
            Matrix<float[]> given = bias.get();
            int keys = Math.min(to, given.cols() - j);
            add(from, keys, given.array(), given.index(biasAt, first + row, j), s, at);
        }
        hideFrom(end(row, j), to, s, at);
        hideBefore(begin(row, j), from, s, at);
    }

    private static void cap(float softCap, int from, int to, float[] s, int at, int tanhs) {
        float reciprocal = 1 / softCap;
        for (int c = from; c < to; c += LENGTH) {
            FloatVector tanh = Hyperbolic.tanh(fromArray(SPECIES, s, at + c).mul(reciprocal));
            tanh.intoArray(s, tanhs + c);
            tanh.mul(softCap).intoArray(s, at + c);
        }
    }

    /** s[at + c] += given[row + c] for c from {@code from} to {@code end}. */
    private static void add(int from, int end, float[] given, int row, float[] s, int at) {
        for (int c = from; c < end; c += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(LENGTH, end - c));
            fromArray(SPECIES, s, at + c)
                    .add(fromArray(SPECIES, given, row + c, mask))
                    .intoArray(s, at + c);
        }
    }

    private static void hideFrom(int end, int to, float[] s, int at) {
        for (int c = Lanes.bound(end); c < to; c += LENGTH) {
            FloatVector v = fromArray(SPECIES, s, at + c);
            v.blend(
                            Float.NEGATIVE_INFINITY,
                            fromArray(SPECIES, NUMBERS, 0)
                                    .compare(VectorOperators.GE, broadcast(SPECIES, (float) (end - c))))
                    .intoArray(s, at + c);
        }
    }

    private static void hideBefore(int begin, int from, float[] s, int at) {
        for (int c = from; c < begin; c += LENGTH) {
            FloatVector v = fromArray(SPECIES, s, at + c);
            v.blend(
                            Float.NEGATIVE_INFINITY,
                            fromArray(SPECIES, NUMBERS, 0)
                                    .compare(VectorOperators.LT, broadcast(SPECIES, (float) (begin - c))))
                    .intoArray(s, at + c);
        }
    }
}
