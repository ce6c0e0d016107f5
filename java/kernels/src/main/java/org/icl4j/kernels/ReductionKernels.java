package org.icl4j.kernels;

/**
 * A matrix, or all matrices of a batch, reduced to one number. Sums are taken in double in a fixed tree that follows from the shape
 * alone: the same bits whatever the number of threads and the gaps between rows. Of N elements, the error is ≤ N·2⁻⁵³·Σ|term|. An empty
 * operand has the sum 0. NaN gives NaN.
 */
public interface ReductionKernels<A> {
    /** Σ x. */
    double sum(Matrix<A> x);

    /** Σ x², such as the square of a gradient's norm. No finite f32 operand overflows; an f64 one does where Σ x² is beyond double. */
    double sumOfSquares(Matrix<A> x);

    /**
     * Σ x∘z.
     *
     * @param z of x's shape; may be x itself
     */
    double dot(Matrix<A> x, Matrix<A> z);

    /** The largest element; NaN if one is NaN, +0 for a zero of either sign, −∞ of an empty operand. */
    double max(Matrix<A> x);
}
