package org.icl4j.kernels.vector;

import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Matrix;

/** An {@link Epilogue} on a part of C that was just computed, by the loops of the kernels that it stands for. */
final class VectorEpilogue {
    private VectorEpilogue() {}

    /** Applies it to rows {@code row} … {@code toRow} and columns {@code col} … {@code toCol} of matrix {@code batch}. */
    static void apply(
            Epilogue<float[]> epilogue, Matrix<float[]> c, int batch, int row, int toRow, int col, int toCol) {
        if (!epilogue.isNone()) {
            for (int i = row; i < toRow; i++) {
                apply(epilogue, c, batch, i, col, toCol - col);
            }
        }
    }

    private static void apply(Epilogue<float[]> epilogue, Matrix<float[]> c, int batch, int row, int col, int n) {
        float[] array = c.array();
        int at = c.index(batch, row, col);
        if (epilogue.bias().isPresent()) {
            Matrix<float[]> bias = epilogue.bias().get();
            VectorRows.add(bias.array(), bias.index(0, 0, col), array, at, n);
        }
        if (epilogue.kept().isPresent()) {
            Matrix<float[]> kept = epilogue.kept().get();
            System.arraycopy(array, at, kept.array(), kept.index(batch, row, col), n);
        }
        switch (epilogue.activation()) {
            case NONE -> {}
            case RELU -> run(VectorActivations.RELU, array, at, n);
            case GELU_EXACT -> run(VectorActivations.GELU_EXACT, array, at, n);
            case GELU_TANH -> run(VectorActivations.GELU_TANH, array, at, n);
        }
        if (epilogue.residual().isPresent()) {
            Matrix<float[]> residual = epilogue.residual().get();
            VectorRows.add(residual.array(), residual.index(batch, row, col), array, at, n);
        }
    }

    private static void run(LaneMap f, float[] x, int at, int n) {
        f.run(x, at, x, at, x, at, x, at, n);
    }
}
