package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The tiles of {@link ProductTiles} on panels of four vectors. */
final class FourVectorTiles {
    private FourVectorTiles() {}

    static void rows6(
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
        int aStart1 = aStart + aRow;
        int aStart2 = aStart + 2 * aRow;
        int aStart3 = aStart + 3 * aRow;
        int aStart4 = aStart + 4 * aRow;
        int aStart5 = aStart + (rows - 1) * aRow;
        FloatVector s0_0 = zero(SPECIES);
        FloatVector s0_1 = zero(SPECIES);
        FloatVector s0_2 = zero(SPECIES);
        FloatVector s0_3 = zero(SPECIES);
        FloatVector s1_0 = zero(SPECIES);
        FloatVector s1_1 = zero(SPECIES);
        FloatVector s1_2 = zero(SPECIES);
        FloatVector s1_3 = zero(SPECIES);
        FloatVector s2_0 = zero(SPECIES);
        FloatVector s2_1 = zero(SPECIES);
        FloatVector s2_2 = zero(SPECIES);
        FloatVector s2_3 = zero(SPECIES);
        FloatVector s3_0 = zero(SPECIES);
        FloatVector s3_1 = zero(SPECIES);
        FloatVector s3_2 = zero(SPECIES);
        FloatVector s3_3 = zero(SPECIES);
        FloatVector s4_0 = zero(SPECIES);
        FloatVector s4_1 = zero(SPECIES);
        FloatVector s4_2 = zero(SPECIES);
        FloatVector s4_3 = zero(SPECIES);
        FloatVector s5_0 = zero(SPECIES);
        FloatVector s5_1 = zero(SPECIES);
        FloatVector s5_2 = zero(SPECIES);
        FloatVector s5_3 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * 4 * LENGTH;
            FloatVector b0 = fromArray(SPECIES, b, bAt);
            FloatVector b1 = fromArray(SPECIES, b, bAt + LENGTH);
            FloatVector b2 = fromArray(SPECIES, b, bAt + 2 * LENGTH);
            FloatVector b3 = fromArray(SPECIES, b, bAt + 3 * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0_0 = a0.fma(b0, s0_0);
            s0_1 = a0.fma(b1, s0_1);
            s0_2 = a0.fma(b2, s0_2);
            s0_3 = a0.fma(b3, s0_3);
            FloatVector a1 = broadcast(SPECIES, a[aStart1 + k]);
            s1_0 = a1.fma(b0, s1_0);
            s1_1 = a1.fma(b1, s1_1);
            s1_2 = a1.fma(b2, s1_2);
            s1_3 = a1.fma(b3, s1_3);
            FloatVector a2 = broadcast(SPECIES, a[aStart2 + k]);
            s2_0 = a2.fma(b0, s2_0);
            s2_1 = a2.fma(b1, s2_1);
            s2_2 = a2.fma(b2, s2_2);
            s2_3 = a2.fma(b3, s2_3);
            FloatVector a3 = broadcast(SPECIES, a[aStart3 + k]);
            s3_0 = a3.fma(b0, s3_0);
            s3_1 = a3.fma(b1, s3_1);
            s3_2 = a3.fma(b2, s3_2);
            s3_3 = a3.fma(b3, s3_3);
            FloatVector a4 = broadcast(SPECIES, a[aStart4 + k]);
            s4_0 = a4.fma(b0, s4_0);
            s4_1 = a4.fma(b1, s4_1);
            s4_2 = a4.fma(b2, s4_2);
            s4_3 = a4.fma(b3, s4_3);
            FloatVector a5 = broadcast(SPECIES, a[aStart5 + k]);
            s5_0 = a5.fma(b0, s5_0);
            s5_1 = a5.fma(b1, s5_1);
            s5_2 = a5.fma(b2, s5_2);
            s5_3 = a5.fma(b3, s5_3);
        }
        s0_0.intoArray(c, cStart);
        s0_1.intoArray(c, cStart + LENGTH);
        s0_2.intoArray(c, cStart + 2 * LENGTH);
        s0_3.intoArray(c, cStart + 3 * LENGTH, last);
        s1_0.intoArray(c, cStart + ldc);
        s1_1.intoArray(c, cStart + ldc + LENGTH);
        s1_2.intoArray(c, cStart + ldc + 2 * LENGTH);
        s1_3.intoArray(c, cStart + ldc + 3 * LENGTH, last);
        s2_0.intoArray(c, cStart + 2 * ldc);
        s2_1.intoArray(c, cStart + 2 * ldc + LENGTH);
        s2_2.intoArray(c, cStart + 2 * ldc + 2 * LENGTH);
        s2_3.intoArray(c, cStart + 2 * ldc + 3 * LENGTH, last);
        s3_0.intoArray(c, cStart + 3 * ldc);
        s3_1.intoArray(c, cStart + 3 * ldc + LENGTH);
        s3_2.intoArray(c, cStart + 3 * ldc + 2 * LENGTH);
        s3_3.intoArray(c, cStart + 3 * ldc + 3 * LENGTH, last);
        s4_0.intoArray(c, cStart + 4 * ldc);
        s4_1.intoArray(c, cStart + 4 * ldc + LENGTH);
        s4_2.intoArray(c, cStart + 4 * ldc + 2 * LENGTH);
        s4_3.intoArray(c, cStart + 4 * ldc + 3 * LENGTH, last);
        s5_0.intoArray(c, cStart + (rows - 1) * ldc);
        s5_1.intoArray(c, cStart + (rows - 1) * ldc + LENGTH);
        s5_2.intoArray(c, cStart + (rows - 1) * ldc + 2 * LENGTH);
        s5_3.intoArray(c, cStart + (rows - 1) * ldc + 3 * LENGTH, last);
    }

    static void rows4(
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
        int aStart1 = aStart + aRow;
        int aStart2 = aStart + 2 * aRow;
        int aStart3 = aStart + (rows - 1) * aRow;
        FloatVector s0_0 = zero(SPECIES);
        FloatVector s0_1 = zero(SPECIES);
        FloatVector s0_2 = zero(SPECIES);
        FloatVector s0_3 = zero(SPECIES);
        FloatVector s1_0 = zero(SPECIES);
        FloatVector s1_1 = zero(SPECIES);
        FloatVector s1_2 = zero(SPECIES);
        FloatVector s1_3 = zero(SPECIES);
        FloatVector s2_0 = zero(SPECIES);
        FloatVector s2_1 = zero(SPECIES);
        FloatVector s2_2 = zero(SPECIES);
        FloatVector s2_3 = zero(SPECIES);
        FloatVector s3_0 = zero(SPECIES);
        FloatVector s3_1 = zero(SPECIES);
        FloatVector s3_2 = zero(SPECIES);
        FloatVector s3_3 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * 4 * LENGTH;
            FloatVector b0 = fromArray(SPECIES, b, bAt);
            FloatVector b1 = fromArray(SPECIES, b, bAt + LENGTH);
            FloatVector b2 = fromArray(SPECIES, b, bAt + 2 * LENGTH);
            FloatVector b3 = fromArray(SPECIES, b, bAt + 3 * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0_0 = a0.fma(b0, s0_0);
            s0_1 = a0.fma(b1, s0_1);
            s0_2 = a0.fma(b2, s0_2);
            s0_3 = a0.fma(b3, s0_3);
            FloatVector a1 = broadcast(SPECIES, a[aStart1 + k]);
            s1_0 = a1.fma(b0, s1_0);
            s1_1 = a1.fma(b1, s1_1);
            s1_2 = a1.fma(b2, s1_2);
            s1_3 = a1.fma(b3, s1_3);
            FloatVector a2 = broadcast(SPECIES, a[aStart2 + k]);
            s2_0 = a2.fma(b0, s2_0);
            s2_1 = a2.fma(b1, s2_1);
            s2_2 = a2.fma(b2, s2_2);
            s2_3 = a2.fma(b3, s2_3);
            FloatVector a3 = broadcast(SPECIES, a[aStart3 + k]);
            s3_0 = a3.fma(b0, s3_0);
            s3_1 = a3.fma(b1, s3_1);
            s3_2 = a3.fma(b2, s3_2);
            s3_3 = a3.fma(b3, s3_3);
        }
        s0_0.intoArray(c, cStart);
        s0_1.intoArray(c, cStart + LENGTH);
        s0_2.intoArray(c, cStart + 2 * LENGTH);
        s0_3.intoArray(c, cStart + 3 * LENGTH, last);
        s1_0.intoArray(c, cStart + ldc);
        s1_1.intoArray(c, cStart + ldc + LENGTH);
        s1_2.intoArray(c, cStart + ldc + 2 * LENGTH);
        s1_3.intoArray(c, cStart + ldc + 3 * LENGTH, last);
        s2_0.intoArray(c, cStart + 2 * ldc);
        s2_1.intoArray(c, cStart + 2 * ldc + LENGTH);
        s2_2.intoArray(c, cStart + 2 * ldc + 2 * LENGTH);
        s2_3.intoArray(c, cStart + 2 * ldc + 3 * LENGTH, last);
        s3_0.intoArray(c, cStart + (rows - 1) * ldc);
        s3_1.intoArray(c, cStart + (rows - 1) * ldc + LENGTH);
        s3_2.intoArray(c, cStart + (rows - 1) * ldc + 2 * LENGTH);
        s3_3.intoArray(c, cStart + (rows - 1) * ldc + 3 * LENGTH, last);
    }

    static void rows2(
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
        int aStart1 = aStart + aRow;
        FloatVector s0_0 = zero(SPECIES);
        FloatVector s0_1 = zero(SPECIES);
        FloatVector s0_2 = zero(SPECIES);
        FloatVector s0_3 = zero(SPECIES);
        FloatVector s1_0 = zero(SPECIES);
        FloatVector s1_1 = zero(SPECIES);
        FloatVector s1_2 = zero(SPECIES);
        FloatVector s1_3 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * 4 * LENGTH;
            FloatVector b0 = fromArray(SPECIES, b, bAt);
            FloatVector b1 = fromArray(SPECIES, b, bAt + LENGTH);
            FloatVector b2 = fromArray(SPECIES, b, bAt + 2 * LENGTH);
            FloatVector b3 = fromArray(SPECIES, b, bAt + 3 * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0_0 = a0.fma(b0, s0_0);
            s0_1 = a0.fma(b1, s0_1);
            s0_2 = a0.fma(b2, s0_2);
            s0_3 = a0.fma(b3, s0_3);
            FloatVector a1 = broadcast(SPECIES, a[aStart1 + k]);
            s1_0 = a1.fma(b0, s1_0);
            s1_1 = a1.fma(b1, s1_1);
            s1_2 = a1.fma(b2, s1_2);
            s1_3 = a1.fma(b3, s1_3);
        }
        s0_0.intoArray(c, cStart);
        s0_1.intoArray(c, cStart + LENGTH);
        s0_2.intoArray(c, cStart + 2 * LENGTH);
        s0_3.intoArray(c, cStart + 3 * LENGTH, last);
        s1_0.intoArray(c, cStart + ldc);
        s1_1.intoArray(c, cStart + ldc + LENGTH);
        s1_2.intoArray(c, cStart + ldc + 2 * LENGTH);
        s1_3.intoArray(c, cStart + ldc + 3 * LENGTH, last);
    }

    static void rows1(
            int kc, float[] a, int aStart, float[] b, int bStart, float[] c, int cStart, VectorMask<Float> last) {
        FloatVector s0_0 = zero(SPECIES);
        FloatVector s0_1 = zero(SPECIES);
        FloatVector s0_2 = zero(SPECIES);
        FloatVector s0_3 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            int bAt = bStart + k * 4 * LENGTH;
            FloatVector b0 = fromArray(SPECIES, b, bAt);
            FloatVector b1 = fromArray(SPECIES, b, bAt + LENGTH);
            FloatVector b2 = fromArray(SPECIES, b, bAt + 2 * LENGTH);
            FloatVector b3 = fromArray(SPECIES, b, bAt + 3 * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0_0 = a0.fma(b0, s0_0);
            s0_1 = a0.fma(b1, s0_1);
            s0_2 = a0.fma(b2, s0_2);
            s0_3 = a0.fma(b3, s0_3);
        }
        s0_0.intoArray(c, cStart);
        s0_1.intoArray(c, cStart + LENGTH);
        s0_2.intoArray(c, cStart + 2 * LENGTH);
        s0_3.intoArray(c, cStart + 3 * LENGTH, last);
    }
}
