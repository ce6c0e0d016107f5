package org.icl4j.kernels.vector;

import org.icl4j.kernels.Matrix;

/**
 * The columns of a head in one matrix of a batch: a view that is kept and set anew, because a {@link Matrix} for each head of each call
 * would be garbage.
 */
final class HeadColumns {
    private float[] array;
    private int start;
    private int ld;
    private int rows;
    private int cols;

    /** Columns from {@code first} on of matrix {@code b}. */
    void of(Matrix<float[]> m, int b, int first, int n) {
        array = m.array();
        start = m.index(b, 0, first);
        ld = m.ld();
        rows = m.rows();
        cols = n;
    }

    /** Lets go of the array. */
    void clear() {
        array = null;
    }

    float[] array() {
        return array;
    }

    /** Where a row starts. */
    int row(int i) {
        return start + i * ld;
    }

    int ld() {
        return ld;
    }

    int rows() {
        return rows;
    }

    int cols() {
        return cols;
    }
}
