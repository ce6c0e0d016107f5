package org.icl4j.kernels.scalar;

import static org.icl4j.kernels.scalar.Elements.forEachRow;

import java.util.function.DoubleBinaryOperator;
import org.icl4j.kernels.Gate;
import org.icl4j.kernels.GateKernels;
import org.icl4j.kernels.Gelu;
import org.icl4j.kernels.Matrix;

/** {@link GateKernels} by their formulas. */
final class ScalarGates<A> implements GateKernels<A> {
    private final Elements<A> at;

    ScalarGates(Elements<A> at) {
        this.at = at;
    }

    @Override
    public void exp(Matrix<A> x, Matrix<A> y) {
        map(x, x, y, (v, same) -> StrictMath.exp(v));
    }

    @Override
    public void tanh(Matrix<A> x, Matrix<A> y) {
        map(x, x, y, (v, same) -> StrictMath.tanh(v));
    }

    @Override
    public void tanhBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx) {
        map(y, dy, dx, (v, d) -> d * ((1 - v) * (1 + v)));
    }

    @Override
    public void sigmoid(Matrix<A> x, Matrix<A> y) {
        map(x, x, y, (v, same) -> sigmoid(v));
    }

    @Override
    public void sigmoidBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx) {
        map(y, dy, dx, (v, d) -> d * (v * (1 - v)));
    }

    @Override
    public void silu(Matrix<A> x, Matrix<A> y) {
        map(x, x, y, (v, same) -> silu(v));
    }

    @Override
    public void siluBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        map(x, dy, dx, (v, d) -> d * siluSlope(v));
    }

    @Override
    public void softplus(Matrix<A> x, Matrix<A> y) {
        map(x, x, y, (v, same) -> Math.max(v, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(v))));
    }

    @Override
    public void softplusBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        map(x, dy, dx, (v, d) -> d * sigmoid(v));
    }

    @Override
    public void gate(Gate form, Matrix<A> x, Matrix<A> g, Matrix<A> y) {
        map(x, g, y, (v, gate) -> activation(form, gate) * v);
    }

    @Override
    public void gateBackward(Gate form, Matrix<A> x, Matrix<A> g, Matrix<A> dy, Matrix<A> dx, Matrix<A> dg) {
        forEachRow(x, (b, i) -> {
            for (int j = 0; j < x.cols(); j++) {
                double gate = at.get(g, b, i, j);
                double d = at.get(dy, b, i, j);
                double v = at.get(x, b, i, j);
                at.set(dx, b, i, j, d * activation(form, gate));
                at.set(dg, b, i, j, d * v * slope(form, gate));
            }
        });
    }

    @Override
    public void add(Matrix<A> x, Matrix<A> z, Matrix<A> y) {
        map(x, z, y, Double::sum);
    }

    /** 1/(1 + exp(−x)), with no exponential that overflows. */
    private static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return x < 0 ? e / (1 + e) : 1 / (1 + e);
    }

    private static double silu(double x) {
        return x == Double.NEGATIVE_INFINITY ? -0.0 : x * sigmoid(x);
    }

    /** s·(1 + x·(1 − s)), with σ(−x) for 1 − s, which would cancel. */
    private static double siluSlope(double x) {
        double s = sigmoid(x);
        double complement = sigmoid(-x);
        return s == 0 || complement == 0 ? s : s * (1 + x * complement);
    }

    private static double activation(Gate form, double g) {
        return switch (form) {
            case SWIGLU -> silu(g);
            case GEGLU_EXACT -> ScalarActivations.gelu(Gelu.EXACT, g);
            case GEGLU_TANH -> ScalarActivations.gelu(Gelu.TANH, g);
        };
    }

    private static double slope(Gate form, double g) {
        return switch (form) {
            case SWIGLU -> siluSlope(g);
            case GEGLU_EXACT -> ScalarActivations.derivative(Gelu.EXACT, g);
            case GEGLU_TANH -> ScalarActivations.derivative(Gelu.TANH, g);
        };
    }

    private void map(Matrix<A> x, Matrix<A> z, Matrix<A> y, DoubleBinaryOperator f) {
        forEachRow(x, (b, i) -> {
            for (int j = 0; j < x.cols(); j++) {
                at.set(y, b, i, j, f.applyAsDouble(at.get(x, b, i, j), at.get(z, b, i, j)));
            }
        });
    }
}
