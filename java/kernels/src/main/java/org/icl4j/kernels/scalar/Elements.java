package org.icl4j.kernels.scalar;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;

/** Reads and writes matrix elements by their indices: matrix b of the batch, row i, column j. */
record Elements<A>(Precision<A> precision) {
    double get(Matrix<A> m, int b, int i, int j) {
        return precision.get(m.array(), m.index(b, i, j));
    }

    void set(Matrix<A> m, int b, int i, int j, double value) {
        precision.set(m.array(), m.index(b, i, j), value);
    }

    void add(Matrix<A> m, int b, int i, int j, double value) {
        set(m, b, i, j, get(m, b, i, j) + value);
    }

    /** Element j of a matrix with one row. */
    double get(Matrix<A> row, int j) {
        return get(row, 0, 0, j);
    }

    void set(Matrix<A> row, int j, double value) {
        set(row, 0, 0, j, value);
    }

    /** Calls {@code body} for every row of every matrix of the batch. */
    static void forEachRow(Matrix<?> m, RowBody body) {
        for (int b = 0; b < m.count(); b++) {
            for (int i = 0; i < m.rows(); i++) {
                body.accept(b, i);
            }
        }
    }

    /** What to do with row i of matrix b. */
    @FunctionalInterface
    interface RowBody {
        void accept(int b, int i);
    }
}
