package org.icl4j.kernels.vector;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.ProductKernels;

/**
 * dW += Σ dU[b, t]⊗h[b, t − 1] over all positions t of all batch entries b, with the state before the first one for h[b, −1].
 *
 * <p>The rows of both factors are gathered, {@link #ROWS} positions at a time, so that it takes few products whatever the length
 * of the sequences.
 *
 * @param before the state before the first position, [B, 1, N]
 * @param h the states, [B, T, N]
 * @param dU writes a row of dU
 */
record PositionProducts(Matrix<float[]> before, Matrix<float[]> h, Row dU) {
    /** Positions of a product: their rows stay in the second-level cache. */
    private static final int ROWS = 256;

    /** Writes the row of batch entry {@code b} and position {@code t} to {@code at}. */
    @FunctionalInterface
    interface Row {
        void write(int b, int t, float[] to, int at);
    }

    void addTo(Matrix<float[]> dW, ProductKernels<float[]> products, Scratch scratch) {
        int positions = h.count() * h.rows();
        int rows = Math.min(ROWS, positions);
        float[] left = scratch.take(Math.multiplyExact(rows, dW.rows()));
        float[] right = scratch.take(Math.multiplyExact(rows, dW.cols()));
        try {
            int whole = rows == 0 ? 0 : positions / rows * rows;
            if (whole > 0) {
                addTo(dW, products, 0, whole, rows, left, right);
            }
            if (whole < positions) {
                addTo(dW, products, whole, positions, positions - whole, left, right);
            }
        } finally {
            scratch.giveBack(left);
            scratch.giveBack(right);
        }
    }

    /** The positions {@code from} … {@code to}, counted through the batch, in products of {@code rows} of them. */
    private void addTo(
            Matrix<float[]> dW,
            ProductKernels<float[]> products,
            int from,
            int to,
            int rows,
            float[] left,
            float[] right) {
        Matrix<float[]> a =
                Matrix.of(left, 0, rows, dW.rows(), Math.max(1, dW.rows())).transposed();
        Matrix<float[]> b = Matrix.of(right, 0, rows, dW.cols(), Math.max(1, dW.cols()));
        for (int first = from; first < to; first += rows) {
            for (int row = 0; row < rows; row++) {
                gather(first + row, left, row * dW.rows(), right, row * dW.cols());
            }
            products.gemm(1, a, b, 1, dW);
        }
    }

    private void gather(int position, float[] left, int leftAt, float[] right, int rightAt) {
        int b = position / h.rows();
        int t = position % h.rows();
        dU.write(b, t, left, leftAt);
        Matrix<float[]> from = t == 0 ? before : h;
        System.arraycopy(from.array(), from.index(b, Math.max(0, t - 1), 0), right, rightAt, h.cols());
    }
}
