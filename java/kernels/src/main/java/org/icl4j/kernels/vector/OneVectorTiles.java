package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The tiles of {@link ProductTiles} on panels of one vector. */
final class OneVectorTiles {
    private OneVectorTiles() {}

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
        FloatVector s1_0 = zero(SPECIES);
        FloatVector s2_0 = zero(SPECIES);
        FloatVector s3_0 = zero(SPECIES);
        FloatVector s4_0 = zero(SPECIES);
        FloatVector s5_0 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            FloatVector b0 = fromArray(SPECIES, b, bStart + k * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0_0 = a0.fma(b0, s0_0);
            FloatVector a1 = broadcast(SPECIES, a[aStart1 + k]);
            s1_0 = a1.fma(b0, s1_0);
            FloatVector a2 = broadcast(SPECIES, a[aStart2 + k]);
            s2_0 = a2.fma(b0, s2_0);
            FloatVector a3 = broadcast(SPECIES, a[aStart3 + k]);
            s3_0 = a3.fma(b0, s3_0);
            FloatVector a4 = broadcast(SPECIES, a[aStart4 + k]);
            s4_0 = a4.fma(b0, s4_0);
            FloatVector a5 = broadcast(SPECIES, a[aStart5 + k]);
            s5_0 = a5.fma(b0, s5_0);
        }
        s0_0.intoArray(c, cStart, last);
        s1_0.intoArray(c, cStart + ldc, last);
        s2_0.intoArray(c, cStart + 2 * ldc, last);
        s3_0.intoArray(c, cStart + 3 * ldc, last);
        s4_0.intoArray(c, cStart + 4 * ldc, last);
        s5_0.intoArray(c, cStart + (rows - 1) * ldc, last);
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
        FloatVector s1_0 = zero(SPECIES);
        FloatVector s2_0 = zero(SPECIES);
        FloatVector s3_0 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            FloatVector b0 = fromArray(SPECIES, b, bStart + k * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0_0 = a0.fma(b0, s0_0);
            FloatVector a1 = broadcast(SPECIES, a[aStart1 + k]);
            s1_0 = a1.fma(b0, s1_0);
            FloatVector a2 = broadcast(SPECIES, a[aStart2 + k]);
            s2_0 = a2.fma(b0, s2_0);
            FloatVector a3 = broadcast(SPECIES, a[aStart3 + k]);
            s3_0 = a3.fma(b0, s3_0);
        }
        s0_0.intoArray(c, cStart, last);
        s1_0.intoArray(c, cStart + ldc, last);
        s2_0.intoArray(c, cStart + 2 * ldc, last);
        s3_0.intoArray(c, cStart + (rows - 1) * ldc, last);
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
        FloatVector s1_0 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            FloatVector b0 = fromArray(SPECIES, b, bStart + k * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0_0 = a0.fma(b0, s0_0);
            FloatVector a1 = broadcast(SPECIES, a[aStart1 + k]);
            s1_0 = a1.fma(b0, s1_0);
        }
        s0_0.intoArray(c, cStart, last);
        s1_0.intoArray(c, cStart + ldc, last);
    }

    static void rows1(
            int kc, float[] a, int aStart, float[] b, int bStart, float[] c, int cStart, VectorMask<Float> last) {
        FloatVector s0_0 = zero(SPECIES);
        for (int k = 0; k < kc; k++) {
            FloatVector b0 = fromArray(SPECIES, b, bStart + k * LENGTH);
            FloatVector a0 = broadcast(SPECIES, a[aStart + k]);
            s0_0 = a0.fma(b0, s0_0);
        }
        s0_0.intoArray(c, cStart, last);
    }
}
