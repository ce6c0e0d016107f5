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
     * <p>With k = 0 or α = 0, C ← β·C, and A and B are not read. With β = 0, C is not read: NaN in
     * it does not survive.
     *
     * <p>Error: |C − exact| ≤ 4·ε·(|α|·|A|·|B| + |β|·|C|) elementwise at the sizes tested (ε = 2⁻²³
     * in f32), the unit of the netlib BLAS testers, whose threshold is 16. The specification
     * accumulates in double; {@code vector} in f32, in ascending k, by blocks of 256, one fused
     * multiply-add a term.
     *
     * @param a not modified
     * @param b not modified
     * @param c overwritten; its matrices must not share elements
     * @throws IllegalArgumentException if shapes or batch counts disagree or C overlaps A or B
     */
    void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c);
}
