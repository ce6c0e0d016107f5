package org.icl4j.kernels.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;

/**
 * Makes the operands of a workload: random numbers that are the same in either precision and at every time, and a note of which
 * are results.
 */
public final class Operands<A> {
    private static final int SEED = 20251121;

    private final Precision<A> precision;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<Matrix<A>> all = new ArrayList<>();
    private final List<Matrix<A>> results = new ArrayList<>();

    Operands(Precision<A> precision) {
        this.precision = precision;
    }

    /** The precision of the operands. */
    public Precision<A> precision() {
        return precision;
    }

    /** {@code count} matrices of uniform numbers in (−√3, √3), which have variance 1. */
    public Matrix<A> random(int count, int rows, int cols) {
        return fill(count, rows, cols, -Math.sqrt(3), Math.sqrt(3));
    }

    /** {@code count} matrices of uniform numbers in (½, 2). */
    public Matrix<A> positive(int count, int rows, int cols) {
        return fill(count, rows, cols, 0.5, 2);
    }

    private Matrix<A> fill(int count, int rows, int cols, double low, double high) {
        int size = Math.multiplyExact(Math.multiplyExact(count, rows), cols);
        A array = precision.allocate(size);
        for (int i = 0; i < size; i++) {
            precision.set(array, i, (float) random.nextDouble(low, high));
        }
        return matrix(array, count, rows, cols);
    }

    private Matrix<A> matrix(A array, int count, int rows, int cols) {
        Matrix<A> matrix = Matrix.batch(array, 0, count, Math.multiplyExact(rows, cols), rows, cols, Math.max(1, cols));
        all.add(matrix);
        return matrix;
    }

    /** {@code count} matrices of zeros that the workload will write. */
    public Matrix<A> result(int count, int rows, int cols) {
        A array = precision.allocate(Math.multiplyExact(Math.multiplyExact(count, rows), cols));
        return result(matrix(array, count, rows, cols));
    }

    /** Notes that the workload will write {@code matrix}, and gives it back. */
    public Matrix<A> result(Matrix<A> matrix) {
        results.add(matrix);
        return matrix;
    }

    List<Matrix<A>> all() {
        return List.copyOf(all);
    }

    List<Matrix<A>> results() {
        return List.copyOf(results);
    }
}
