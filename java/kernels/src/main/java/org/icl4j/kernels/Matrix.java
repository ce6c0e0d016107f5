package org.icl4j.kernels;

import java.lang.reflect.Array;
import java.util.Objects;

/**
 * A view of a heap array as one matrix, or as a batch of matrices of one shape.
 *
 * <p>Element (i, j) of matrix b stands at {@code offset + b·stride + i·ld + j}, or, in a {@link
 * #transposed()} view, at {@code offset + b·stride + j·ld + i}. {@code ld} is the leading dimension
 * of BLAS in row-major storage: the distance, in elements, between rows that follow one another in
 * the array. A view holds no data and is immutable; that it lies within its array is checked once,
 * here, so that kernels need not.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Matrix<A> {
    private final A array;
    private final int offset;
    private final int count;
    private final int stride;
    private final int rows;
    private final int cols;
    private final int ld;
    private final boolean transposed;

    /** The transpose, made when it is asked for first; two threads may each make one, and either is right. */
    private Matrix<A> turned;

    private Matrix(A array, int offset, int count, int stride, int rows, int cols, int ld, boolean transposed) {
        this.array = array;
        this.offset = offset;
        this.count = count;
        this.stride = stride;
        this.rows = rows;
        this.cols = cols;
        this.ld = ld;
        this.transposed = transposed;
    }

    /**
     * The whole of {@code array} as {@code rows × cols}, rows one after the other.
     *
     * @throws IllegalArgumentException if {@code array} does not have exactly {@code rows·cols}
     *     elements or is neither {@code float[]} nor {@code double[]}
     */
    public static <A> Matrix<A> of(A array, int rows, int cols) {
        Matrix<A> view = of(array, 0, rows, cols, Math.max(1, cols));
        if ((long) rows * cols != Array.getLength(array)) {
            throw new IllegalArgumentException("array of length "
                    + Array.getLength(array)
                    + " is not ["
                    + rows
                    + ", "
                    + cols
                    + "] = "
                    + (long) rows * cols
                    + " elements; give offset and ld for a part of it");
        }
        return view;
    }

    /**
     * A {@code rows × cols} matrix inside {@code array}.
     *
     * @param offset index of element (0, 0)
     * @param ld distance between rows, in elements; at least {@code max(1, cols)}
     * @throws IllegalArgumentException if a number is negative, {@code ld} too small, or the matrix
     *     leaves the array
     */
    public static <A> Matrix<A> of(A array, int offset, int rows, int cols, int ld) {
        return batch(array, offset, 1, 0, rows, cols, ld);
    }

    /** {@code length} elements from {@code offset} on, as one row. */
    public static <A> Matrix<A> row(A array, int offset, int length) {
        return of(array, offset, 1, length, Math.max(1, length));
    }

    /**
     * {@code count} matrices of {@code rows × cols}, each {@code stride} elements behind the one
     * before.
     *
     * @param stride distance between matrices; 0 repeats one matrix (allowed for operands that are
     *     only read)
     * @throws IllegalArgumentException as {@link #of(Object, int, int, int, int)}
     */
    public static <A> Matrix<A> batch(A array, int offset, int count, int stride, int rows, int cols, int ld) {
        Objects.requireNonNull(array, "array");
        if (!(array instanceof float[]) && !(array instanceof double[])) {
            throw new IllegalArgumentException("a matrix lies in a float[] or a double[], not in a "
                    + array.getClass().getTypeName());
        }
        int length = Array.getLength(array);
        if (offset < 0 || count < 0 || stride < 0 || rows < 0 || cols < 0) {
            throw new IllegalArgumentException("matrix with offset="
                    + offset
                    + " count="
                    + count
                    + " stride="
                    + stride
                    + " rows="
                    + rows
                    + " cols="
                    + cols
                    + ": none may be negative");
        }
        if (ld < Math.max(1, cols)) {
            throw new IllegalArgumentException("matrix with ld="
                    + ld
                    + " < "
                    + Math.max(1, cols)
                    + " (rows="
                    + rows
                    + " cols="
                    + cols
                    + ", row-major): ld is the distance between rows");
        }
        boolean empty = count == 0 || rows == 0 || cols == 0;
        long end = empty ? offset : offset + (count - 1L) * stride + (rows - 1L) * ld + cols;
        if (end > length) {
            throw new IllegalArgumentException("matrix with offset="
                    + offset
                    + " count="
                    + count
                    + " stride="
                    + stride
                    + " rows="
                    + rows
                    + " cols="
                    + cols
                    + " ld="
                    + ld
                    + " needs an array of length "
                    + end
                    + ", but this one has "
                    + length);
        }
        return new Matrix<>(array, offset, count, stride, rows, cols, ld, false);
    }

    /** The same elements read as the transpose of every matrix of the batch. */
    public Matrix<A> transposed() {
        if (turned == null) {
            turned = new Matrix<>(array, offset, count, stride, cols, rows, ld, !transposed);
        }
        return turned;
    }

    /** Matrix {@code b} of the batch alone. */
    public Matrix<A> at(int b) {
        Objects.checkIndex(b, count);
        return new Matrix<>(array, offset + b * stride, 1, 0, rows, cols, ld, transposed);
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) of every matrix of the batch. */
    public Matrix<A> rows(int from, int to) {
        Objects.checkFromToIndex(from, to, rows);
        int start = from == to ? offset : index(0, from, 0);
        return new Matrix<>(array, start, count, stride, to - from, cols, ld, transposed);
    }

    /** Columns {@code from} (inclusive) to {@code to} (exclusive) of every matrix of the batch. */
    public Matrix<A> columns(int from, int to) {
        Objects.checkFromToIndex(from, to, cols);
        int start = from == to ? offset : index(0, 0, from);
        return new Matrix<>(array, start, count, stride, rows, to - from, ld, transposed);
    }

    /** The array behind the view. */
    public A array() {
        return array;
    }

    /** Index of element (0, 0) of matrix 0. */
    public int offset() {
        return offset;
    }

    /** Number of matrices. */
    public int count() {
        return count;
    }

    /** Distance between matrices. */
    public int stride() {
        return stride;
    }

    /** Rows of each matrix, as read. */
    public int rows() {
        return rows;
    }

    /** Columns of each matrix, as read. */
    public int cols() {
        return cols;
    }

    /** Leading dimension of the row-major storage. */
    public int ld() {
        return ld;
    }

    /** Whether the view reads its storage transposed. */
    public boolean isTransposed() {
        return transposed;
    }

    /** Distance between (i, j) and (i + 1, j). */
    public int rowStep() {
        return transposed ? 1 : ld;
    }

    /** Distance between (i, j) and (i, j + 1). */
    public int colStep() {
        return transposed ? ld : 1;
    }

    /** Whether there is no element. */
    public boolean isEmpty() {
        return count == 0 || rows == 0 || cols == 0;
    }

    /** Where element (i, j) of matrix b stands; not checked. */
    public int index(int b, int i, int j) {
        return offset + b * stride + i * rowStep() + j * colStep();
    }

    /** {@code [count, rows, cols]}, without the count if it is 1. */
    public String shape() {
        return count == 1 ? "[" + rows + ", " + cols + "]" : "[" + count + ", " + rows + ", " + cols + "]";
    }

    @Override
    public String toString() {
        return array.getClass().getComponentType()
                + shape()
                + " offset="
                + offset
                + " ld="
                + ld
                + (count == 1 ? "" : " stride=" + stride)
                + (transposed ? " transposed" : "");
    }
}
