package org.icl4j.transformer.decoder;

import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.tensor.Tensor;

/** What is added to the input at every position: x[b, t, :] += vectors[first + t, :]. */
final class PositionVectors<A> {
    private final Kernels<A> kernels;
    private final Matrix<A> vectors;
    private final Matrix<A> gradient;

    private PositionVectors(Kernels<A> kernels, Matrix<A> vectors, Matrix<A> gradient) {
        this.kernels = kernels;
        this.vectors = vectors;
        this.gradient = gradient;
    }

    /** {@code weight} of these weights, a row a position, for {@code length} positions from {@code first} on. */
    static <A> PositionVectors<A> learned(Weights<A> weights, int batch, int length, int first) {
        Matrix<A> table = weights.value("weight");
        Matrix<A> gradient = weights.gradient("weight");
        int start = first * table.cols();
        boolean trains = !gradient.isEmpty();
        return new PositionVectors<>(
                weights.kernels(),
                repeated(table.array(), start, batch, length, table.cols()),
                Matrix.row(gradient.array(), trains ? start : 0, trains ? length * table.cols() : 0));
    }

    /** Column 2·i of position t is sin(t·10000^(−2·i/C)), and the next one its cosine (Vaswani et al. 2017, §3.5). */
    static <A> PositionVectors<A> sinusoidal(Kernels<A> kernels, int batch, int length, int first, int width) {
        Precision<A> precision = kernels.precision();
        Tensor<A> table = Tensor.zeros(precision, length, width);
        for (int t = 0; t < length; t++) {
            for (int j = 0; j < width; j++) {
                int pair = j / 2;
                double angle = (first + t) * StrictMath.pow(10_000, -2.0 * pair / width);
                table.set(table.index(t, j), j % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle));
            }
        }
        return new PositionVectors<>(
                kernels, repeated(table.array(), 0, batch, length, width), Matrix.of(precision.allocate(0), 1, 0));
    }

    private static <A> Matrix<A> repeated(A table, int start, int batch, int length, int width) {
        return Matrix.batch(table, start, batch, 0, length, width, width);
    }

    void addTo(Tensor<A> x) {
        kernels.add(x.batch(), vectors, x.batch());
    }

    /** From the gradient with respect to x, which it does not change. */
    void backward(Tensor<A> dx) {
        if (!gradient.isEmpty()) {
            kernels.sumRows(Matrix.of(dx.array(), dx.dim(0), gradient.cols()), 1, gradient);
        }
    }
}
