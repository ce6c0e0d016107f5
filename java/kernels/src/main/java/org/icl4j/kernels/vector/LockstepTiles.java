package org.icl4j.kernels.vector;

import static java.lang.invoke.VarHandle.loadLoadFence;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Register tiles of products of which every lane has its own: an element is a vector, a lane of it a head. One fused multiply-add a
 * term, in ascending order.
 *
 * <p>A matrix of rows and columns is stored by pairs of rows, [rows/2, columns, 2, {@link Lanes#LENGTH}], so that all that a step of a
 * tile reads lies at constant distances from a few places, and an element takes no instructions for its address. All operands are in one
 * array. Twelve accumulators leave room for what is read on 16 registers; fences, of which nothing is left in the code, keep C2 from
 * reading ahead, for which there is no room. Eight accumulators, just enough for two units of four cycles each, took half as long again.
 */
final class LockstepTiles {
    /** Elements of a column of two rows. */
    static final int PAIR = 2 * LENGTH;

    /** Columns of the larger tiles. */
    static final int WIDE = 6;

    /** Columns of the smaller ones. */
    static final int NARROW = 4;

    private LockstepTiles() {}

    /**
     * Two rows and six columns of A·Bᵀ.
     *
     * @param depth columns of A and B, an even number
     * @param aAt the pair of rows of A
     * @param bAt the first pair of rows of B
     * @param pair elements of a pair of rows of B
     * @param cAt column 0 of the results
     */
    static void scores(float[] s, int depth, int aAt, int bAt, int pair, int cAt) {
        int b2At = bAt + pair;
        int b4At = bAt + 2 * pair;
        FloatVector c0_0 = zero(SPECIES);
        FloatVector c0_1 = zero(SPECIES);
        FloatVector c1_0 = zero(SPECIES);
        FloatVector c1_1 = zero(SPECIES);
        FloatVector c2_0 = zero(SPECIES);
        FloatVector c2_1 = zero(SPECIES);
        FloatVector c3_0 = zero(SPECIES);
        FloatVector c3_1 = zero(SPECIES);
        FloatVector c4_0 = zero(SPECIES);
        FloatVector c4_1 = zero(SPECIES);
        FloatVector c5_0 = zero(SPECIES);
        FloatVector c5_1 = zero(SPECIES);
        for (int d = 0; d < depth * PAIR; d += 2 * PAIR) {
            int a = aAt + d;
            int b0 = bAt + d;
            int b2 = b2At + d;
            int b4 = b4At + d;
            FloatVector a00 = fromArray(SPECIES, s, a);
            FloatVector a01 = fromArray(SPECIES, s, a + LENGTH);
            FloatVector b00 = fromArray(SPECIES, s, b0);
            c0_0 = b00.fma(a00, c0_0);
            c0_1 = b00.fma(a01, c0_1);
            loadLoadFence();
            FloatVector b01 = fromArray(SPECIES, s, b0 + LENGTH);
            c1_0 = b01.fma(a00, c1_0);
            c1_1 = b01.fma(a01, c1_1);
            loadLoadFence();
            FloatVector b02 = fromArray(SPECIES, s, b2);
            c2_0 = b02.fma(a00, c2_0);
            c2_1 = b02.fma(a01, c2_1);
            loadLoadFence();
            FloatVector b03 = fromArray(SPECIES, s, b2 + LENGTH);
            c3_0 = b03.fma(a00, c3_0);
            c3_1 = b03.fma(a01, c3_1);
            loadLoadFence();
            FloatVector b04 = fromArray(SPECIES, s, b4);
            c4_0 = b04.fma(a00, c4_0);
            c4_1 = b04.fma(a01, c4_1);
            loadLoadFence();
            FloatVector b05 = fromArray(SPECIES, s, b4 + LENGTH);
            c5_0 = b05.fma(a00, c5_0);
            c5_1 = b05.fma(a01, c5_1);
            loadLoadFence();
            FloatVector a10 = fromArray(SPECIES, s, a + 2 * LENGTH);
            FloatVector a11 = fromArray(SPECIES, s, a + 3 * LENGTH);
            FloatVector b10 = fromArray(SPECIES, s, b0 + 2 * LENGTH);
            c0_0 = b10.fma(a10, c0_0);
            c0_1 = b10.fma(a11, c0_1);
            loadLoadFence();
            FloatVector b11 = fromArray(SPECIES, s, b0 + 3 * LENGTH);
            c1_0 = b11.fma(a10, c1_0);
            c1_1 = b11.fma(a11, c1_1);
            loadLoadFence();
            FloatVector b12 = fromArray(SPECIES, s, b2 + 2 * LENGTH);
            c2_0 = b12.fma(a10, c2_0);
            c2_1 = b12.fma(a11, c2_1);
            loadLoadFence();
            FloatVector b13 = fromArray(SPECIES, s, b2 + 3 * LENGTH);
            c3_0 = b13.fma(a10, c3_0);
            c3_1 = b13.fma(a11, c3_1);
            loadLoadFence();
            FloatVector b14 = fromArray(SPECIES, s, b4 + 2 * LENGTH);
            c4_0 = b14.fma(a10, c4_0);
            c4_1 = b14.fma(a11, c4_1);
            loadLoadFence();
            FloatVector b15 = fromArray(SPECIES, s, b4 + 3 * LENGTH);
            c5_0 = b15.fma(a10, c5_0);
            c5_1 = b15.fma(a11, c5_1);
            loadLoadFence();
        }
        c0_0.intoArray(s, cAt);
        c0_1.intoArray(s, cAt + LENGTH);
        c1_0.intoArray(s, cAt + 2 * LENGTH);
        c1_1.intoArray(s, cAt + 3 * LENGTH);
        c2_0.intoArray(s, cAt + 4 * LENGTH);
        c2_1.intoArray(s, cAt + 5 * LENGTH);
        c3_0.intoArray(s, cAt + 6 * LENGTH);
        c3_1.intoArray(s, cAt + 7 * LENGTH);
        c4_0.intoArray(s, cAt + 8 * LENGTH);
        c4_1.intoArray(s, cAt + 9 * LENGTH);
        c5_0.intoArray(s, cAt + 10 * LENGTH);
        c5_1.intoArray(s, cAt + 11 * LENGTH);
    }

    /**
     * Two rows of A·B.
     *
     * @param width columns, {@link #WIDE} or {@link #NARROW}
     * @param pairs of terms
     * @param aAt the pair of rows of A
     * @param bAt column 0 of the first pair of rows of B
     * @param ldb elements of a pair of rows of B
     * @param cAt column 0 of the results
     */
    static void mix(int width, float[] s, int pairs, int aAt, int bAt, int ldb, int cAt) {
        if (width == WIDE) {
            mix6(s, pairs, aAt, bAt, ldb, cAt);
        } else {
            mix4(s, pairs, aAt, bAt, ldb, cAt);
        }
    }

    /** Two rows and six columns of A·B; arguments as of {@link #mix}. */
    private static void mix6(float[] s, int pairs, int aAt, int bAt, int ldb, int cAt) {
        FloatVector c0_0 = zero(SPECIES);
        FloatVector c0_1 = zero(SPECIES);
        FloatVector c1_0 = zero(SPECIES);
        FloatVector c1_1 = zero(SPECIES);
        FloatVector c2_0 = zero(SPECIES);
        FloatVector c2_1 = zero(SPECIES);
        FloatVector c3_0 = zero(SPECIES);
        FloatVector c3_1 = zero(SPECIES);
        FloatVector c4_0 = zero(SPECIES);
        FloatVector c4_1 = zero(SPECIES);
        FloatVector c5_0 = zero(SPECIES);
        FloatVector c5_1 = zero(SPECIES);
        for (int p = 0; p < pairs; p++) {
            int a = aAt + p * (2 * PAIR);
            int b = bAt + p * ldb;
            FloatVector a00 = fromArray(SPECIES, s, a);
            FloatVector a01 = fromArray(SPECIES, s, a + LENGTH);
            FloatVector b00 = fromArray(SPECIES, s, b);
            c0_0 = b00.fma(a00, c0_0);
            c0_1 = b00.fma(a01, c0_1);
            loadLoadFence();
            FloatVector b01 = fromArray(SPECIES, s, b + 2 * LENGTH);
            c1_0 = b01.fma(a00, c1_0);
            c1_1 = b01.fma(a01, c1_1);
            loadLoadFence();
            FloatVector b02 = fromArray(SPECIES, s, b + 4 * LENGTH);
            c2_0 = b02.fma(a00, c2_0);
            c2_1 = b02.fma(a01, c2_1);
            loadLoadFence();
            FloatVector b03 = fromArray(SPECIES, s, b + 6 * LENGTH);
            c3_0 = b03.fma(a00, c3_0);
            c3_1 = b03.fma(a01, c3_1);
            loadLoadFence();
            FloatVector b04 = fromArray(SPECIES, s, b + 8 * LENGTH);
            c4_0 = b04.fma(a00, c4_0);
            c4_1 = b04.fma(a01, c4_1);
            loadLoadFence();
            FloatVector b05 = fromArray(SPECIES, s, b + 10 * LENGTH);
            c5_0 = b05.fma(a00, c5_0);
            c5_1 = b05.fma(a01, c5_1);
            loadLoadFence();
            FloatVector a10 = fromArray(SPECIES, s, a + 2 * LENGTH);
            FloatVector a11 = fromArray(SPECIES, s, a + 3 * LENGTH);
            FloatVector b10 = fromArray(SPECIES, s, b + LENGTH);
            c0_0 = b10.fma(a10, c0_0);
            c0_1 = b10.fma(a11, c0_1);
            loadLoadFence();
            FloatVector b11 = fromArray(SPECIES, s, b + 3 * LENGTH);
            c1_0 = b11.fma(a10, c1_0);
            c1_1 = b11.fma(a11, c1_1);
            loadLoadFence();
            FloatVector b12 = fromArray(SPECIES, s, b + 5 * LENGTH);
            c2_0 = b12.fma(a10, c2_0);
            c2_1 = b12.fma(a11, c2_1);
            loadLoadFence();
            FloatVector b13 = fromArray(SPECIES, s, b + 7 * LENGTH);
            c3_0 = b13.fma(a10, c3_0);
            c3_1 = b13.fma(a11, c3_1);
            loadLoadFence();
            FloatVector b14 = fromArray(SPECIES, s, b + 9 * LENGTH);
            c4_0 = b14.fma(a10, c4_0);
            c4_1 = b14.fma(a11, c4_1);
            loadLoadFence();
            FloatVector b15 = fromArray(SPECIES, s, b + 11 * LENGTH);
            c5_0 = b15.fma(a10, c5_0);
            c5_1 = b15.fma(a11, c5_1);
            loadLoadFence();
        }
        c0_0.intoArray(s, cAt);
        c0_1.intoArray(s, cAt + LENGTH);
        c1_0.intoArray(s, cAt + 2 * LENGTH);
        c1_1.intoArray(s, cAt + 3 * LENGTH);
        c2_0.intoArray(s, cAt + 4 * LENGTH);
        c2_1.intoArray(s, cAt + 5 * LENGTH);
        c3_0.intoArray(s, cAt + 6 * LENGTH);
        c3_1.intoArray(s, cAt + 7 * LENGTH);
        c4_0.intoArray(s, cAt + 8 * LENGTH);
        c4_1.intoArray(s, cAt + 9 * LENGTH);
        c5_0.intoArray(s, cAt + 10 * LENGTH);
        c5_1.intoArray(s, cAt + 11 * LENGTH);
    }

    /** Two rows and four columns of A·B; arguments as of {@link #mix}. */
    private static void mix4(float[] s, int pairs, int aAt, int bAt, int ldb, int cAt) {
        FloatVector c0_0 = zero(SPECIES);
        FloatVector c0_1 = zero(SPECIES);
        FloatVector c1_0 = zero(SPECIES);
        FloatVector c1_1 = zero(SPECIES);
        FloatVector c2_0 = zero(SPECIES);
        FloatVector c2_1 = zero(SPECIES);
        FloatVector c3_0 = zero(SPECIES);
        FloatVector c3_1 = zero(SPECIES);
        for (int p = 0; p < pairs; p++) {
            int a = aAt + p * (2 * PAIR);
            int b = bAt + p * ldb;
            FloatVector a00 = fromArray(SPECIES, s, a);
            FloatVector a01 = fromArray(SPECIES, s, a + LENGTH);
            FloatVector b00 = fromArray(SPECIES, s, b);
            c0_0 = b00.fma(a00, c0_0);
            c0_1 = b00.fma(a01, c0_1);
            loadLoadFence();
            FloatVector b01 = fromArray(SPECIES, s, b + 2 * LENGTH);
            c1_0 = b01.fma(a00, c1_0);
            c1_1 = b01.fma(a01, c1_1);
            loadLoadFence();
            FloatVector b02 = fromArray(SPECIES, s, b + 4 * LENGTH);
            c2_0 = b02.fma(a00, c2_0);
            c2_1 = b02.fma(a01, c2_1);
            loadLoadFence();
            FloatVector b03 = fromArray(SPECIES, s, b + 6 * LENGTH);
            c3_0 = b03.fma(a00, c3_0);
            c3_1 = b03.fma(a01, c3_1);
            loadLoadFence();
            FloatVector a10 = fromArray(SPECIES, s, a + 2 * LENGTH);
            FloatVector a11 = fromArray(SPECIES, s, a + 3 * LENGTH);
            FloatVector b10 = fromArray(SPECIES, s, b + LENGTH);
            c0_0 = b10.fma(a10, c0_0);
            c0_1 = b10.fma(a11, c0_1);
            loadLoadFence();
            FloatVector b11 = fromArray(SPECIES, s, b + 3 * LENGTH);
            c1_0 = b11.fma(a10, c1_0);
            c1_1 = b11.fma(a11, c1_1);
            loadLoadFence();
            FloatVector b12 = fromArray(SPECIES, s, b + 5 * LENGTH);
            c2_0 = b12.fma(a10, c2_0);
            c2_1 = b12.fma(a11, c2_1);
            loadLoadFence();
            FloatVector b13 = fromArray(SPECIES, s, b + 7 * LENGTH);
            c3_0 = b13.fma(a10, c3_0);
            c3_1 = b13.fma(a11, c3_1);
            loadLoadFence();
        }
        c0_0.intoArray(s, cAt);
        c0_1.intoArray(s, cAt + LENGTH);
        c1_0.intoArray(s, cAt + 2 * LENGTH);
        c1_1.intoArray(s, cAt + 3 * LENGTH);
        c2_0.intoArray(s, cAt + 4 * LENGTH);
        c2_1.intoArray(s, cAt + 5 * LENGTH);
        c3_0.intoArray(s, cAt + 6 * LENGTH);
        c3_1.intoArray(s, cAt + 7 * LENGTH);
    }
}
