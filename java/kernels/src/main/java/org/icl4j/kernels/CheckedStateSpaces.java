package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireShape;

import java.util.function.Supplier;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link StateSpaceKernels}. */
abstract class CheckedStateSpaces<A> extends CheckedRecurrences<A> implements StateSpaceKernels<A> {
    /** Elements of working memory that the gradient of a selective scan may take for one batch entry. */
    private static final long MAX_SCAN_ELEMENTS = 1L << 30;

    /** States, two sums, and the lanes of the widest vectors. */
    private static final int SCAN_ELEMENTS = 3 * 16;

    CheckedStateSpaces(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void diagonalScan(Matrix<A> a, Matrix<A> initial, Matrix<A> x, Matrix<A> h) {
        beginRowMajor("diagonalScan", a, initial, x, h);
        requireElementwise("diagonalScan", x, "h", h);
        requireDiagonal("diagonalScan", a, initial, h);
        requireOutputs("diagonalScan", new Matrix<?>[] {h}, a, initial);
        if (!h.isEmpty()) {
            parts.stateSpaces().diagonalScan(a, initial, x, h);
        }
    }

    @Override
    public void diagonalScanBackward(
            Matrix<A> a, Matrix<A> initial, Matrix<A> h, Matrix<A> dH, Matrix<A> dX, Matrix<A> dA, Matrix<A> dInitial) {
        String kernel = "diagonalScanBackward";
        beginRowMajor(kernel, a, initial, h, dH, dX, dA, dInitial);
        requireDiagonal(kernel, a, initial, h);
        requireLike(kernel, "dH", dH, "h", h);
        requireElementwise(kernel, dH, "dX", dX);
        requireLike(kernel, "dA", dA, "a", a);
        requireLike(kernel, "dInitial", dInitial, "initial", initial);
        requireOutputs(kernel, new Matrix<?>[] {dX, dA, dInitial}, a, initial, h);
        requireOutputs(kernel, new Matrix<?>[] {dA, dInitial}, dH);
        if (!dInitial.isEmpty()) {
            parts.stateSpaces().diagonalScanBackward(a, initial, h, dH, dX, dA, dInitial);
        }
    }

    private static <A> void requireDiagonal(String kernel, Matrix<A> a, Matrix<A> initial, Matrix<A> h) {
        requireShape(kernel, "a", a, 1, 1, h.cols(), "h", h);
        requireShape(kernel, "initial", initial, h.count(), 1, h.cols(), "h", h);
    }

    @Override
    public void selectiveScan(SelectiveScan<A> in, Matrix<A> y, Matrix<A> last) {
        beginRowMajor("selectiveScan", in.x(), in.delta(), in.a(), in.b(), in.c(), in.skip(), in.initial(), y, last);
        requireSelective("selectiveScan", Names.INPUTS, in);
        requireLike("selectiveScan", "y", y, "x", in.x());
        requireElementwise("selectiveScan", in.initial(), "last", last);
        requireOutputs(
                "selectiveScan", new Matrix<?>[] {y, last}, in.x(), in.delta(), in.a(), in.b(), in.c(), in.skip());
        requireDisjoint("selectiveScan", "y", y, "initial", in.initial());
        if (!y.isEmpty() || !last.isEmpty()) {
            parts.stateSpaces().selectiveScan(in, y, last);
        }
    }

    @Override
    public void selectiveScanBackward(SelectiveScan<A> in, Matrix<A> dY, Matrix<A> dLast, SelectiveScan<A> gradients) {
        String kernel = "selectiveScanBackward";
        beginRowMajor(kernel, in.x(), in.delta(), in.a(), in.b(), in.c(), in.skip(), in.initial(), dY, dLast);
        Matrix<A> dX = gradients.x();
        Matrix<A> dDelta = gradients.delta();
        Matrix<A> dA = gradients.a();
        Matrix<A> dB = gradients.b();
        Matrix<A> dC = gradients.c();
        Matrix<A> dSkip = gradients.skip();
        Matrix<A> dInitial = gradients.initial();
        beginRowMajor(kernel, dX, dDelta, dA, dB, dC, dSkip, dInitial);
        requireSelective(kernel, Names.INPUTS, in);
        requireSelective(kernel, Names.GRADIENTS, gradients);
        requireLike(kernel, "dY", dY, "x", in.x());
        requireLike(kernel, "dLast", dLast, "initial", in.initial());
        requireLike(kernel, "gradient of x", dX, "x", in.x());
        requireElementwise(kernel, dLast, "gradient of initial", dInitial);
        requireOutputs(
                kernel,
                new Matrix<?>[] {dX, dDelta, dA, dB, dC, dSkip, dInitial},
                in.x(),
                in.delta(),
                in.a(),
                in.b(),
                in.c(),
                in.skip(),
                in.initial(),
                dY);
        requireOutputs(kernel, new Matrix<?>[] {dX, dDelta, dA, dB, dC, dSkip}, dLast);
        requireScanFits(kernel, in.b());
        if (!dX.isEmpty() || !dInitial.isEmpty() || !dB.isEmpty()) {
            parts.stateSpaces().selectiveScanBackward(in, dY, dLast, gradients);
        }
    }

    private static <A> void requireSelective(String kernel, Names names, SelectiveScan<A> scan) {
        Matrix<A> x = scan.x();
        int nStates = scan.a().cols();
        Supplier<String> given = () -> names.x + " is " + x.shape();
        requireShape(kernel, names.delta, scan.delta(), x.count(), x.rows(), x.cols(), given);
        requireShape(kernel, names.a, scan.a(), 1, x.cols(), nStates, given);
        requireShape(kernel, names.skip, scan.skip(), 1, 1, x.cols(), given);
        Supplier<String> andStates =
                () -> given.get() + ", " + names.a + " is " + scan.a().shape();
        requireShape(kernel, names.b, scan.b(), x.count(), x.rows(), nStates, andStates);
        requireShape(kernel, names.c, scan.c(), x.count(), x.rows(), nStates, andStates);
        requireShape(kernel, names.initial, scan.initial(), x.count(), x.cols(), nStates, andStates);
    }

    /** What the operands of a scan are called in messages. */
    private record Names(String x, String delta, String a, String b, String c, String skip, String initial) {
        static final Names INPUTS = of("");
        static final Names GRADIENTS = of("gradient of ");

        private static Names of(String prefix) {
            return new Names(
                    prefix + "x",
                    prefix + "delta",
                    prefix + "a",
                    prefix + "b",
                    prefix + "c",
                    prefix + "skip",
                    prefix + "initial");
        }
    }

    private static void requireScanFits(String kernel, Matrix<?> b) {
        if (b.cols() > 0 && b.rows() + 1L > MAX_SCAN_ELEMENTS / SCAN_ELEMENTS / b.cols()) {
            throw new IllegalArgumentException(kernel + ": " + b.rows() + " positions with " + b.cols()
                    + " states, but " + SCAN_ELEMENTS
                    + "*(positions + 1)*states, the working memory of a batch entry, must not exceed "
                    + MAX_SCAN_ELEMENTS + "; cut the sequence and hand on its states");
        }
    }
}
