package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.VectorProducts.blockTerms;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * Products of a few rows, A [m, k], with a transposed B that is read once, row by row, as it lies. A lane is a column of C, so
 * blocks of B are transposed on the way to their only use: with eight lanes in registers, else the groups of four lanes by way of
 * a buffer in the first-level cache, and the lanes in the groups in registers.
 */
final class ThinTransposedProducts {
    /** Rows of A from which packing pays. */
    private static final int MAX_ROWS = 2;

    /** Columns at a time: two vectors, whose sums are waited for in turn, or as many as make copying the terms of A cheap. */
    private static final int COLUMNS = (Transposes.BY_EIGHT ? 8 : 2) * LENGTH;

    /**
     * Terms at a time, whose blocks of B stay in the first-level cache while more of B comes in; where there are no blocks, as many as
     * are ever summed in one go, for rows of B that are read whole come faster from memory.
     */
    private static final int STRETCH = Transposes.BY_EIGHT ? 1024 : 64;

    /** Where things stand in a working array: terms of rows of A, blocks of B, the last columns of the rows of B, sums. */
    private static final int BLOCKS = MAX_ROWS * STRETCH;

    private static final int ENDS = BLOCKS + 2 * LENGTH * STRETCH;
    private static final int SUMS = ENDS + LENGTH * LENGTH;

    /** Elements of a working array. */
    static final int SCRATCH = SUMS + MAX_ROWS * COLUMNS;

    private ThinTransposedProducts() {}

    static boolean fits(Matrix<float[]> b, Matrix<float[]> c) {
        return c.rows() <= MAX_ROWS && b.isTransposed();
    }

    /** C[:, from … to] of matrix {@code batch}. */
    static void columns(
            int batch,
            int from,
            int to,
            float alpha,
            Matrix<float[]> a,
            Matrix<float[]> b,
            float beta,
            Matrix<float[]> c,
            float[] scratch) {
        for (int j = from; j < to; j += COLUMNS) {
            int n = Math.min(COLUMNS, to - j);
            int vectors = Panels.vectors(n);
            VectorMask<Float> last = Lanes.keptFirst(n - (vectors - 1) * LENGTH);
            int terms = blockTerms(a.cols());
            for (int k0 = 0; k0 < a.cols(); k0 += terms) {
                Arrays.fill(scratch, SUMS, SCRATCH, 0);
                int toK = Math.min(k0 + terms, a.cols());
                for (int k = k0; k < toK; k += STRETCH) {
                    add(batch, a, b, k, Math.min(STRETCH, toK - k), j, n, scratch);
                }
                for (int i = 0; i < c.rows(); i++) {
                    int sumsAt = SUMS + i * COLUMNS;
                    int cAt = c.index(batch, i, j);
                    ProductTiles.put(
                            vectors, 1, scratch, sumsAt, alpha, k0 == 0 ? beta : 1, c.array(), cAt, c.ld(), last);
                }
            }
        }
    }

    /** To the sums of {@code n} columns from {@code j} on, {@code kc} terms from {@code k} on. */
    private static void add(
            int batch, Matrix<float[]> a, Matrix<float[]> b, int k, int kc, int j, int n, float[] scratch) {
        for (int i = 0; i < a.rows(); i++) {
            terms(a, a.index(a.count() == 1 ? 0 : batch, i, k), kc, scratch, i * STRETCH);
        }
        int bAt = b.index(b.count() == 1 ? 0 : batch, k, j);
        if (Transposes.BY_EIGHT) {
            for (int column = 0; column < n; column += LENGTH) {
                int rows = Math.min(LENGTH, n - column);
                addByEight(b.array(), bAt + column * b.ld(), b.ld(), rows, kc, a.rows(), scratch, SUMS + column);
            }
            return;
        }
        exchangeGroups(b.array(), bAt, b.ld(), n, kc, scratch, BLOCKS);
        if (n > LENGTH) {
            int second = bAt + LENGTH * b.ld();
            exchangeGroups(b.array(), second, b.ld(), n - LENGTH, kc, scratch, BLOCKS + LENGTH * STRETCH);
        }
        for (int i = 0; i < a.rows(); i++) {
            sums(Panels.padded(kc), scratch, i * STRETCH, SUMS + i * COLUMNS);
        }
    }

    /** To the sums of {@code rows} columns, up to eight. */
    private static void addByEight(
            float[] b, int at, int ld, int rows, int kc, int rowsOfA, float[] scratch, int sumsAt) {
        int whole = rows == LENGTH ? kc / 4 * 4 : 0;
        if (rowsOfA == 1) {
            EightRows.multiply(b, at, ld, whole, scratch, 0, scratch, sumsAt);
        } else {
            EightRows.multiplyTwo(b, at, ld, whole, scratch, 0, STRETCH, scratch, sumsAt, sumsAt + COLUMNS);
        }
        if (whole < kc) {
            Transposes.transpose(b, at + whole, ld, rows, kc - whole, scratch, BLOCKS, LENGTH);
            for (int i = 0; i < rowsOfA; i++) {
                sumsOfTransposed(kc - whole, scratch, i * STRETCH + whole, sumsAt + i * COLUMNS);
            }
        }
    }

    /** What is added for the terms beyond {@code kc} is −0, which changes no sum. */
    private static void terms(Matrix<float[]> a, int at, int kc, float[] scratch, int to) {
        if (a.colStep() == 1) {
            System.arraycopy(a.array(), at, scratch, to, kc);
        } else {
            for (int k = 0; k < kc; k++) {
                scratch[to + k] = a.array()[at + k * a.colStep()];
            }
        }
        Arrays.fill(scratch, to + kc, to + Panels.padded(kc), -0f);
    }

    /**
     * For LENGTH rows of B, or {@code rows} if those are fewer: the groups of four lanes of every fourth row side by side, for
     * four terms one behind the other.
     */
    private static void exchangeGroups(float[] b, int at, int ld, int rows, int kc, float[] scratch, int toAt) {
        int bound = Lanes.bound(kc);
        int last = Math.min(LENGTH, rows) - 1;
        for (int i = 0; i < 4; i++) {
            int at0 = at + Math.min(i, last) * ld;
            int at1 = at + Math.min(i + 4, last) * ld;
            int at2 = at + Math.min(i + 8, last) * ld;
            int at3 = at + Math.min(i + 12, last) * ld;
            exchange(b, at0, at1, at2, at3, bound, scratch, toAt + i * LENGTH);
        }
        if (bound < kc) {
            VectorMask<Float> mask = SPECIES.indexInRange(0, kc - bound);
            for (int i = 0; i < LENGTH; i++) {
                fromArray(SPECIES, b, at + Math.min(i, last) * ld + bound, mask).intoArray(scratch, ENDS + i * LENGTH);
            }
            for (int i = 0; i < 4; i++) {
                int at0 = ENDS + i * LENGTH;
                int step = 4 * LENGTH;
                int end = toAt + (bound + i) * LENGTH;
                exchange(scratch, at0, at0 + step, at0 + 2 * step, at0 + 3 * step, LENGTH, scratch, end);
            }
        }
    }

    /** For {@code n} terms, a multiple of LENGTH. */
    private static void exchange(float[] b, int at0, int at1, int at2, int at3, int n, float[] to, int toAt) {
        for (int k = 0; k < n; k += LENGTH) {
            int block = toAt + k * LENGTH;
            if (Transposes.GROUPS == 4) {
                Transposes.exchangeFour(b, at0 + k, at1 + k, at2 + k, at3 + k, to, block, 4 * LENGTH);
            } else if (Transposes.GROUPS == 2) {
                Transposes.exchangeTwo(b, at0 + k, at1 + k, to, block, 4 * LENGTH);
            } else {
                fromArray(SPECIES, b, at0 + k).intoArray(to, block);
            }
        }
    }

    /** Adds {@code n} terms, from {@code x} on, to the sums of LENGTH columns. */
    private static void sumsOfTransposed(int n, float[] scratch, int x, int sumsAt) {
        FloatVector sums = fromArray(SPECIES, scratch, sumsAt);
        for (int k = 0; k < n; k++) {
            sums = broadcast(SPECIES, scratch[x + k]).fma(fromArray(SPECIES, scratch, BLOCKS + k * LENGTH), sums);
        }
        sums.intoArray(scratch, sumsAt);
    }

    /** Adds {@code n} terms, a multiple of 4, from {@code x} on, to the sums of two vectors of columns. */
    private static void sums(int n, float[] scratch, int x, int sumsAt) {
        FloatVector s0 = fromArray(SPECIES, scratch, sumsAt);
        FloatVector s1 = fromArray(SPECIES, scratch, sumsAt + LENGTH);
        for (int k = 0; k < n; k += 4) {
            int at = BLOCKS + k * LENGTH;
            FloatVector a0 = broadcast(SPECIES, scratch[x + k]);
            FloatVector a1 = broadcast(SPECIES, scratch[x + k + 1]);
            FloatVector a2 = broadcast(SPECIES, scratch[x + k + 2]);
            FloatVector a3 = broadcast(SPECIES, scratch[x + k + 3]);
            IntVector v0 = fromArray(SPECIES, scratch, at).reinterpretAsInts();
            IntVector v1 = fromArray(SPECIES, scratch, at + LENGTH).reinterpretAsInts();
            IntVector v2 = fromArray(SPECIES, scratch, at + 2 * LENGTH).reinterpretAsInts();
            IntVector v3 = fromArray(SPECIES, scratch, at + 3 * LENGTH).reinterpretAsInts();
            IntVector low0 = Transposes.LOW_LANES.selectFrom(v0, v1);
            IntVector high0 = Transposes.HIGH_LANES.selectFrom(v0, v1);
            IntVector low1 = Transposes.LOW_LANES.selectFrom(v2, v3);
            IntVector high1 = Transposes.HIGH_LANES.selectFrom(v2, v3);
            s0 = a0.fma(Transposes.LOW_PAIRS.selectFrom(low0, low1).reinterpretAsFloats(), s0);
            s0 = a1.fma(Transposes.HIGH_PAIRS.selectFrom(low0, low1).reinterpretAsFloats(), s0);
            s0 = a2.fma(Transposes.LOW_PAIRS.selectFrom(high0, high1).reinterpretAsFloats(), s0);
            s0 = a3.fma(Transposes.HIGH_PAIRS.selectFrom(high0, high1).reinterpretAsFloats(), s0);
            int second = at + LENGTH * STRETCH;
            IntVector w0 = fromArray(SPECIES, scratch, second).reinterpretAsInts();
            IntVector w1 = fromArray(SPECIES, scratch, second + LENGTH).reinterpretAsInts();
            IntVector w2 = fromArray(SPECIES, scratch, second + 2 * LENGTH).reinterpretAsInts();
            IntVector w3 = fromArray(SPECIES, scratch, second + 3 * LENGTH).reinterpretAsInts();
            IntVector below0 = Transposes.LOW_LANES.selectFrom(w0, w1);
            IntVector above0 = Transposes.HIGH_LANES.selectFrom(w0, w1);
            IntVector below1 = Transposes.LOW_LANES.selectFrom(w2, w3);
            IntVector above1 = Transposes.HIGH_LANES.selectFrom(w2, w3);
            s1 = a0.fma(Transposes.LOW_PAIRS.selectFrom(below0, below1).reinterpretAsFloats(), s1);
            s1 = a1.fma(Transposes.HIGH_PAIRS.selectFrom(below0, below1).reinterpretAsFloats(), s1);
            s1 = a2.fma(Transposes.LOW_PAIRS.selectFrom(above0, above1).reinterpretAsFloats(), s1);
            s1 = a3.fma(Transposes.HIGH_PAIRS.selectFrom(above0, above1).reinterpretAsFloats(), s1);
        }
        s0.intoArray(scratch, sumsAt);
        s1.intoArray(scratch, sumsAt + LENGTH);
    }
}
