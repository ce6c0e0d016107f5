package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.RowTasks.rowStart;

import java.util.Arrays;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.ReductionKernels;

/**
 * {@link ReductionKernels} on vectors: each row is cut into pieces of a fixed length, pieces are reduced in any order, and their
 * results one after the other.
 */
final class VectorReductions implements ReductionKernels<float[]> {
    /** Elements of a row at most that are reduced at a time. Part of the result's identity. */
    private static final int PIECE = 16_384;

    private final RowTasks tasks;

    VectorReductions(RowTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public double sum(Matrix<float[]> x) {
        return Arrays.stream(pieces(x, x, (xAt, same, n) -> Reductions.sum(x.array(), xAt, n)))
                .reduce(0, Double::sum);
    }

    @Override
    public double sumOfSquares(Matrix<float[]> x) {
        return Arrays.stream(pieces(x, x, (xAt, same, n) -> Reductions.sumOfSquares(x.array(), xAt, n)))
                .reduce(0, Double::sum);
    }

    @Override
    public double dot(Matrix<float[]> x, Matrix<float[]> z) {
        return Arrays.stream(pieces(x, z, (xAt, zAt, n) -> Reductions.dot(x.array(), xAt, z.array(), zAt, n)))
                .reduce(0, Double::sum);
    }

    @Override
    public double max(Matrix<float[]> x) {
        return Arrays.stream(pieces(x, x, (xAt, same, n) -> Reductions.max(x.array(), xAt, n)))
                .reduce(Double.NEGATIVE_INFINITY, Math::max);
    }

    /** Reduces {@code n} elements, given where they start. */
    @FunctionalInterface
    private interface Piece {
        double reduce(int xAt, int zAt, int n);
    }

    private double[] pieces(Matrix<float[]> x, Matrix<float[]> z, Piece body) {
        int perRow = Math.ceilDiv(x.cols(), PIECE);
        double[] results = new double[x.count() * x.rows() * perRow];
        int perTask = Math.max(1, PIECE / x.cols());
        tasks.split(results.length, perTask, (from, length) -> {
            for (int i = from; i < from + length; i++) {
                int row = i / perRow;
                int column = i % perRow * PIECE;
                int n = Math.min(PIECE, x.cols() - column);
                results[i] = body.reduce(rowStart(x, row) + column, rowStart(z, row) + column, n);
            }
        });
        return results;
    }
}
