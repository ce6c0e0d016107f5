package org.icl4j.transformer.tensor;

import java.util.Arrays;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;

/**
 * A dense array of numbers with a shape, row-major, on a heap array of its own.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Tensor<A> {
    private final Precision<A> precision;
    private final int[] shape;
    private final A array;

    /** Views, made when they are asked for first; two threads may each make one, and either is right. */
    private Matrix<A> matrix;

    private Matrix<A> batch;

    private Tensor(Precision<A> precision, A array, int[] shape) {
        this.precision = precision;
        this.array = array;
        this.shape = shape;
    }

    /**
     * Zeros of this shape.
     *
     * @throws IllegalArgumentException if a dimension is negative or there are more than 2³¹ − 1 elements
     */
    public static <A> Tensor<A> zeros(Precision<A> precision, int... shape) {
        return new Tensor<>(precision, precision.allocate(elements(shape)), shape.clone());
    }

    /**
     * {@code array} seen in this shape; it is not copied.
     *
     * @throws IllegalArgumentException if the length is not the product of the dimensions
     */
    public static <A> Tensor<A> of(Precision<A> precision, A array, int... shape) {
        if (precision.length(array) != elements(shape)) {
            throw new IllegalArgumentException("array of length " + precision.length(array) + " for shape "
                    + Arrays.toString(shape) + " of " + elements(shape) + " elements");
        }
        return new Tensor<>(precision, array, shape.clone());
    }

    private static int elements(int[] shape) {
        long elements = 1;
        for (int dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a negative dimension");
            }
            elements = Math.min(elements, dimension); // A 0 anywhere: none, however large the others are.
        }
        for (int dimension : shape) {
            elements *= dimension;
            if (elements > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "shape " + Arrays.toString(shape) + " has more than " + Integer.MAX_VALUE + " elements");
            }
        }
        return (int) elements;
    }

    /** The storage type. */
    public Precision<A> precision() {
        return precision;
    }

    /** The array behind the tensor. */
    public A array() {
        return array;
    }

    /** Number of elements. */
    public int size() {
        return precision.length(array);
    }

    /** Number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /** Dimension {@code axis}. */
    public int dim(int axis) {
        return shape[axis];
    }

    /** A copy of the dimensions. */
    public int[] shape() {
        return shape.clone();
    }

    /** Whether it has these dimensions. */
    public boolean isShaped(int... dimensions) {
        return Arrays.equals(shape, dimensions);
    }

    /** Whether it has the dimensions of {@code other}. */
    public boolean isShapedAs(Tensor<?> other) {
        return Arrays.equals(shape, other.shape);
    }

    /** Element {@code index} in row-major order. */
    public double get(int index) {
        return precision.get(array, index);
    }

    /** Sets element {@code index} in row-major order, rounding to the storage type. */
    public void set(int index, double value) {
        precision.set(array, index, value);
    }

    /** Sets all elements, rounding to the storage type. */
    public void fill(double value) {
        precision.fill(array, value);
    }

    /** Row-major index of an element of a rank-2 tensor. */
    public int index(int i, int j) {
        return i * shape[1] + j;
    }

    /** Row-major index of an element of a rank-3 tensor. */
    public int index(int b, int i, int j) {
        return (b * shape[1] + i) * shape[2] + j;
    }

    /**
     * All leading dimensions as rows, the last as columns; a rank-1 tensor is one row.
     *
     * @throws IllegalArgumentException if there are more than 2³¹ − 1 rows, as an empty tensor may have
     */
    public Matrix<A> matrix() {
        if (matrix == null) {
            int last = shape.length - 1;
            matrix = last < 0
                    ? Matrix.of(array, 1, 1)
                    : Matrix.of(array, elements(Arrays.copyOf(shape, last)), shape[last]);
        }
        return matrix;
    }

    /** A rank-3 tensor [B, T, C] as a batch of B matrices [T, C]. */
    public Matrix<A> batch() {
        requireRank(3);
        if (batch == null) {
            int stride = size() == 0 ? 0 : shape[1] * shape[2]; // Without elements the product may be above any int.
            batch = Matrix.batch(array, 0, shape[0], stride, shape[1], shape[2], Math.max(1, shape[2]));
        }
        return batch;
    }

    /** Of a rank-3 tensor [B, T, C], T ≥ 1, the last position of every sequence, as one matrix [B, C]. */
    public Matrix<A> lastPositions() {
        requireRank(3);
        int width = shape[2];
        return Matrix.of(array, (shape[1] - 1) * width, shape[0], width, Math.max(1, shape[1] * width));
    }

    private void requireRank(int rank) {
        if (shape.length != rank) {
            throw new IllegalStateException("tensor " + this + " has rank " + shape.length + ", not " + rank);
        }
    }

    /** Row {@code i} of {@link #matrix} as a tensor of rank 1, with storage of its own. */
    public Tensor<A> row(int i) {
        int width = shape[shape.length - 1];
        Tensor<A> row = zeros(precision, width);
        System.arraycopy(array, i * width, row.array, 0, width);
        return row;
    }

    /** √Σ x², in double: the Frobenius norm of a matrix, NaN if an element is. */
    public double norm() {
        double sum = 0;
        for (int i = 0; i < size(); i++) {
            sum += get(i) * get(i);
        }
        return Math.sqrt(sum);
    }

    /**
     * The sum, rounded to the storage type.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public Tensor<A> plus(Tensor<A> other) {
        return combine(other, 1);
    }

    /**
     * The difference, rounded to the storage type.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public Tensor<A> minus(Tensor<A> other) {
        return combine(other, -1);
    }

    private Tensor<A> combine(Tensor<A> other, int sign) {
        if (!isShapedAs(other)) {
            throw new IllegalArgumentException("tensors " + this + " and " + other + " differ in shape");
        }
        Tensor<A> result = zerosLike();
        for (int i = 0; i < size(); i++) {
            result.set(i, get(i) + sign * other.get(i));
        }
        return result;
    }

    /** A tensor of the same content with storage of its own. */
    public Tensor<A> copy() {
        Tensor<A> copy = zeros(precision, shape);
        System.arraycopy(array, 0, copy.array, 0, size());
        return copy;
    }

    /** Zeros of the same shape. */
    public Tensor<A> zerosLike() {
        return zeros(precision, shape);
    }

    /** The element type and shape. */
    @Override
    public String toString() {
        return precision + Arrays.toString(shape);
    }
}
