package org.icl4j.kernels.vector;

import org.icl4j.kernels.Gate;
import org.icl4j.kernels.GateKernels;
import org.icl4j.kernels.Matrix;

/** {@link GateKernels} on vectors. Lanes are independent, so a value does not depend on where it stands. */
final class VectorGates implements GateKernels<float[]> {
    private static final LaneMap EXP = new LaneMap((x, y, z) -> VectorMath.exp(x));
    private static final LaneMap TANH = new LaneMap((x, y, z) -> Hyperbolic.tanh(x));
    private static final LaneMap TANH_BACKWARD =
            new LaneMap((y, dy, z) -> Hyperbolic.tanhSlope(y).mul(dy));
    private static final LaneMap SIGMOID = new LaneMap((x, y, z) -> Hyperbolic.sigmoid(x));
    private static final LaneMap SIGMOID_BACKWARD =
            new LaneMap((y, dy, z) -> Hyperbolic.sigmoidSlope(y).mul(dy));
    private static final LaneMap SILU = new LaneMap((x, y, z) -> Hyperbolic.silu(x));
    private static final LaneMap SILU_BACKWARD =
            new LaneMap((x, dy, z) -> Hyperbolic.siluSlope(x).mul(dy));
    private static final LaneMap SOFTPLUS = new LaneMap((x, y, z) -> Hyperbolic.softplus(x));
    private static final LaneMap SOFTPLUS_BACKWARD =
            new LaneMap((x, dy, z) -> Hyperbolic.sigmoid(x).mul(dy));
    private static final LaneMap SWIGLU =
            new LaneMap((g, x, z) -> Hyperbolic.silu(g).mul(x));
    private static final LaneMap GEGLU_EXACT =
            new LaneMap((g, x, z) -> VectorActivations.geluExact(g).mul(x));
    private static final LaneMap GEGLU_TANH =
            new LaneMap((g, x, z) -> VectorActivations.geluTanh(g).mul(x));
    private static final GateGradient SWIGLU_BACKWARD = new GateGradient(GateSteps.SWIGLU);
    private static final GateGradient GEGLU_EXACT_BACKWARD = new GateGradient(GateSteps.GEGLU_EXACT);
    private static final GateGradient GEGLU_TANH_BACKWARD = new GateGradient(GateSteps.GEGLU_TANH);
    private static final LaneMap ADD = new LaneMap((x, y, z) -> x.add(y));

    private final RowTasks tasks;

    VectorGates(RowTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public void exp(Matrix<float[]> x, Matrix<float[]> y) {
        tasks.map(EXP, x, x, y);
    }

    @Override
    public void tanh(Matrix<float[]> x, Matrix<float[]> y) {
        tasks.map(TANH, x, x, y);
    }

    @Override
    public void tanhBackward(Matrix<float[]> y, Matrix<float[]> dy, Matrix<float[]> dx) {
        tasks.map(TANH_BACKWARD, y, dy, dx);
    }

    @Override
    public void sigmoid(Matrix<float[]> x, Matrix<float[]> y) {
        tasks.map(SIGMOID, x, x, y);
    }

    @Override
    public void sigmoidBackward(Matrix<float[]> y, Matrix<float[]> dy, Matrix<float[]> dx) {
        tasks.map(SIGMOID_BACKWARD, y, dy, dx);
    }

    @Override
    public void silu(Matrix<float[]> x, Matrix<float[]> y) {
        tasks.map(SILU, x, x, y);
    }

    @Override
    public void siluBackward(Matrix<float[]> x, Matrix<float[]> dy, Matrix<float[]> dx) {
        tasks.map(SILU_BACKWARD, x, dy, dx);
    }

    @Override
    public void softplus(Matrix<float[]> x, Matrix<float[]> y) {
        tasks.map(SOFTPLUS, x, x, y);
    }

    @Override
    public void softplusBackward(Matrix<float[]> x, Matrix<float[]> dy, Matrix<float[]> dx) {
        tasks.map(SOFTPLUS_BACKWARD, x, dy, dx);
    }

    @Override
    public void add(Matrix<float[]> x, Matrix<float[]> z, Matrix<float[]> y) {
        tasks.map(ADD, x, z, y);
    }

    @Override
    public void gate(Gate form, Matrix<float[]> x, Matrix<float[]> g, Matrix<float[]> y) {
        LaneMap map = switch (form) {
            case SWIGLU -> SWIGLU;
            case GEGLU_EXACT -> GEGLU_EXACT;
            case GEGLU_TANH -> GEGLU_TANH;
        };
        tasks.map(map, g, x, y);
    }

    @Override
    public void gateBackward(
            Gate form,
            Matrix<float[]> x,
            Matrix<float[]> g,
            Matrix<float[]> dy,
            Matrix<float[]> dx,
            Matrix<float[]> dg) {
        GateGradient gradient = switch (form) {
            case SWIGLU -> SWIGLU_BACKWARD;
            case GEGLU_EXACT -> GEGLU_EXACT_BACKWARD;
            case GEGLU_TANH -> GEGLU_TANH_BACKWARD;
        };
        tasks.forEachStretch(
                x,
                g,
                dy,
                dx,
                dg,
                (xAt, gAt, dyAt, dxAt, dgAt, n) -> gradient.run(
                        x.array(), xAt, g.array(), gAt, dy.array(), dyAt, dx.array(), dxAt, dg.array(), dgAt, n));
    }
}
