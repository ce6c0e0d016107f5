package org.icl4j.kernels.vector;

import java.util.function.IntConsumer;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * Splits work over rows or elements among the threads. Which rows a task takes has no influence on
 * their values.
 */
record RowTasks(WorkerPool workers) {
    /** Elements below which another thread costs more than it brings. */
    static final int TASK_ELEMENTS = 16_384;

    /** Columns that are summed at once: neighbours in memory, and chains of additions that do not wait for one another. */
    static final int COLUMNS = 4 * Lanes.LENGTH;

    /**
     * Whether the rows of m are one task or there is one thread: a kernel then goes through them itself, because what it would hand
     * over is garbage.
     */
    boolean isAlone(Matrix<?> m) {
        return workers.isAlone(Math.ceilDiv(rows(m), rowsEach(m)));
    }

    /** Rows of all matrices of the batch. */
    static int rows(Matrix<?> m) {
        return m.count() * m.rows();
    }

    private static int rowsEach(Matrix<?> m) {
        return Math.max(1, TASK_ELEMENTS / m.cols());
    }

    /** Calls {@code body} with every row number, 0 … rows of all matrices of the batch. */
    void forEachRow(Matrix<?> m, IntConsumer body) {
        forEachRows(m, (from, rows) -> {
            for (int row = from; row < from + rows; row++) {
                body.accept(row);
            }
        });
    }

    /** Calls {@code body} with groups of rows that follow one another. */
    void forEachRows(Matrix<?> m, Part body) {
        split(rows(m), rowsEach(m), body);
    }

    /** Calls {@code body} with the first column of every {@link #COLUMNS}, for sums down the columns. */
    void forEachColumns(Matrix<?> m, IntConsumer body) {
        workers.run(Math.ceilDiv(m.cols(), COLUMNS), block -> body.accept(block * COLUMNS));
    }

    /** As {@link #isAlone}, for sums down the columns. */
    boolean isAloneDown(Matrix<?> m) {
        return workers.isAlone(Math.ceilDiv(m.cols(), COLUMNS));
    }

    /** Start of row {@code row} of the batch, counted through all its matrices. */
    static int rowStart(Matrix<?> m, int row) {
        return m.count() == 1 ? m.index(0, row, 0) : m.index(row / m.rows(), row % m.rows(), 0);
    }

    /**
     * Calls {@code body} with stretches of elements that lie side by side in all four operands,
     * which are of one shape.
     */
    void forEachStretch(Matrix<?> w, Matrix<?> x, Matrix<?> y, Matrix<?> z, Stretch body) {
        forEachStretch(w, x, y, z, z, (wAt, xAt, yAt, zAt, same, n) -> body.accept(wAt, xAt, yAt, zAt, n));
    }

    /** The same for five operands. */
    void forEachStretch(Matrix<?> v, Matrix<?> w, Matrix<?> x, Matrix<?> y, Matrix<?> z, WideStretch body) {
        if (isFlat(v) && isFlat(w) && isFlat(x) && isFlat(y) && isFlat(z)) {
            split(
                    v.count() * v.rows() * v.cols(),
                    TASK_ELEMENTS,
                    (from, length) -> body.accept(
                            v.offset() + from,
                            w.offset() + from,
                            x.offset() + from,
                            y.offset() + from,
                            z.offset() + from,
                            length));
        } else {
            forEachRow(
                    v,
                    row -> body.accept(
                            rowStart(v, row),
                            rowStart(w, row),
                            rowStart(x, row),
                            rowStart(y, row),
                            rowStart(z, row),
                            v.cols()));
        }
    }

    /** y ← f(x, z), elementwise; y may be x or z. */
    void map(LaneMap f, Matrix<float[]> x, Matrix<float[]> z, Matrix<float[]> y) {
        if (workers.isAlone(Math.ceilDiv(rows(x) * x.cols(), TASK_ELEMENTS))) {
            boolean flat = isFlat(x) && isFlat(z) && isFlat(y);
            int stretches = flat ? 1 : rows(x);
            int length = flat ? rows(x) * x.cols() : x.cols();
            for (int row = 0; row < stretches; row++) {
                map(f, x, rowStart(x, row), z, rowStart(z, row), y, rowStart(y, row), length);
            }
        } else {
            forEachStretch(x, z, y, y, (xAt, zAt, yAt, same, n) -> map(f, x, xAt, z, zAt, y, yAt, n));
        }
    }

    private static void map(
            LaneMap f, Matrix<float[]> x, int xAt, Matrix<float[]> z, int zAt, Matrix<float[]> y, int yAt, int n) {
        f.run(x.array(), xAt, z.array(), zAt, x.array(), xAt, y.array(), yAt, n);
    }

    /** Whether the elements lie side by side, through all matrices of the batch. */
    static boolean isFlat(Matrix<?> m) {
        boolean rowsTouch = m.rows() == 1 || m.ld() == m.cols();
        boolean matricesTouch = m.count() == 1 || m.stride() == m.rows() * m.cols();
        return rowsTouch && matricesTouch;
    }

    void split(int items, int perTask, Part body) {
        workers.run(Math.ceilDiv(items, perTask), task -> {
            int from = task * perTask;
            body.accept(from, Math.min(perTask, items - from));
        });
    }

    /** What to do with {@code length} items from {@code from} on. */
    @FunctionalInterface
    interface Part {
        void accept(int from, int length);
    }

    /** What to do with {@code length} elements, given where they start in each operand. */
    @FunctionalInterface
    interface Stretch {
        void accept(int w, int x, int y, int z, int length);
    }

    /** What to do with {@code length} elements, given where they start in each of five operands. */
    @FunctionalInterface
    interface WideStretch {
        void accept(int v, int w, int x, int y, int z, int length);
    }
}
