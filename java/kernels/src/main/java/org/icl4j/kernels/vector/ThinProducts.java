package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.VectorProducts.blockTerms;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * Products of a few rows, A [m ≤ 4, k], with a B that is read once, as it lies: packing would cost more than the product. Sums of a
 * stretch of columns stand in the first-level cache and grow by {@link #DEPTH} rows of B at a time, in the order of the tiles.
 */
final class ThinProducts {
    /** Rows of A from which packing pays. */
    private static final int MAX_ROWS = 4;

    /** Columns below which the loop over them is too short. */
    private static final int MIN_COLUMNS = 8 * LENGTH;

    /** Sums of a stretch. */
    static final int SUMS = 4096;

    /** Rows of B at a time. */
    private static final int DEPTH = 8;

    private ThinProducts() {}

    static boolean fits(Matrix<float[]> b, Matrix<float[]> c) {
        return c.rows() <= MAX_ROWS && c.cols() >= MIN_COLUMNS && !b.isTransposed();
    }

    /** Columns in a stretch: one for each thread if they fit. */
    static int stretch(int rows, int cols, int threads) {
        int share = Panels.padded(Math.ceilDiv(cols, threads));
        return Math.min(SUMS / rows / LENGTH * LENGTH, share);
    }

    /** C[:, from … to] of matrix {@code batch}, at most as many as {@link #stretch} tells. */
    static void columns(
            int batch,
            int from,
            int to,
            float alpha,
            Matrix<float[]> a,
            Matrix<float[]> b,
            float beta,
            Matrix<float[]> c,
            float[] sums) {
        int vectors = Panels.vectors(to - from);
        VectorMask<Float> last = Lanes.keptFirst(to - from - (vectors - 1) * LENGTH);
        int cAt = c.index(batch, 0, from);
        int terms = blockTerms(a.cols());
        for (int k0 = 0; k0 < a.cols(); k0 += terms) {
            Arrays.fill(sums, 0, c.rows() * vectors * LENGTH, 0);
            int toK = Math.min(k0 + terms, a.cols());
            int k = k0;
            for (; k + DEPTH <= toK; k += DEPTH) {
                for (int i = 0; i < c.rows(); i++) {
                    int aAt = a.index(a.count() == 1 ? 0 : batch, i, k);
                    int bAt = b.index(b.count() == 1 ? 0 : batch, k, from);
                    eight(a.array(), aAt, a.colStep(), b.array(), bAt, b.ld(), to - from, sums, i * vectors * LENGTH);
                }
            }
            for (; k < toK; k++) {
                for (int i = 0; i < c.rows(); i++) {
                    float factor = a.array()[a.index(a.count() == 1 ? 0 : batch, i, k)];
                    int bAt = b.index(b.count() == 1 ? 0 : batch, k, from);
                    one(factor, b.array(), bAt, to - from, sums, i * vectors * LENGTH);
                }
            }
            float factor = k0 == 0 ? beta : 1;
            ProductTiles.put(vectors, c.rows(), sums, 0, alpha, factor, c.array(), cAt, c.ld(), last);
        }
    }

    private static void eight(
            float[] a, int aAt, int aCol, float[] b, int b0, int ld, int n, float[] sums, int sumsAt) {
        FloatVector a0 = broadcast(SPECIES, a[aAt]);
        FloatVector a1 = broadcast(SPECIES, a[aAt + aCol]);
        FloatVector a2 = broadcast(SPECIES, a[aAt + 2 * aCol]);
        FloatVector a3 = broadcast(SPECIES, a[aAt + 3 * aCol]);
        FloatVector a4 = broadcast(SPECIES, a[aAt + 4 * aCol]);
        FloatVector a5 = broadcast(SPECIES, a[aAt + 5 * aCol]);
        FloatVector a6 = broadcast(SPECIES, a[aAt + 6 * aCol]);
        FloatVector a7 = broadcast(SPECIES, a[aAt + 7 * aCol]);
        int b1 = b0 + ld;
        int b2 = b0 + 2 * ld;
        int b3 = b0 + 3 * ld;
        int b4 = b0 + 4 * ld;
        int b5 = b0 + 5 * ld;
        int b6 = b0 + 6 * ld;
        int b7 = b0 + 7 * ld;
        int bound = Lanes.bound(n);
        for (int j = 0; j < bound; j += LENGTH) {
            FloatVector sum = fromArray(SPECIES, sums, sumsAt + j);
            sum = a0.fma(fromArray(SPECIES, b, b0 + j), sum);
            sum = a1.fma(fromArray(SPECIES, b, b1 + j), sum);
            sum = a2.fma(fromArray(SPECIES, b, b2 + j), sum);
            sum = a3.fma(fromArray(SPECIES, b, b3 + j), sum);
            sum = a4.fma(fromArray(SPECIES, b, b4 + j), sum);
            sum = a5.fma(fromArray(SPECIES, b, b5 + j), sum);
            sum = a6.fma(fromArray(SPECIES, b, b6 + j), sum);
            sum = a7.fma(fromArray(SPECIES, b, b7 + j), sum);
            sum.intoArray(sums, sumsAt + j);
        }
        if (bound < n) {
            for (int k = 0; k < DEPTH; k++) {
                part(a[aAt + k * aCol], b, b0 + k * ld + bound, n - bound, sums, sumsAt + bound);
            }
        }
    }

    private static void one(float a, float[] b, int bAt, int n, float[] sums, int sumsAt) {
        FloatVector factor = broadcast(SPECIES, a);
        int bound = Lanes.bound(n);
        for (int j = 0; j < bound; j += LENGTH) {
            factor.fma(fromArray(SPECIES, b, bAt + j), fromArray(SPECIES, sums, sumsAt + j))
                    .intoArray(sums, sumsAt + j);
        }
        if (bound < n) {
            part(a, b, bAt + bound, n - bound, sums, sumsAt + bound);
        }
    }

    /** Fewer columns than a vector has, in a method of its own: with eight of them C2 would not inline them all. */
    private static void part(float a, float[] b, int bAt, int n, float[] sums, int sumsAt) {
        FloatVector some = fromArray(SPECIES, b, bAt, SPECIES.indexInRange(0, n));
        broadcast(SPECIES, a).fma(some, fromArray(SPECIES, sums, sumsAt)).intoArray(sums, sumsAt);
    }
}
