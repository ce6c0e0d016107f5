package org.icl4j.kernels.vector;

import java.util.function.DoubleBinaryOperator;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.ReductionKernels;

/**
 * {@link ReductionKernels} on vectors: a matrix is cut into pieces that follow from its shape, pieces are reduced in any order, and
 * their results one after the other.
 */
final class VectorReductions implements ReductionKernels<float[]> {
    /** Elements that a piece has at most: of one row, or whole rows. Part of the result's identity. */
    private static final int PIECE = 16_384;

    private static final Piece SUM = (x, xAt, xLd, z, zAt, zLd, rows, n) -> Reductions.sum(x, xAt, xLd, rows, n);
    private static final Piece SUM_OF_SQUARES =
            (x, xAt, xLd, z, zAt, zLd, rows, n) -> Reductions.sumOfSquares(x, xAt, xLd, rows, n);
    private static final Piece DOT = Reductions::dot;
    private static final Piece MAX = (x, xAt, xLd, z, zAt, zLd, rows, n) -> Reductions.max(x, xAt, xLd, rows, n);

    private final RowTasks tasks;

    VectorReductions(RowTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public double sum(Matrix<float[]> x) {
        return reduce(SUM, x, x, 0, Double::sum);
    }

    @Override
    public double sumOfSquares(Matrix<float[]> x) {
        return reduce(SUM_OF_SQUARES, x, x, 0, Double::sum);
    }

    @Override
    public double dot(Matrix<float[]> x, Matrix<float[]> z) {
        return reduce(DOT, x, z, 0, Double::sum);
    }

    @Override
    public double max(Matrix<float[]> x) {
        return reduce(MAX, x, x, Double.NEGATIVE_INFINITY, Math::max);
    }

    /** Reduces {@code rows} rows of {@code n} elements, given where they start. */
    @FunctionalInterface
    private interface Piece {
        double reduce(float[] x, int xAt, int xLd, float[] z, int zAt, int zLd, int rows, int n);
    }

    private double reduce(Piece body, Matrix<float[]> x, Matrix<float[]> z, double start, DoubleBinaryOperator join) {
        int pieces = x.count() * Math.ceilDiv(x.rows(), rowsEach(x)) * Math.ceilDiv(x.cols(), PIECE);
        double result = start;
        if (tasks.workers().isAlone(pieces)) {
            for (int piece = 0; piece < pieces; piece++) {
                result = join.applyAsDouble(result, reduce(body, x, z, piece));
            }
            return result;
        }
        double[] results = new double[pieces];
        tasks.workers().run(pieces, piece -> results[piece] = reduce(body, x, z, piece));
        for (double next : results) {
            result = join.applyAsDouble(result, next);
        }
        return result;
    }

    private static int rowsEach(Matrix<float[]> x) {
        return Math.max(1, PIECE / x.cols());
    }

    private static double reduce(Piece body, Matrix<float[]> x, Matrix<float[]> z, int piece) {
        int perRow = Math.ceilDiv(x.cols(), PIECE);
        int rowsEach = rowsEach(x);
        int perMatrix = Math.ceilDiv(x.rows(), rowsEach);
        int column = piece % perRow * PIECE;
        int matrix = piece / perRow / perMatrix;
        int row = piece / perRow % perMatrix * rowsEach;
        return body.reduce(
                x.array(),
                x.index(matrix, row, column),
                x.ld(),
                z.array(),
                z.index(matrix, row, column),
                z.ld(),
                Math.min(rowsEach, x.rows() - row),
                Math.min(PIECE, x.cols() - column));
    }
}
