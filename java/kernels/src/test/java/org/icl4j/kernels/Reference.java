package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** The specification in double, and comparison with it. Comparisons are written so that a NaN fails. */
final class Reference {
    /** Scalar kernels in f64. */
    static final Kernels<double[]> KERNELS =
            Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"));

    private Reference() {}

    /** The allowed difference of element (i, j) of matrix b. */
    @FunctionalInterface
    interface Tolerance {
        double at(int b, int i, int j);
    }

    /** Compares elementwise; NaN must meet NaN and an infinity the same infinity. */
    static <A> void assertClose(Operand<double[]> expected, Operand<A> actual, Tolerance tolerance, String what) {
        Matrix<A> view = actual.view;
        for (int b = 0; b < view.count(); b++) {
            for (int i = 0; i < view.rows(); i++) {
                for (int j = 0; j < view.cols(); j++) {
                    double e = expected.get(b, i, j);
                    double a = actual.get(b, i, j);
                    boolean same = Double.isNaN(e) ? Double.isNaN(a) : e == a;
                    if (!same && !(Math.abs(a - e) <= tolerance.at(b, i, j))) {
                        assertTrue(
                                false,
                                what + " at [" + b + ", " + i + ", " + j + "]: expected " + e + ", was " + a
                                        + ", allowed difference " + tolerance.at(b, i, j) + ", " + TestSeed.hint());
                    }
                }
            }
        }
    }
}
