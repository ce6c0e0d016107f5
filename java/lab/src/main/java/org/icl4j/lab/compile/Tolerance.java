package org.icl4j.lab.compile;

import org.icl4j.kernels.Precision;

/** How far the outputs of two models that are equal but for rounding may lie apart, as a part of the greatest output. */
final class Tolerance {
    private static final double F32 = 1e-4;
    private static final double F64 = 1e-12;

    private Tolerance() {}

    /** The bound that identities over stacks of blocks are held to. */
    static double of(Precision<?> precision) {
        return precision == Precision.F32 ? F32 : F64;
    }

    /** Greatest difference of an output from the expected one, as a part of the greatest expected one; NaN if there is one. */
    static double error(double[][] expected, double[][] found) {
        double greatest = 0;
        double error = 0;
        for (int k = 0; k < expected.length; k++) {
            for (int j = 0; j < expected[k].length; j++) {
                greatest = Math.max(greatest, Math.abs(expected[k][j]));
                error = Math.max(error, Math.abs(expected[k][j] - found[k][j]));
            }
        }
        return error == 0 ? 0 : error / greatest;
    }
}
