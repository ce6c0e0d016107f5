package org.icl4j.kernels;

/**
 * The B operand of many products, copied once into the order in which the products of one provider read it. It is made by
 * {@link ProductKernels#pack(Matrix)}, holds no reference to what it was made from, is immutable, and may be used by any thread
 * and by all kernels of that provider and precision.
 *
 * @param <A> {@code float[]} or {@code double[]}, the operands that it is multiplied with
 */
public interface PackedMatrix<A> {
    /** Rows: the terms of the products. */
    int rows();

    /** Columns: those of the products. */
    int cols();

    /** Bytes of the copy. */
    long bytes();

    /** {@code [rows, cols]}. */
    default String shape() {
        return "[" + rows() + ", " + cols() + "]";
    }
}
