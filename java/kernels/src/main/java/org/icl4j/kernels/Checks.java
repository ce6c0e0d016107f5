package org.icl4j.kernels;

import java.util.function.Supplier;

/** The argument checks of {@link CheckedKernels}. Sums and products are taken in {@code long}. */
final class Checks {
    /** Pairs of matrices of two batches that are compared one by one. */
    private static final int MAX_PAIRS = 1 << 16;

    /** Columns of a head are padded to a multiple of this, and its working memory has room for so many more rows. */
    private static final long HEAD_COLUMNS = 32;

    private static final long HEAD_ROWS = 512;

    /** Elements of working memory that attention may take for one head. */
    private static final long MAX_HEAD_ELEMENTS = 1L << 30;

    private Checks() {}

    /** A matrix of this shape, which follows from that of {@code given}; its words are made only when they are needed. */
    static void requireShape(
            String kernel,
            String name,
            Matrix<?> m,
            int count,
            int rows,
            long cols,
            String givenName,
            Matrix<?> given) {
        if (m.count() != count || m.rows() != rows || m.cols() != cols) {
            throw mismatch(kernel, name, m, count, rows, cols, givenName + " is " + given.shape());
        }
    }

    /** A matrix of this shape, which follows from what {@code given} says. */
    static void requireShape(
            String kernel, String name, Matrix<?> m, int count, int rows, long cols, Supplier<String> given) {
        if (m.count() != count || m.rows() != rows || m.cols() != cols) {
            throw mismatch(kernel, name, m, count, rows, cols, given.get());
        }
    }

    /** Factors of C: each of them one matrix for every one of C, or one that serves for the whole batch. */
    static void requireFactors(String kernel, Matrix<?> a, Matrix<?> b, Matrix<?> c) {
        if (!isShapedOrShared(a, c.count(), c.rows(), a.cols())) {
            throw mismatch(kernel, "A", a, c.count(), c.rows(), a.cols(), "C is " + c.shape());
        }
        if (!isShapedOrShared(b, c.count(), a.cols(), c.cols())) {
            throw mismatch(kernel, "B", b, c.count(), a.cols(), c.cols(), "A is " + a.shape() + ", C is " + c.shape());
        }
    }

    /** The same where B is packed, one matrix for the whole batch. */
    static void requireFactors(String kernel, Matrix<?> a, PackedMatrix<?> b, Matrix<?> c) {
        if (!isShapedOrShared(a, c.count(), c.rows(), b.rows())) {
            throw mismatch(kernel, "A", a, c.count(), c.rows(), b.rows(), "B is " + b.shape() + ", C is " + c.shape());
        }
        if (c.cols() != b.cols()) {
            throw mismatch(kernel, "C", c, c.count(), c.rows(), b.cols(), "B is " + b.shape());
        }
    }

    private static boolean isShapedOrShared(Matrix<?> m, int count, int rows, int cols) {
        return (m.count() == count || m.count() == 1) && m.rows() == rows && m.cols() == cols;
    }

    private static IllegalArgumentException mismatch(
            String kernel, String name, Matrix<?> m, int count, int rows, long cols, String given) {
        String wanted = count == 1 ? "[" + rows + ", " + cols + "]" : "[" + count + ", " + rows + ", " + cols + "]";
        return new IllegalArgumentException(
                kernel + ": " + name + " is " + m.shape() + ", but must be " + wanted + ", as " + given);
    }

    /** A factor as the storage type holds it, so that every provider works with one value. */
    static double requireFactor(Precision<?> precision, String kernel, String name, double value) {
        double stored = precision.round(value);
        if (Double.isInfinite(stored) && Double.isFinite(value)) {
            throw new IllegalArgumentException(kernel + ": " + name + "=" + value + " is beyond the largest "
                    + precision + " number, " + precision.maxValue() + "; choose a smaller one, or work in f64");
        }
        return stored;
    }

    /** A setting that stays a normal number in the storage type, or is 0: rounded to 0 or ∞ it would mean something else. */
    static void requireSetting(Precision<?> precision, String kernel, String name, double value) {
        double stored = Math.abs(precision.round(value));
        if (value != 0 && !(stored >= precision.minNormal() && stored <= precision.maxValue())) {
            throw new IllegalArgumentException(kernel + ": " + name + "=" + value + " would be stored as "
                    + precision.round(value) + " in " + precision + ", which keeps all digits from "
                    + precision.minNormal()
                    + " to " + precision.maxValue() + " only; choose " + name + " in there, or work in f64");
        }
    }

    /** A row that a mean can be taken of. */
    static void requireColumns(String kernel, String name, Matrix<?> m) {
        if (m.cols() == 0) {
            throw new IllegalArgumentException(
                    kernel + ": " + name + " is " + m.shape() + ", but rows must have at least 1 element");
        }
    }

    /** Columns that split into heads of one width. */
    static void requireHeads(String kernel, String name, Matrix<?> m, int nHeads) {
        if (m.cols() % nHeads != 0) {
            throw new IllegalArgumentException(kernel + ": " + name + " " + m.shape() + " has " + m.cols()
                    + " columns, not a multiple of nHeads=" + nHeads);
        }
    }

    /** The working memory of one head, for the widest vectors: it must fit one array. */
    static void requireHeadFits(String kernel, long dHead, long nKeys) {
        long rowFloats = 5 * HEAD_COLUMNS * Math.ceilDiv(dHead, HEAD_COLUMNS);
        if (nKeys + HEAD_ROWS > MAX_HEAD_ELEMENTS / Math.max(1, rowFloats)) {
            throw new IllegalArgumentException(kernel + ": dHead=" + dHead + " and " + nKeys + " keys, but " + rowFloats
                    + "*(keys + " + HEAD_ROWS + "), the working memory of a head, must not exceed " + MAX_HEAD_ELEMENTS
                    + "; take fewer keys or more heads");
        }
    }

    static void requireRowMajor(String kernel, Matrix<?> m) {
        if (m.isTransposed()) {
            throw new IllegalArgumentException(
                    kernel + ": operand " + m + " is a transposed view; only gemm takes one");
        }
    }

    /** No element of {@code m} stands for two positions of the batch. */
    static void requireWritable(String kernel, String name, Matrix<?> m) {
        if (m.count() < 2 || m.isEmpty()) {
            return;
        }
        long span = span(m);
        boolean apart = m.stride() >= span;
        boolean sideBySide = m.stride() >= storageCols(m) && (m.count() - 1L) * m.stride() + storageCols(m) <= m.ld();
        if (!apart && !sideBySide) {
            throw new IllegalArgumentException(kernel + ": output " + name + " " + m
                    + " has matrices that share elements; its stride must be at least " + span);
        }
    }

    static void requireDisjoint(String kernel, String outName, Matrix<?> out, String inName, Matrix<?> in) {
        if (mayOverlap(out, in)) {
            throw new IllegalArgumentException(kernel
                    + ": output "
                    + outName
                    + " "
                    + out
                    + " shares elements with "
                    + inName
                    + " "
                    + in
                    + "; give it storage of its own");
        }
    }

    static void requireSameOrDisjoint(String kernel, String outName, Matrix<?> out, String inName, Matrix<?> in) {
        boolean same = out.array() == in.array()
                && out.offset() == in.offset()
                && out.ld() == in.ld()
                && (out.count() == 1 || out.stride() == in.stride());
        if (!same) {
            requireDisjoint(kernel, outName, out, inName, in);
        }
    }

    /** Whether the two views share an element; where that would take long to find out, yes. */
    static boolean mayOverlap(Matrix<?> x, Matrix<?> y) {
        if (x.array() != y.array() || x.isEmpty() || y.isEmpty()) {
            return false;
        }
        if (end(x) <= y.offset() || end(y) <= x.offset()) {
            return false;
        }
        if (x.ld() != y.ld()) {
            return true;
        }
        if (step(x) == step(y)) {
            return meetInStep(x, y);
        }
        if ((long) matrices(x) * matrices(y) > MAX_PAIRS) {
            return true;
        }
        for (int i = 0; i < matrices(x); i++) {
            for (int j = 0; j < matrices(y); j++) {
                if (meet(x, y, j * step(y) - i * step(x))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** For batches of one stride: all pairs of matrices equally many steps apart lie alike, and far ones do not meet. */
    private static boolean meetInStep(Matrix<?> x, Matrix<?> y) {
        long ahead = (long) x.offset() - y.offset();
        long from = Math.max(Math.floorDiv(ahead - span(y), step(x)), 1 - matrices(x));
        long to = Math.min(Math.ceilDiv(ahead + span(x), step(x)), matrices(y) - 1);
        for (long steps = from; steps <= to; steps++) {
            if (meet(x, y, steps * step(x))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the first matrix of x shares an element with that of y, moved by {@code shift}. */
    private static boolean meet(Matrix<?> x, Matrix<?> y, long shift) {
        long distance = y.offset() + shift - x.offset();
        long row = Math.floorDiv(distance, (long) x.ld());
        long col = Math.floorMod(distance, (long) x.ld());
        boolean beginInside = col < storageCols(x) && row < storageRows(x) && row + storageRows(y) > 0;
        boolean wrapInside = col + storageCols(y) > x.ld() && row + 1 < storageRows(x) && row + 1 + storageRows(y) > 0;
        return beginInside || wrapInside;
    }

    /** Matrices that stand apart: a batch that repeats one matrix is one matrix. */
    private static int matrices(Matrix<?> m) {
        return m.stride() == 0 ? 1 : m.count();
    }

    /** From one of them to the next. */
    private static long step(Matrix<?> m) {
        return matrices(m) == 1 ? 1 : m.stride();
    }

    /** From the first to behind the last element of one matrix. */
    private static long span(Matrix<?> m) {
        return (storageRows(m) - 1) * m.ld() + storageCols(m);
    }

    private static long end(Matrix<?> m) {
        return m.offset() + (matrices(m) - 1) * step(m) + span(m);
    }

    private static long storageRows(Matrix<?> m) {
        return m.isTransposed() ? m.cols() : m.rows();
    }

    private static long storageCols(Matrix<?> m) {
        return m.isTransposed() ? m.rows() : m.cols();
    }
}
