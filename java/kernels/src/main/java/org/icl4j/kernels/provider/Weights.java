package org.icl4j.kernels.provider;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.PackedMatrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.StoredMatrix;
import org.icl4j.kernels.WeightType;

/**
 * What is to be packed, a few rows at a time, so that a large file needs no second copy.
 *
 * @param type what to round the elements to; F32 leaves them as they are
 * @param block rows from (inclusive) to (exclusive)
 */
public record Weights<A>(int rows, int cols, WeightType type, Block<A> block) {
    private static final int BLOCK = 256;

    /** The rows of {@code b}, which is one matrix. */
    public static <A> Weights<A> of(Matrix<A> b, WeightType type) {
        return new Weights<>(b.rows(), b.cols(), type, b::rows);
    }

    /** The rows of {@code b} in the storage of {@code precision}. */
    public static <A> Weights<A> of(StoredMatrix b, Precision<A> precision) {
        return new Weights<>(b.rows(), b.cols(), b.type(), (from, to) -> b.rows(precision, from, to));
    }

    /** A plain copy, for products that take their operands as they lie. */
    public PackedMatrix<A> plain(Precision<A> precision) {
        A array = precision.allocate(Math.multiplyExact(rows, cols));
        for (int from = 0; from < rows; from += BLOCK) {
            Matrix<A> some = block.rows(from, Math.min(from + BLOCK, rows));
            for (int i = 0; i < some.rows(); i++) {
                for (int j = 0; j < cols; j++) {
                    double value = precision.get(some.array(), some.index(0, i, j));
                    precision.set(array, (from + i) * cols + j, rounded(precision, value));
                }
            }
        }
        return new Plain<>(Matrix.of(array, rows, cols), (long) rows * cols * precision.bytes());
    }

    private double rounded(Precision<A> precision, double value) {
        return type == WeightType.F32 ? value : type.round((float) value);
    }

    /** The matrix that {@link #plain} made. */
    public static <A> Matrix<A> plain(PackedMatrix<A> packed) {
        if (packed instanceof Plain<A> plain) {
            return plain.matrix;
        }
        throw foreign(packed);
    }

    /** What a provider says of a packed matrix that is not its own. */
    public static IllegalArgumentException foreign(PackedMatrix<?> packed) {
        return new IllegalArgumentException("gemm: B " + packed.shape()
                + " was packed by kernels of another provider; pack it with those that multiply");
    }

    /** Rows of what is to be packed. */
    @FunctionalInterface
    public interface Block<A> {
        Matrix<A> rows(int from, int to);
    }

    private record Plain<A>(Matrix<A> matrix, long bytes) implements PackedMatrix<A> {
        @Override
        public int rows() {
            return matrix.rows();
        }

        @Override
        public int cols() {
            return matrix.cols();
        }
    }
}
