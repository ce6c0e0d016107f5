package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Register tiles of the matrix product: the sums A·B for a few rows of A and one packed panel of B, and their way into C.
 *
 * <p>Every tile computes an element in the same way, whatever its size: from 0, one fused multiply-add a term, in ascending k. So
 * an element's bits do not depend on the tile that computes it. Accumulators are local variables one by one because C2 keeps no
 * array of vectors in registers. A tile stores its sums as they are: with α and β in it, C2 would meet its limit of nodes
 * (NodeCountInliningCutoff) and leave the stores as calls.
 */
final class ProductTiles {
    /**
     * Vectors in a wide panel: as many as 6 rows leave room for in 32 (512-bit) or 16 registers.
     */
    static final int WIDE_VECTORS = LENGTH < 16 ? 2 : 4;

    /** Rows of the tallest tile. */
    static final int ROWS = 6;

    private ProductTiles() {}

    /** Rows that the next tile takes, of those that are left. */
    static int height(int left) {
        return left == ROWS + 2 ? 4 : Math.min(left, ROWS);
    }

    /**
     * {@code rows} rows, as {@link #height} tells, by a panel of {@code vectors} vectors. Where there is no tile of that height the
     * last row is computed twice.
     *
     * @param a row i from aStart + i·aRow on, {@code kc} elements
     * @param b panel [kc, vectors·LENGTH] from bStart on
     * @param c row i from cStart + i·ldc on
     * @param last the columns of the last vector that are written
     */
    static void tile(
            int vectors,
            int rows,
            int kc,
            float[] a,
            int aStart,
            int aRow,
            float[] b,
            int bStart,
            float[] c,
            int cStart,
            int ldc,
            VectorMask<Float> last) {
        switch (vectors) {
            case 4 -> four(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 3 -> three(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 2 -> two(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            default -> one(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
        }
    }

    private static void four(
            int rows,
            int kc,
            float[] a,
            int aStart,
            int aRow,
            float[] b,
            int bStart,
            float[] c,
            int cStart,
            int ldc,
            VectorMask<Float> last) {
        switch (rows) {
            case 6, 5 -> FourVectorTiles.rows6(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 4, 3 -> FourVectorTiles.rows4(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 2 -> FourVectorTiles.rows2(kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            default -> FourVectorTiles.rows1(kc, a, aStart, b, bStart, c, cStart, last);
        }
    }

    private static void three(
            int rows,
            int kc,
            float[] a,
            int aStart,
            int aRow,
            float[] b,
            int bStart,
            float[] c,
            int cStart,
            int ldc,
            VectorMask<Float> last) {
        switch (rows) {
            case 6, 5 -> ThreeVectorTiles.rows6(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 4, 3 -> ThreeVectorTiles.rows4(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 2 -> ThreeVectorTiles.rows2(kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            default -> ThreeVectorTiles.rows1(kc, a, aStart, b, bStart, c, cStart, last);
        }
    }

    private static void two(
            int rows,
            int kc,
            float[] a,
            int aStart,
            int aRow,
            float[] b,
            int bStart,
            float[] c,
            int cStart,
            int ldc,
            VectorMask<Float> last) {
        switch (rows) {
            case 6, 5 -> TwoVectorTiles.rows6(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 4, 3 -> TwoVectorTiles.rows4(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 2 -> TwoVectorTiles.rows2(kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            default -> TwoVectorTiles.rows1(kc, a, aStart, b, bStart, c, cStart, last);
        }
    }

    private static void one(
            int rows,
            int kc,
            float[] a,
            int aStart,
            int aRow,
            float[] b,
            int bStart,
            float[] c,
            int cStart,
            int ldc,
            VectorMask<Float> last) {
        switch (rows) {
            case 6, 5 -> OneVectorTiles.rows6(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 4, 3 -> OneVectorTiles.rows4(rows, kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            case 2 -> OneVectorTiles.rows2(kc, a, aStart, aRow, b, bStart, c, cStart, ldc, last);
            default -> OneVectorTiles.rows1(kc, a, aStart, b, bStart, c, cStart, last);
        }
    }

    /**
     * C ← α·sums + β·C for {@code rows} rows of {@code vectors} vectors, of the last only the columns of {@code last}.
     *
     * @param sums a tile, rows side by side from {@code start} on
     */
    static void put(
            int vectors,
            int rows,
            float[] sums,
            int start,
            float alpha,
            float beta,
            float[] c,
            int cStart,
            int ldc,
            VectorMask<Float> last) {
        for (int i = 0; i < rows; i++) {
            int from = start + i * vectors * LENGTH;
            int to = cStart + i * ldc;
            for (int j = 0; j < vectors - 1; j++) {
                FloatVector scaled = fromArray(SPECIES, sums, from + j * LENGTH).mul(alpha);
                add(c, to + j * LENGTH, beta, scaled);
            }
            int tail = (vectors - 1) * LENGTH;
            addPart(c, to + tail, beta, fromArray(SPECIES, sums, from + tail).mul(alpha), last);
        }
    }

    private static void add(float[] c, int at, float beta, FloatVector scaled) {
        FloatVector sum = beta == 0 ? scaled : fromArray(SPECIES, c, at).fma(broadcast(SPECIES, beta), scaled);
        sum.intoArray(c, at);
    }

    private static void addPart(float[] c, int at, float beta, FloatVector scaled, VectorMask<Float> mask) {
        FloatVector sum = beta == 0 ? scaled : fromArray(SPECIES, c, at, mask).fma(broadcast(SPECIES, beta), scaled);
        sum.intoArray(c, at, mask);
    }
}
