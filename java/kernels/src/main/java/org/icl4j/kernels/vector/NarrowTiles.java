package org.icl4j.kernels.vector;

import static java.lang.invoke.VarHandle.loadLoadFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The tallest tiles of {@link ProductTiles} on panels of two vectors once more, for CPUs with 16 vector registers. Bits are the same.
 *
 * <p>The sums take 12 of them, so one more load that C2 moves ahead puts a sum on the stack, and the product takes twice the time.
 * Fences, of which nothing is left in the code, keep each load behind those before it. Rows of A are a constant apart, so that
 * addresses take no instructions of their own: with them a tile of 6 × 16 had 34 instructions a step for 12 multiply-adds, and lost 40 %
 * where another tenant shared the core.
 *
 * <p>One call goes through several panels, so that what C2 checks about A before its loop, some 200 instructions, is checked once; at 64
 * terms that is a tenth of the time.
 *
 * <p>No masks: C has room for whole vectors.
 */
final class NarrowTiles {
    /** Columns and terms from which a copy of A pays: below, packing takes longer than it saves. */
    private static final int WORTH = 24;

    /** Rows from which it pays: there is no lower tile than one of four. */
    private static final int LEAST_ROWS = 3;

    /** Terms a turn of the loop. */
    private static final int STEPS = 4;

    /** Elements from one row of A to the next: the most terms of a block, and a cache line, so that rows do not share their place in caches. */
    static final int A_ROW = 1024 + 16;

    /** The most panels at a time. */
    static final int MAX_PANELS = 32;

    /** Elements of panels that stay in the second-level cache beside rows of A and C. */
    private static final int CACHED = 1 << 15;

    private NarrowTiles() {}

    /** Whether a product of m × n elements with {@code kc} terms is for these tiles, where registers are few. */
    static boolean fit(int m, int n, int kc) {
        return LENGTH < 16 && m >= LEAST_ROWS && n >= WORTH && kc >= WORTH;
    }

    /** Panels with {@code kc} terms that are gone through before the next rows. */
    static int panels(int kc) {
        return Math.clamp(CACHED / (2 * LENGTH * Panels.padded(kc)), 1, MAX_PANELS);
    }

    /** Whether a tile of {@code rows} rows writes no others. */
    static boolean has(int rows) {
        return rows == 6 || rows == 4;
    }

    /**
     * {@code rows} rows by panels of two vectors, as {@link ProductTiles#tile} does it. The rows behind them, up to the next height that
     * {@link #has a tile}, are read and written as well.
     *
     * @param a row i from aStart + i·{@link #A_ROW} on, with any content in the rows that are not asked for
     * @param b panels from bStart on, one behind the other, each [{@code kc} rounded up to whole vectors, 2·LENGTH]
     * @param c row i from cStart + i·ldc on, with room for all vectors
     */
    static void tile(
            int rows,
            int panels,
            int kc,
            float[] a,
            int aStart,
            float[] b,
            int bStart,
            float[] c,
            int cStart,
            int ldc) {
        if (rows > 4) {
            rows6(panels, kc, a, aStart, b, bStart, c, cStart, ldc);
        } else {
            rows4(panels, kc, a, aStart, b, bStart, c, cStart, ldc);
        }
    }

    private static void rows6(
            int panels, int kc, float[] a, int aStart, float[] b, int bStart, float[] c, int cStart, int ldc) {
        int aEnd = aStart + kc;
        int aTurns = aStart + kc % STEPS;
        int step = 2 * LENGTH * Panels.padded(kc);
        for (int panel = 0; panel < panels; panel++) {
            // A's index counts the terms: one variable less, and C2 keeps the loop's addresses in registers.
            int bOrigin = bStart + panel * step - aStart * 2 * LENGTH;
            FloatVector s0_0 = zero(SPECIES);
            FloatVector s0_1 = zero(SPECIES);
            FloatVector s1_0 = zero(SPECIES);
            FloatVector s1_1 = zero(SPECIES);
            FloatVector s2_0 = zero(SPECIES);
            FloatVector s2_1 = zero(SPECIES);
            FloatVector s3_0 = zero(SPECIES);
            FloatVector s3_1 = zero(SPECIES);
            FloatVector s4_0 = zero(SPECIES);
            FloatVector s4_1 = zero(SPECIES);
            FloatVector s5_0 = zero(SPECIES);
            FloatVector s5_1 = zero(SPECIES);
            int aAt = aStart;
            for (; aAt < aTurns; aAt++) {
                int bAt = bOrigin + aAt * 2 * LENGTH;
                FloatVector b0 = fromArray(SPECIES, b, bAt);
                FloatVector b1 = fromArray(SPECIES, b, bAt + LENGTH);
                FloatVector a0 = broadcast(SPECIES, a[aAt]);
                s0_0 = a0.fma(b0, s0_0);
                s0_1 = a0.fma(b1, s0_1);
                loadLoadFence();
                FloatVector a1 = broadcast(SPECIES, a[aAt + A_ROW]);
                s1_0 = a1.fma(b0, s1_0);
                s1_1 = a1.fma(b1, s1_1);
                loadLoadFence();
                FloatVector a2 = broadcast(SPECIES, a[aAt + 2 * A_ROW]);
                s2_0 = a2.fma(b0, s2_0);
                s2_1 = a2.fma(b1, s2_1);
                loadLoadFence();
                FloatVector a3 = broadcast(SPECIES, a[aAt + 3 * A_ROW]);
                s3_0 = a3.fma(b0, s3_0);
                s3_1 = a3.fma(b1, s3_1);
                loadLoadFence();
                FloatVector a4 = broadcast(SPECIES, a[aAt + 4 * A_ROW]);
                s4_0 = a4.fma(b0, s4_0);
                s4_1 = a4.fma(b1, s4_1);
                loadLoadFence();
                FloatVector a5 = broadcast(SPECIES, a[aAt + 5 * A_ROW]);
                s5_0 = a5.fma(b0, s5_0);
                s5_1 = a5.fma(b1, s5_1);
            }
            for (; aAt < aEnd; aAt += STEPS) {
                int bAt = bOrigin + aAt * 2 * LENGTH;
                FloatVector b0_0 = fromArray(SPECIES, b, bAt);
                FloatVector b1_0 = fromArray(SPECIES, b, bAt + LENGTH);
                FloatVector a0_0 = broadcast(SPECIES, a[aAt]);
                s0_0 = a0_0.fma(b0_0, s0_0);
                s0_1 = a0_0.fma(b1_0, s0_1);
                loadLoadFence();
                FloatVector a1_0 = broadcast(SPECIES, a[aAt + A_ROW]);
                s1_0 = a1_0.fma(b0_0, s1_0);
                s1_1 = a1_0.fma(b1_0, s1_1);
                loadLoadFence();
                FloatVector a2_0 = broadcast(SPECIES, a[aAt + 2 * A_ROW]);
                s2_0 = a2_0.fma(b0_0, s2_0);
                s2_1 = a2_0.fma(b1_0, s2_1);
                loadLoadFence();
                FloatVector a3_0 = broadcast(SPECIES, a[aAt + 3 * A_ROW]);
                s3_0 = a3_0.fma(b0_0, s3_0);
                s3_1 = a3_0.fma(b1_0, s3_1);
                loadLoadFence();
                FloatVector a4_0 = broadcast(SPECIES, a[aAt + 4 * A_ROW]);
                s4_0 = a4_0.fma(b0_0, s4_0);
                s4_1 = a4_0.fma(b1_0, s4_1);
                loadLoadFence();
                FloatVector a5_0 = broadcast(SPECIES, a[aAt + 5 * A_ROW]);
                s5_0 = a5_0.fma(b0_0, s5_0);
                s5_1 = a5_0.fma(b1_0, s5_1);
                loadLoadFence();
                FloatVector b0_1 = fromArray(SPECIES, b, bAt + 2 * LENGTH);
                FloatVector b1_1 = fromArray(SPECIES, b, bAt + 3 * LENGTH);
                FloatVector a0_1 = broadcast(SPECIES, a[aAt + 1]);
                s0_0 = a0_1.fma(b0_1, s0_0);
                s0_1 = a0_1.fma(b1_1, s0_1);
                loadLoadFence();
                FloatVector a1_1 = broadcast(SPECIES, a[aAt + A_ROW + 1]);
                s1_0 = a1_1.fma(b0_1, s1_0);
                s1_1 = a1_1.fma(b1_1, s1_1);
                loadLoadFence();
                FloatVector a2_1 = broadcast(SPECIES, a[aAt + 2 * A_ROW + 1]);
                s2_0 = a2_1.fma(b0_1, s2_0);
                s2_1 = a2_1.fma(b1_1, s2_1);
                loadLoadFence();
                FloatVector a3_1 = broadcast(SPECIES, a[aAt + 3 * A_ROW + 1]);
                s3_0 = a3_1.fma(b0_1, s3_0);
                s3_1 = a3_1.fma(b1_1, s3_1);
                loadLoadFence();
                FloatVector a4_1 = broadcast(SPECIES, a[aAt + 4 * A_ROW + 1]);
                s4_0 = a4_1.fma(b0_1, s4_0);
                s4_1 = a4_1.fma(b1_1, s4_1);
                loadLoadFence();
                FloatVector a5_1 = broadcast(SPECIES, a[aAt + 5 * A_ROW + 1]);
                s5_0 = a5_1.fma(b0_1, s5_0);
                s5_1 = a5_1.fma(b1_1, s5_1);
                loadLoadFence();
                FloatVector b0_2 = fromArray(SPECIES, b, bAt + 4 * LENGTH);
                FloatVector b1_2 = fromArray(SPECIES, b, bAt + 5 * LENGTH);
                FloatVector a0_2 = broadcast(SPECIES, a[aAt + 2]);
                s0_0 = a0_2.fma(b0_2, s0_0);
                s0_1 = a0_2.fma(b1_2, s0_1);
                loadLoadFence();
                FloatVector a1_2 = broadcast(SPECIES, a[aAt + A_ROW + 2]);
                s1_0 = a1_2.fma(b0_2, s1_0);
                s1_1 = a1_2.fma(b1_2, s1_1);
                loadLoadFence();
                FloatVector a2_2 = broadcast(SPECIES, a[aAt + 2 * A_ROW + 2]);
                s2_0 = a2_2.fma(b0_2, s2_0);
                s2_1 = a2_2.fma(b1_2, s2_1);
                loadLoadFence();
                FloatVector a3_2 = broadcast(SPECIES, a[aAt + 3 * A_ROW + 2]);
                s3_0 = a3_2.fma(b0_2, s3_0);
                s3_1 = a3_2.fma(b1_2, s3_1);
                loadLoadFence();
                FloatVector a4_2 = broadcast(SPECIES, a[aAt + 4 * A_ROW + 2]);
                s4_0 = a4_2.fma(b0_2, s4_0);
                s4_1 = a4_2.fma(b1_2, s4_1);
                loadLoadFence();
                FloatVector a5_2 = broadcast(SPECIES, a[aAt + 5 * A_ROW + 2]);
                s5_0 = a5_2.fma(b0_2, s5_0);
                s5_1 = a5_2.fma(b1_2, s5_1);
                loadLoadFence();
                FloatVector b0_3 = fromArray(SPECIES, b, bAt + 6 * LENGTH);
                FloatVector b1_3 = fromArray(SPECIES, b, bAt + 7 * LENGTH);
                FloatVector a0_3 = broadcast(SPECIES, a[aAt + 3]);
                s0_0 = a0_3.fma(b0_3, s0_0);
                s0_1 = a0_3.fma(b1_3, s0_1);
                loadLoadFence();
                FloatVector a1_3 = broadcast(SPECIES, a[aAt + A_ROW + 3]);
                s1_0 = a1_3.fma(b0_3, s1_0);
                s1_1 = a1_3.fma(b1_3, s1_1);
                loadLoadFence();
                FloatVector a2_3 = broadcast(SPECIES, a[aAt + 2 * A_ROW + 3]);
                s2_0 = a2_3.fma(b0_3, s2_0);
                s2_1 = a2_3.fma(b1_3, s2_1);
                loadLoadFence();
                FloatVector a3_3 = broadcast(SPECIES, a[aAt + 3 * A_ROW + 3]);
                s3_0 = a3_3.fma(b0_3, s3_0);
                s3_1 = a3_3.fma(b1_3, s3_1);
                loadLoadFence();
                FloatVector a4_3 = broadcast(SPECIES, a[aAt + 4 * A_ROW + 3]);
                s4_0 = a4_3.fma(b0_3, s4_0);
                s4_1 = a4_3.fma(b1_3, s4_1);
                loadLoadFence();
                FloatVector a5_3 = broadcast(SPECIES, a[aAt + 5 * A_ROW + 3]);
                s5_0 = a5_3.fma(b0_3, s5_0);
                s5_1 = a5_3.fma(b1_3, s5_1);
            }
            int at = cStart + panel * 2 * LENGTH;
            s0_0.intoArray(c, at);
            s0_1.intoArray(c, at + LENGTH);
            at += ldc;
            s1_0.intoArray(c, at);
            s1_1.intoArray(c, at + LENGTH);
            at += ldc;
            s2_0.intoArray(c, at);
            s2_1.intoArray(c, at + LENGTH);
            at += ldc;
            s3_0.intoArray(c, at);
            s3_1.intoArray(c, at + LENGTH);
            at += ldc;
            s4_0.intoArray(c, at);
            s4_1.intoArray(c, at + LENGTH);
            at += ldc;
            s5_0.intoArray(c, at);
            s5_1.intoArray(c, at + LENGTH);
        }
    }

    private static void rows4(
            int panels, int kc, float[] a, int aStart, float[] b, int bStart, float[] c, int cStart, int ldc) {
        int aEnd = aStart + kc;
        int aTurns = aStart + kc % STEPS;
        int step = 2 * LENGTH * Panels.padded(kc);
        for (int panel = 0; panel < panels; panel++) {
            int bOrigin = bStart + panel * step - aStart * 2 * LENGTH;
            FloatVector s0_0 = zero(SPECIES);
            FloatVector s0_1 = zero(SPECIES);
            FloatVector s1_0 = zero(SPECIES);
            FloatVector s1_1 = zero(SPECIES);
            FloatVector s2_0 = zero(SPECIES);
            FloatVector s2_1 = zero(SPECIES);
            FloatVector s3_0 = zero(SPECIES);
            FloatVector s3_1 = zero(SPECIES);
            int aAt = aStart;
            for (; aAt < aTurns; aAt++) {
                int bAt = bOrigin + aAt * 2 * LENGTH;
                FloatVector b0 = fromArray(SPECIES, b, bAt);
                FloatVector b1 = fromArray(SPECIES, b, bAt + LENGTH);
                FloatVector a0 = broadcast(SPECIES, a[aAt]);
                s0_0 = a0.fma(b0, s0_0);
                s0_1 = a0.fma(b1, s0_1);
                loadLoadFence();
                FloatVector a1 = broadcast(SPECIES, a[aAt + A_ROW]);
                s1_0 = a1.fma(b0, s1_0);
                s1_1 = a1.fma(b1, s1_1);
                loadLoadFence();
                FloatVector a2 = broadcast(SPECIES, a[aAt + 2 * A_ROW]);
                s2_0 = a2.fma(b0, s2_0);
                s2_1 = a2.fma(b1, s2_1);
                loadLoadFence();
                FloatVector a3 = broadcast(SPECIES, a[aAt + 3 * A_ROW]);
                s3_0 = a3.fma(b0, s3_0);
                s3_1 = a3.fma(b1, s3_1);
            }
            for (; aAt < aEnd; aAt += STEPS) {
                int bAt = bOrigin + aAt * 2 * LENGTH;
                FloatVector b0_0 = fromArray(SPECIES, b, bAt);
                FloatVector b1_0 = fromArray(SPECIES, b, bAt + LENGTH);
                FloatVector a0_0 = broadcast(SPECIES, a[aAt]);
                s0_0 = a0_0.fma(b0_0, s0_0);
                s0_1 = a0_0.fma(b1_0, s0_1);
                loadLoadFence();
                FloatVector a1_0 = broadcast(SPECIES, a[aAt + A_ROW]);
                s1_0 = a1_0.fma(b0_0, s1_0);
                s1_1 = a1_0.fma(b1_0, s1_1);
                loadLoadFence();
                FloatVector a2_0 = broadcast(SPECIES, a[aAt + 2 * A_ROW]);
                s2_0 = a2_0.fma(b0_0, s2_0);
                s2_1 = a2_0.fma(b1_0, s2_1);
                loadLoadFence();
                FloatVector a3_0 = broadcast(SPECIES, a[aAt + 3 * A_ROW]);
                s3_0 = a3_0.fma(b0_0, s3_0);
                s3_1 = a3_0.fma(b1_0, s3_1);
                loadLoadFence();
                FloatVector b0_1 = fromArray(SPECIES, b, bAt + 2 * LENGTH);
                FloatVector b1_1 = fromArray(SPECIES, b, bAt + 3 * LENGTH);
                FloatVector a0_1 = broadcast(SPECIES, a[aAt + 1]);
                s0_0 = a0_1.fma(b0_1, s0_0);
                s0_1 = a0_1.fma(b1_1, s0_1);
                loadLoadFence();
                FloatVector a1_1 = broadcast(SPECIES, a[aAt + A_ROW + 1]);
                s1_0 = a1_1.fma(b0_1, s1_0);
                s1_1 = a1_1.fma(b1_1, s1_1);
                loadLoadFence();
                FloatVector a2_1 = broadcast(SPECIES, a[aAt + 2 * A_ROW + 1]);
                s2_0 = a2_1.fma(b0_1, s2_0);
                s2_1 = a2_1.fma(b1_1, s2_1);
                loadLoadFence();
                FloatVector a3_1 = broadcast(SPECIES, a[aAt + 3 * A_ROW + 1]);
                s3_0 = a3_1.fma(b0_1, s3_0);
                s3_1 = a3_1.fma(b1_1, s3_1);
                loadLoadFence();
                FloatVector b0_2 = fromArray(SPECIES, b, bAt + 4 * LENGTH);
                FloatVector b1_2 = fromArray(SPECIES, b, bAt + 5 * LENGTH);
                FloatVector a0_2 = broadcast(SPECIES, a[aAt + 2]);
                s0_0 = a0_2.fma(b0_2, s0_0);
                s0_1 = a0_2.fma(b1_2, s0_1);
                loadLoadFence();
                FloatVector a1_2 = broadcast(SPECIES, a[aAt + A_ROW + 2]);
                s1_0 = a1_2.fma(b0_2, s1_0);
                s1_1 = a1_2.fma(b1_2, s1_1);
                loadLoadFence();
                FloatVector a2_2 = broadcast(SPECIES, a[aAt + 2 * A_ROW + 2]);
                s2_0 = a2_2.fma(b0_2, s2_0);
                s2_1 = a2_2.fma(b1_2, s2_1);
                loadLoadFence();
                FloatVector a3_2 = broadcast(SPECIES, a[aAt + 3 * A_ROW + 2]);
                s3_0 = a3_2.fma(b0_2, s3_0);
                s3_1 = a3_2.fma(b1_2, s3_1);
                loadLoadFence();
                FloatVector b0_3 = fromArray(SPECIES, b, bAt + 6 * LENGTH);
                FloatVector b1_3 = fromArray(SPECIES, b, bAt + 7 * LENGTH);
                FloatVector a0_3 = broadcast(SPECIES, a[aAt + 3]);
                s0_0 = a0_3.fma(b0_3, s0_0);
                s0_1 = a0_3.fma(b1_3, s0_1);
                loadLoadFence();
                FloatVector a1_3 = broadcast(SPECIES, a[aAt + A_ROW + 3]);
                s1_0 = a1_3.fma(b0_3, s1_0);
                s1_1 = a1_3.fma(b1_3, s1_1);
                loadLoadFence();
                FloatVector a2_3 = broadcast(SPECIES, a[aAt + 2 * A_ROW + 3]);
                s2_0 = a2_3.fma(b0_3, s2_0);
                s2_1 = a2_3.fma(b1_3, s2_1);
                loadLoadFence();
                FloatVector a3_3 = broadcast(SPECIES, a[aAt + 3 * A_ROW + 3]);
                s3_0 = a3_3.fma(b0_3, s3_0);
                s3_1 = a3_3.fma(b1_3, s3_1);
            }
            int at = cStart + panel * 2 * LENGTH;
            s0_0.intoArray(c, at);
            s0_1.intoArray(c, at + LENGTH);
            at += ldc;
            s1_0.intoArray(c, at);
            s1_1.intoArray(c, at + LENGTH);
            at += ldc;
            s2_0.intoArray(c, at);
            s2_1.intoArray(c, at + LENGTH);
            at += ldc;
            s3_0.intoArray(c, at);
            s3_1.intoArray(c, at + LENGTH);
        }
    }
}
