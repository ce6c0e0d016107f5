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
     * |C − exact| ≤ (b + ⌈k/b⌉ + 2)·u·G by {@code vector}, which accumulates in f32, in ascending k, by blocks of b terms, b = k up
     * to 1024 and 512 beyond, one fused multiply-add a term; 2·u·G by {@code scalar} in f32, which accumulates in double;
     * (k + 3)·u·G by the others, in any order. Where terms are of random sign roundings cancel, and the error stays below 4·ε·G at
     * all sizes tested: the unit of the netlib BLAS testers, whose threshold is 16.
     *
     * @param a not modified
     * @param b not modified
     * @param c overwritten; its matrices must not share elements
     * @throws IllegalArgumentException if shapes or batch counts disagree or C overlaps A or B, or a
     *     finite α or β is infinite in the storage type
     */
    void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c);

    /**
     * Copies B [k, n] into the order in which products read it.
     *
     * @param b one matrix, transposed or not; not modified
     * @throws IllegalArgumentException if {@code b} is a batch
     */
    PackedMatrix<A> pack(Matrix<A> b);

    /**
     * As {@link #pack(Matrix)}, with every element rounded to nearest in {@code type}, by way of f32: half the memory in bf16 and
     * f16, where {@code vector} keeps them so. {@link WeightType#F32} leaves the elements as they are, in f64 too.
     *
     * @throws IllegalArgumentException if {@code b} is a batch
     */
    PackedMatrix<A> pack(Matrix<A> b, WeightType type);

    /**
     * As {@link #pack(Matrix, WeightType)}, of weights as they lie in a file, in their type. All of them are read by this call, in
     * the thread that makes it.
     *
     * @throws IllegalStateException if the segment's arena is closed
     * @throws WrongThreadException if it belongs to another thread
     */
    PackedMatrix<A> pack(StoredMatrix b);

    /**
     * C ← α·A·B + β·C, as {@link #gemm(double, Matrix, Matrix, double, Matrix)}, for a B [k, n] that was packed and serves for
     * every matrix of the batch. B's elements are exact in the kernels' precision; the error bound is that of the other form. By
     * {@code vector} the result has the bits of the other form with the same (rounded) elements, whatever m.
     *
     * @param a not modified
     * @param b packed by kernels of this provider
     * @param c overwritten; its matrices must not share elements
     * @throws IllegalArgumentException as the other form, or if {@code b} was packed by another provider
     */
    void gemm(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c);

    /**
     * C ← activation(α·A·B + β·C + bias) + residual, with the parts of {@code epilogue}, for every matrix of the batch: {@link
     * #gemm(double, Matrix, Matrix, double, Matrix)} and the kernels of {@link Epilogue} after it, with their bits and bounds,
     * without a second pass through memory where the provider can.
     *
     * @param epilogue its bias, and residual of C's shape, are not modified; what it keeps is overwritten
     * @param c overwritten; not transposed
     * @throws IllegalArgumentException as the other form, or if a matrix of the epilogue has another shape, C, a bias, a residual
     *     or what is kept is transposed, or an output shares elements with another operand
     */
    void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c, Epilogue<A> epilogue);

    /** As {@link #gemm(double, Matrix, Matrix, double, Matrix, Epilogue)}, for a B that was packed. */
    void gemm(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c, Epilogue<A> epilogue);
}
