package org.icl4j.transformer.training;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/** The norm of all gradients taken as one vector, and its limit (Pascanu, Mikolov, Bengio 2013). */
final class GradientNorm<A> {
    private final Kernels<A> kernels;
    private final ShareThreads threads;
    private final List<Scaled<A>> gradients = new ArrayList<>();
    private final double[] squares;

    /**
     * @param kernels which several threads may call
     * @param gradients live
     */
    GradientNorm(Kernels<A> kernels, Parameters<A> gradients, ShareThreads threads) {
        this.kernels = kernels;
        this.threads = threads;
        A nothing = kernels.precision().allocate(0);
        for (Tensor<A> gradient : gradients.asMap().values()) {
            this.gradients.add(Scaled.of(gradient.matrix(), nothing));
        }
        this.squares = new double[this.gradients.size()];
    }

    /** A gradient g, and factors without a term: g ← left·right + factor·g is BLAS's way to say g ← factor·g. */
    private record Scaled<A>(Matrix<A> gradient, Matrix<A> left, Matrix<A> right) {
        static <A> Scaled<A> of(Matrix<A> g, A nothing) {
            return new Scaled<>(
                    g,
                    Matrix.of(nothing, 0, g.rows(), 0, 1),
                    Matrix.of(nothing, 0, 0, g.cols(), Math.max(1, g.cols())));
        }
    }

    /** The Euclidean norm, added up in the order of the parameters. */
    double value() {
        threads.run(squares.length, i -> squares[i] = kernels.sumOfSquares(gradients.get(i).gradient));
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        return Math.sqrt(sum);
    }

    /** Every gradient times {@code factor}. */
    void scale(double factor) {
        threads.run(gradients.size(), i -> {
            Scaled<A> g = gradients.get(i);
            kernels.gemm(0, g.left, g.right, factor, g.gradient);
        });
    }
}
