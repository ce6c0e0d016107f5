package org.icl4j.kernels.scalar;

import java.util.function.DoubleBinaryOperator;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.ReductionKernels;

/** {@link ReductionKernels} by their formulas: one sum, in the order of the elements. */
final class ScalarReductions<A> implements ReductionKernels<A> {
    private final Elements<A> at;

    ScalarReductions(Elements<A> at) {
        this.at = at;
    }

    @Override
    public double sum(Matrix<A> x) {
        return reduce(x, x, 0, (v, same) -> v, Double::sum);
    }

    @Override
    public double sumOfSquares(Matrix<A> x) {
        return dot(x, x);
    }

    @Override
    public double dot(Matrix<A> x, Matrix<A> z) {
        return reduce(x, z, 0, (v, w) -> v * w, Double::sum);
    }

    @Override
    public double max(Matrix<A> x) {
        return reduce(x, x, Double.NEGATIVE_INFINITY, (v, same) -> v, Math::max) + 0.0; // −0 becomes +0.
    }

    private double reduce(
            Matrix<A> x, Matrix<A> z, double start, DoubleBinaryOperator term, DoubleBinaryOperator combine) {
        double total = start;
        for (int b = 0; b < x.count(); b++) {
            for (int i = 0; i < x.rows(); i++) {
                for (int j = 0; j < x.cols(); j++) {
                    total = combine.applyAsDouble(total, term.applyAsDouble(at.get(x, b, i, j), at.get(z, b, i, j)));
                }
            }
        }
        return total;
    }
}
