package org.icl4j.kernels.vector;

import static java.lang.invoke.VarHandle.loadLoadFence;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.LockstepTiles.WIDE;

import jdk.incubator.vector.FloatVector;

/**
 * The tiles of {@link LockstepTiles} for the gradients of keys and values, with A transposed and sums that go on from where earlier
 * queries left them. One method for both, with the distances of A as arguments, takes .06 to .18 more time.
 */
final class LockstepOuterTiles {
    private LockstepOuterTiles() {}

    /**
     * Two rows of S + Aᵀ·B, otherwise as {@link LockstepTiles#mix}.
     *
     * @param aAt the first pair of rows of A, at the first of two columns
     * @param lda elements of a pair of rows of A
     * @param startAt column 0 of S
     */
    static void add(int width, float[] s, int pairs, int aAt, int lda, int bAt, int ldb, int startAt, int cAt) {
        if (width == WIDE) {
            outer6(s, pairs, aAt, lda, bAt, ldb, startAt, cAt);
        } else {
            outer4(s, pairs, aAt, lda, bAt, ldb, startAt, cAt);
        }
    }

    /** Two rows and six columns of Aᵀ·B; arguments as of {@link #add}. */
    private static void outer6(float[] s, int pairs, int aAt, int lda, int bAt, int ldb, int startAt, int cAt) {
        FloatVector c0_0 = fromArray(SPECIES, s, startAt);
        FloatVector c0_1 = fromArray(SPECIES, s, startAt + LENGTH);
        FloatVector c1_0 = fromArray(SPECIES, s, startAt + 2 * LENGTH);
        FloatVector c1_1 = fromArray(SPECIES, s, startAt + 3 * LENGTH);
        FloatVector c2_0 = fromArray(SPECIES, s, startAt + 4 * LENGTH);
        FloatVector c2_1 = fromArray(SPECIES, s, startAt + 5 * LENGTH);
        FloatVector c3_0 = fromArray(SPECIES, s, startAt + 6 * LENGTH);
        FloatVector c3_1 = fromArray(SPECIES, s, startAt + 7 * LENGTH);
        FloatVector c4_0 = fromArray(SPECIES, s, startAt + 8 * LENGTH);
        FloatVector c4_1 = fromArray(SPECIES, s, startAt + 9 * LENGTH);
        FloatVector c5_0 = fromArray(SPECIES, s, startAt + 10 * LENGTH);
        FloatVector c5_1 = fromArray(SPECIES, s, startAt + 11 * LENGTH);
        for (int p = 0; p < pairs; p++) {
            int a = aAt + p * lda;
            int b = bAt + p * ldb;
            FloatVector a00 = fromArray(SPECIES, s, a);
            FloatVector a01 = fromArray(SPECIES, s, a + 2 * LENGTH);
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
            FloatVector a10 = fromArray(SPECIES, s, a + LENGTH);
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

    /** Two rows and four columns of Aᵀ·B; arguments as of {@link #add}. */
    private static void outer4(float[] s, int pairs, int aAt, int lda, int bAt, int ldb, int startAt, int cAt) {
        FloatVector c0_0 = fromArray(SPECIES, s, startAt);
        FloatVector c0_1 = fromArray(SPECIES, s, startAt + LENGTH);
        FloatVector c1_0 = fromArray(SPECIES, s, startAt + 2 * LENGTH);
        FloatVector c1_1 = fromArray(SPECIES, s, startAt + 3 * LENGTH);
        FloatVector c2_0 = fromArray(SPECIES, s, startAt + 4 * LENGTH);
        FloatVector c2_1 = fromArray(SPECIES, s, startAt + 5 * LENGTH);
        FloatVector c3_0 = fromArray(SPECIES, s, startAt + 6 * LENGTH);
        FloatVector c3_1 = fromArray(SPECIES, s, startAt + 7 * LENGTH);
        for (int p = 0; p < pairs; p++) {
            int a = aAt + p * lda;
            int b = bAt + p * ldb;
            FloatVector a00 = fromArray(SPECIES, s, a);
            FloatVector a01 = fromArray(SPECIES, s, a + 2 * LENGTH);
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
            FloatVector a10 = fromArray(SPECIES, s, a + LENGTH);
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
