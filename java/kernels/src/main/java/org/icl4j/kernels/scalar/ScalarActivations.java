package org.icl4j.kernels.scalar;

import static org.icl4j.kernels.scalar.Elements.forEachRow;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.icl4j.kernels.ActivationKernels;
import org.icl4j.kernels.Gelu;
import org.icl4j.kernels.Matrix;

/** {@link ActivationKernels} by their formulas. */
final class ScalarActivations<A> implements ActivationKernels<A> {
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double TANH_CUBIC = 0.044715;

    private final Elements<A> at;

    ScalarActivations(Elements<A> at) {
        this.at = at;
    }

    @Override
    public void relu(Matrix<A> x, Matrix<A> y) {
        map(x, y, v -> Math.max(v, 0));
    }

    @Override
    public void reluBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        map(x, dy, dx, (v, d) -> Double.isNaN(v) ? v : v > 0 ? d : 0);
    }

    @Override
    public void gelu(Gelu form, Matrix<A> x, Matrix<A> y) {
        map(x, y, v -> gelu(form, v));
    }

    @Override
    public void geluBackward(Gelu form, Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        map(x, dy, dx, (v, d) -> d * derivative(form, v));
    }

    static double gelu(Gelu form, double x) {
        return x == Double.NEGATIVE_INFINITY ? -0.0 : x * gate(form, x);
    }

    /**
     * Φ(x), or its approximation ½(1 + tanh u) = 1/(1 + exp(−2u)), written so that the left tail
     * keeps its digits.
     */
    private static double gate(Gelu form, double x) {
        return switch (form) {
            case EXACT -> Normal.distribution(x);
            case TANH -> 1 / (1 + StrictMath.exp(-2 * SQRT_2_OVER_PI * (x + TANH_CUBIC * x * x * x)));
        };
    }

    /** Derivative of x·gate(x), with gate(−x) for 1 − gate(x), which would cancel. */
    static double derivative(Gelu form, double x) {
        double gate = gate(form, x);
        double complement = gate(form, -x);
        if (gate == 0 || complement == 0) {
            return gate; // So far out the other term is an overflow times zero.
        }
        return gate
                + switch (form) {
                    case EXACT -> x * Normal.density(x);
                    case TANH -> x * gate * complement * 2 * SQRT_2_OVER_PI * (1 + 3 * TANH_CUBIC * x * x);
                };
    }

    private void map(Matrix<A> x, Matrix<A> y, DoubleUnaryOperator f) {
        forEachRow(x, (b, i) -> {
            for (int j = 0; j < x.cols(); j++) {
                at.set(y, b, i, j, f.applyAsDouble(at.get(x, b, i, j)));
            }
        });
    }

    private void map(Matrix<A> x, Matrix<A> z, Matrix<A> y, DoubleBinaryOperator f) {
        forEachRow(x, (b, i) -> {
            for (int j = 0; j < x.cols(); j++) {
                at.set(y, b, i, j, f.applyAsDouble(at.get(x, b, i, j), at.get(z, b, i, j)));
            }
        });
    }
}
