package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.DoubleSupplier;

/**
 * A matrix for a test: it stands inside a larger array with a gap in every row, between matrices and at both ends, all filled
 * with a number that no kernel may read or write.
 */
final class Operand<A> {
    /** What fills the gaps; the netlib BLAS testers call it ROGUE. */
    private static final double ROGUE = -1e10;

    private static final int GUARD = 16;

    final Matrix<A> view;
    private final Precision<A> precision;
    private final A before;

    private Operand(Precision<A> precision, Matrix<A> view) {
        this.precision = precision;
        this.view = view;
        this.before = precision.allocate(precision.length(view.array()));
        snapshot();
    }

    static <A> Operand<A> matrix(Precision<A> precision, int rows, int cols, DoubleSupplier values) {
        return batch(precision, 1, rows, cols, values);
    }

    static <A> Operand<A> batch(Precision<A> precision, int count, int rows, int cols, DoubleSupplier values) {
        int ld = cols + 1;
        int stride = rows * ld + 2;
        int offset = GUARD + cols % 4;
        A array = precision.allocate(offset + GUARD + count * stride);
        for (int i = 0; i < precision.length(array); i++) {
            precision.set(array, i, ROGUE);
        }
        Matrix<A> view = Matrix.batch(array, offset, count, stride, rows, cols, ld);
        for (int b = 0; b < count; b++) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < cols; j++) {
                    precision.set(array, view.index(b, i, j), values.getAsDouble());
                }
            }
        }
        return new Operand<>(precision, view);
    }

    /** Stored transposed: the same matrix to whoever reads {@link #view}. */
    static <A> Operand<A> transposed(Precision<A> precision, int count, int rows, int cols, DoubleSupplier values) {
        return new Operand<>(
                precision, batch(precision, count, cols, rows, values).view.transposed());
    }

    /** The same values in double. */
    Operand<double[]> widened() {
        double[] array = new double[precision.length(view.array())];
        for (int i = 0; i < array.length; i++) {
            array[i] = precision.get(view.array(), i);
        }
        return new Operand<>(Precision.F64, on(array));
    }

    /** The same matrix in storage of its own. */
    Operand<A> copy() {
        A array = precision.allocate(precision.length(before));
        System.arraycopy(view.array(), 0, array, 0, precision.length(before));
        return new Operand<>(precision, on(array));
    }

    private <B> Matrix<B> on(B array) {
        boolean t = view.isTransposed();
        Matrix<B> same = Matrix.batch(
                array,
                view.offset(),
                view.count(),
                view.stride(),
                t ? view.cols() : view.rows(),
                t ? view.rows() : view.cols(),
                view.ld());
        return t ? same.transposed() : same;
    }

    double get(int b, int i, int j) {
        return precision.get(view.array(), view.index(b, i, j));
    }

    void set(int b, int i, int j, double value) {
        precision.set(view.array(), view.index(b, i, j), value);
        snapshot();
    }

    /** The largest |element|. */
    double largest() {
        double largest = 0;
        for (int b = 0; b < view.count(); b++) {
            for (int i = 0; i < view.rows(); i++) {
                for (int j = 0; j < view.cols(); j++) {
                    largest = Math.max(largest, Math.abs(get(b, i, j)));
                }
            }
        }
        return largest;
    }

    /** What an element is to be. */
    @FunctionalInterface
    interface Value {
        double at(int b, int i, int j);
    }

    void fill(Value value) {
        for (int b = 0; b < view.count(); b++) {
            for (int i = 0; i < view.rows(); i++) {
                for (int j = 0; j < view.cols(); j++) {
                    precision.set(view.array(), view.index(b, i, j), value.at(b, i, j));
                }
            }
        }
        snapshot();
    }

    private void snapshot() {
        System.arraycopy(view.array(), 0, before, 0, precision.length(before));
    }

    /** Not a bit was written. */
    void assertUnchanged(String name) {
        for (int i = 0; i < precision.length(before); i++) {
            if (differs(i)) {
                assertEquals(bits(before, i), bits(view.array(), i), name + " was written at index " + i);
            }
        }
    }

    /** Not a bit was written outside the view. */
    void assertGapsUntouched(String name) {
        for (int i = 0; i < precision.length(before); i++) {
            if (differs(i) && !inside(i)) {
                assertEquals(bits(before, i), bits(view.array(), i), name + " was written outside its window, at " + i);
            }
        }
    }

    private boolean differs(int i) {
        return bits(before, i) != bits(view.array(), i);
    }

    private boolean inside(int index) {
        int at = index - view.offset();
        if (at < 0 || view.count() == 0) {
            return false;
        }
        int b = Math.min(view.stride() == 0 ? 0 : at / view.stride(), view.count() - 1);
        int row = (at - b * view.stride()) / view.ld();
        int col = (at - b * view.stride()) % view.ld();
        boolean t = view.isTransposed();
        return row < (t ? view.cols() : view.rows()) && col < (t ? view.rows() : view.cols());
    }

    private long bits(A array, int i) {
        return Double.doubleToRawLongBits(precision.get(array, i));
    }
}
