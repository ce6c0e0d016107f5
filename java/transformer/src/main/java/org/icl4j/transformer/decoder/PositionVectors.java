package org.icl4j.transformer.decoder;

import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.tensor.Tensor;

/** What is added to the input at every position: x[b, t, :] += vectors[first + t, :]. */
final class PositionVectors<A> {
    private final Kernels<A> kernels;
    private final Tensor<A> x;
    private final Matrix<A> vectors;
    private final Matrix<A> dx;
    private final Matrix<A> gradient;

    /**
     * @param start where the vectors of the first position begin in {@code table}
     */
    private PositionVectors(Kernels<A> kernels, Tensor<A> x, A table, int start, Matrix<A> dx, Matrix<A> gradient) {
        this.kernels = kernels;
        this.x = x;
        this.vectors = Matrix.batch(table, start, x.dim(0), 0, x.dim(1), x.dim(2), x.dim(2));
        this.dx = dx;
        this.gradient = gradient;
    }

    /**
     * {@code weight} of these weights, a row a position, for T positions from {@code first} on.
     *
     * @param x [B, T, C]
     * @param dx the gradient with respect to x is going to stand there
     */
    static <A> PositionVectors<A> learned(Weights<A> weights, int first, Tensor<A> x, Tensor<A> dx) {
        Matrix<A> table = weights.value("weight");
        Matrix<A> gradient = weights.gradient("weight");
        int start = first * x.dim(2);
        int size = x.dim(1) * x.dim(2);
        boolean trains = !gradient.isEmpty();
        return new PositionVectors<>(
                weights.kernels(),
                x,
                table.array(),
                start,
                Matrix.of(dx.array(), x.dim(0), size),
                Matrix.row(gradient.array(), trains ? start : 0, trains ? size : 0));
    }

    /** Column 2·i of position t is sin(t·10000^(−2·i/C)), and the next one its cosine (Vaswani et al. 2017, §3.5). */
    static <A> PositionVectors<A> sinusoidal(Kernels<A> kernels, int first, Tensor<A> x) {
        Precision<A> precision = kernels.precision();
        int width = x.dim(2);
        Tensor<A> table = Tensor.zeros(precision, x.dim(1), width);
        for (int t = 0; t < x.dim(1); t++) {
            for (int j = 0; j < width; j++) {
                int pair = j / 2;
                double angle = (first + t) * StrictMath.pow(10_000, -2.0 * pair / width);
                table.set(table.index(t, j), j % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle));
            }
        }
        Matrix<A> none = Matrix.of(precision.allocate(0), 1, 0);
        return new PositionVectors<>(kernels, x, table.array(), 0, none, none);
    }

    void addToX() {
        kernels.add(x.batch(), vectors, x.batch());
    }

    /** From the gradient with respect to x, which it does not change. */
    void backward() {
        if (!gradient.isEmpty()) {
            kernels.sumRows(dx, 1, gradient);
        }
    }
}
