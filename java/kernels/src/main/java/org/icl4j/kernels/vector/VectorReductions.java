package org.icl4j.kernels.vector;

import java.util.Arrays;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.ReductionKernels;

/**
 * {@link ReductionKernels} on vectors: a matrix is cut into pieces that follow from its shape, pieces are reduced in any order, and
 * their results one after the other.
 */
final class VectorReductions implements ReductionKernels<float[]> {
    /** Elements that a piece has at most: of one row, or whole rows. Part of the result's identity. */
    private static final int PIECE = 16_384;

    private final RowTasks tasks;

    VectorReductions(RowTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public double sum(Matrix<float[]> x) {
        return Arrays.stream(pieces(x, x, (xAt, same, rows, n) -> Reductions.sum(x.array(), xAt, x.ld(), rows, n)))
                .reduce(0, Double::sum);
    }

    @Override
    public double sumOfSquares(Matrix<float[]> x) {
        return Arrays.stream(
                        pieces(x, x, (xAt, same, rows, n) -> Reductions.sumOfSquares(x.array(), xAt, x.ld(), rows, n)))
                .reduce(0, Double::sum);
    }

    @Override
    public double dot(Matrix<float[]> x, Matrix<float[]> z) {
        return Arrays.stream(pieces(
                        x,
                        z,
                        (xAt, zAt, rows, n) -> Reductions.dot(x.array(), xAt, x.ld(), z.array(), zAt, z.ld(), rows, n)))
                .reduce(0, Double::sum);
    }

    @Override
    public double max(Matrix<float[]> x) {
        return Arrays.stream(pieces(x, x, (xAt, same, rows, n) -> Reductions.max(x.array(), xAt, x.ld(), rows, n)))
                .reduce(Double.NEGATIVE_INFINITY, Math::max);
    }

    /** Reduces {@code rows} rows of {@code n} elements, given where they start. */
    @FunctionalInterface
    private interface Piece {
        double reduce(int xAt, int zAt, int rows, int n);
    }

    private double[] pieces(Matrix<float[]> x, Matrix<float[]> z, Piece body) {
        int perRow = Math.ceilDiv(x.cols(), PIECE);
        int rowsEach = Math.max(1, PIECE / x.cols());
        int perMatrix = Math.ceilDiv(x.rows(), rowsEach);
        double[] results = new double[x.count() * perMatrix * perRow];
        tasks.workers().run(results.length, piece -> {
            int column = piece % perRow * PIECE;
            int matrix = piece / perRow / perMatrix;
            int row = piece / perRow % perMatrix * rowsEach;
            results[piece] = body.reduce(
                    x.index(matrix, row, column),
                    z.index(matrix, row, column),
                    Math.min(rowsEach, x.rows() - row),
                    Math.min(PIECE, x.cols() - column));
        });
        return results;
    }
}
