package org.icl4j.kernels;

/** Matrix products. */
public interface ProductKernels<A> {
    /**
     * C ← α·A·B + β·C, for every matrix of the batch.
     *
     * <p>Shapes: A [m, k], B [k, n], C [m, n]. Any of them may be a {@link Matrix#transposed()}
     * view, which gives the products NN, NT, TN and TT of BLAS. A and B have the batch count of C,
     * or one matrix that serves for all.
     *
     * <p>α and β are rounded to the storage type first. With k = 0 or α = 0, C ← β·C, and A and B are not read. With β = 0,
     * C is not read: NaN in it does not survive. In f32, |β| ≤ 2⁻¹⁵⁰ is 0.
     *
     * <p>Error, elementwise, for any data that do not underflow, with u = ε/2 (2⁻²⁴ in f32) and G = |α|·|A|·|B| + |β|·|C|:
     * |C − exact| ≤ (min(k, 256) + ⌈k/256⌉ + 2)·u·G by {@code vector}, which accumulates in f32, in ascending k, by blocks of
     * 256, one fused multiply-add a term; 2·u·G by {@code scalar} in f32, which accumulates in double; (k + 3)·u·G by the others,
     * in any order. Where terms are of random sign roundings cancel, and the error stays below 4·ε·G at all sizes tested: the
     * unit of the netlib BLAS testers, whose threshold is 16.
     *
     * @param a not modified
     * @param b not modified
     * @param c overwritten; its matrices must not share elements
     * @throws IllegalArgumentException if shapes or batch counts disagree or C overlaps A or B, or a
     *     finite α or β is infinite in the storage type
     */
    void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c);
}
