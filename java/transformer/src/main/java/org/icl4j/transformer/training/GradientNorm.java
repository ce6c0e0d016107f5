package org.icl4j.transformer.training;

import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/** The norm of all gradients taken as one vector, and its limit (Pascanu, Mikolov, Bengio 2013). */
final class GradientNorm {
    private GradientNorm() {}

    /** The Euclidean norm, added up in the order of the parameters. */
    static <A> double of(Kernels<A> kernels, Parameters<A> gradients) {
        double sum = 0;
        for (Tensor<A> gradient : gradients.asMap().values()) {
            sum += kernels.sumOfSquares(gradient.matrix());
        }
        return Math.sqrt(sum);
    }

    /** Every gradient times {@code factor}. */
    static <A> void scale(Kernels<A> kernels, Parameters<A> gradients, double factor) {
        A nothing = kernels.precision().allocate(0);
        for (Tensor<A> gradient : gradients.asMap().values()) {
            Matrix<A> g = gradient.matrix();
            Matrix<A> left = Matrix.of(nothing, 0, g.rows(), 0, 1);
            Matrix<A> right = Matrix.of(nothing, 0, 0, g.cols(), g.cols());
            kernels.gemm(0, left, right, factor, g); // BLAS's way to say g ← factor·g.
        }
    }
}
