package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.Transposes.SWAP_PAIRS;
import static org.icl4j.kernels.vector.Transposes.UPPER_FOUR;
import static org.icl4j.kernels.vector.Transposes.UPPER_ONE;
import static org.icl4j.kernels.vector.Transposes.UPPER_TWO;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Eight rows of a transposed B, which are transposed in registers and multiplied there. For vectors of eight lanes. */
final class EightRows {
    private EightRows() {}

    /**
     * s[lane] ← s[lane] + Σ_k x[k]·b[lane, k] for {@code terms} terms in their order, a multiple of 4. As {@link Transposes}, it reads up to
     * four elements around those that it uses, between the first row and the last.
     *
     * @param b row r from {@code at} + r·ld on
     * @param x elements from {@code from} on
     * @param sums s from {@code to} on
     */
    static void multiply(float[] b, int at, int ld, int terms, float[] x, int from, float[] sums, int to) {
        int lower = at + 4 * ld - 4;
        FloatVector total = fromArray(SPECIES, sums, to);
        for (int k = 0; k < terms; k += 4) {
            FloatVector v0 = fromArray(SPECIES, b, at + k).blend(fromArray(SPECIES, b, lower + k), UPPER_FOUR);
            FloatVector v1 =
                    fromArray(SPECIES, b, at + ld + k).blend(fromArray(SPECIES, b, lower + ld + k), UPPER_FOUR);
            FloatVector v2 =
                    fromArray(SPECIES, b, at + 2 * ld + k).blend(fromArray(SPECIES, b, lower + 2 * ld + k), UPPER_FOUR);
            FloatVector v3 =
                    fromArray(SPECIES, b, at + 3 * ld + k).blend(fromArray(SPECIES, b, lower + 3 * ld + k), UPPER_FOUR);
            FloatVector even0 = v0.blend(v2.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector even1 = v1.blend(v3.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector odd0 = v0.rearrange(SWAP_PAIRS).blend(v2, UPPER_TWO);
            FloatVector odd1 = v1.rearrange(SWAP_PAIRS).blend(v3, UPPER_TWO);
            FloatVector b0 = even0.blend(
                    even1.reinterpretAsLongs()
                            .lanewise(VectorOperators.LSHL, 32)
                            .reinterpretAsFloats(),
                    UPPER_ONE);
            total = broadcast(SPECIES, x[from + k]).fma(b0, total);
            FloatVector b1 = even0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(even1, UPPER_ONE);
            total = broadcast(SPECIES, x[from + k + 1]).fma(b1, total);
            FloatVector b2 = odd0.blend(
                    odd1.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 32).reinterpretAsFloats(), UPPER_ONE);
            total = broadcast(SPECIES, x[from + k + 2]).fma(b2, total);
            FloatVector b3 = odd0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(odd1, UPPER_ONE);
            total = broadcast(SPECIES, x[from + k + 3]).fma(b3, total);
        }
        total.intoArray(sums, to);
    }

    /** As {@link #multiply}, with two rows of x and two of sums. Written twice, because the second row takes a fifth of the time. */
    static void multiplyTwo(
            float[] b, int at, int ld, int terms, float[] x, int x0, int x1, float[] sums, int s0, int s1) {
        int lower = at + 4 * ld - 4;
        FloatVector sums0 = fromArray(SPECIES, sums, s0);
        FloatVector sums1 = fromArray(SPECIES, sums, s1);
        for (int k = 0; k < terms; k += 4) {
            FloatVector v0 = fromArray(SPECIES, b, at + k).blend(fromArray(SPECIES, b, lower + k), UPPER_FOUR);
            FloatVector v1 =
                    fromArray(SPECIES, b, at + ld + k).blend(fromArray(SPECIES, b, lower + ld + k), UPPER_FOUR);
            FloatVector v2 =
                    fromArray(SPECIES, b, at + 2 * ld + k).blend(fromArray(SPECIES, b, lower + 2 * ld + k), UPPER_FOUR);
            FloatVector v3 =
                    fromArray(SPECIES, b, at + 3 * ld + k).blend(fromArray(SPECIES, b, lower + 3 * ld + k), UPPER_FOUR);
            FloatVector even0 = v0.blend(v2.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector even1 = v1.blend(v3.rearrange(SWAP_PAIRS), UPPER_TWO);
            FloatVector odd0 = v0.rearrange(SWAP_PAIRS).blend(v2, UPPER_TWO);
            FloatVector odd1 = v1.rearrange(SWAP_PAIRS).blend(v3, UPPER_TWO);
            FloatVector b0 = even0.blend(
                    even1.reinterpretAsLongs()
                            .lanewise(VectorOperators.LSHL, 32)
                            .reinterpretAsFloats(),
                    UPPER_ONE);
            sums0 = broadcast(SPECIES, x[x0 + k]).fma(b0, sums0);
            sums1 = broadcast(SPECIES, x[x1 + k]).fma(b0, sums1);
            FloatVector b1 = even0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(even1, UPPER_ONE);
            sums0 = broadcast(SPECIES, x[x0 + k + 1]).fma(b1, sums0);
            sums1 = broadcast(SPECIES, x[x1 + k + 1]).fma(b1, sums1);
            FloatVector b2 = odd0.blend(
                    odd1.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 32).reinterpretAsFloats(), UPPER_ONE);
            sums0 = broadcast(SPECIES, x[x0 + k + 2]).fma(b2, sums0);
            sums1 = broadcast(SPECIES, x[x1 + k + 2]).fma(b2, sums1);
            FloatVector b3 = odd0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(odd1, UPPER_ONE);
            sums0 = broadcast(SPECIES, x[x0 + k + 3]).fma(b3, sums0);
            sums1 = broadcast(SPECIES, x[x1 + k + 3]).fma(b3, sums1);
        }
        sums0.intoArray(sums, s0);
        sums1.intoArray(sums, s1);
    }
}
