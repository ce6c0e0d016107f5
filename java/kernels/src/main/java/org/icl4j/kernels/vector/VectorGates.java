package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Gate;
import org.icl4j.kernels.GateKernels;
import org.icl4j.kernels.Matrix;

/** {@link GateKernels} on vectors. Lanes are independent, so a value does not depend on where it stands. */
final class VectorGates implements GateKernels<float[]> {
    /** Elements of a gate worked on at a time, so that what its steps hand on stays in the nearest cache. */
    private static final int BLOCK = 1024;

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
    private static final LaneMap ADD = new LaneMap((x, y, z) -> x.add(y));

    private final RowTasks tasks;
    private final Scratch scratch;

    VectorGates(RowTasks tasks, Scratch scratch) {
        this.tasks = tasks;
        this.scratch = scratch;
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
    public void add(Matrix<float[]> x, Matrix<float[]> z, Matrix<float[]> y) {
        tasks.map(ADD, x, z, y);
    }

    @Override
    public void gate(Gate form, Matrix<float[]> x, Matrix<float[]> g, Matrix<float[]> y) {
        GateSteps steps = GateSteps.of(form);
        tasks.forEachStretch(
                x,
                g,
                y,
                y,
                (xAt, gAt, yAt, same, n) -> scratch.lend(BLOCK, e -> {
                    for (int i = 0; i < n; i += BLOCK) {
                        int length = Math.min(BLOCK, n - i);
                        steps.exponential()
                                .run(g.array(), gAt + i, g.array(), gAt + i, g.array(), gAt + i, e, 0, length);
                        steps.product().run(g.array(), gAt + i, e, 0, x.array(), xAt + i, y.array(), yAt + i, length);
                    }
                }));
    }

    @Override
    public void gateBackward(
            Gate form,
            Matrix<float[]> x,
            Matrix<float[]> g,
            Matrix<float[]> dy,
            Matrix<float[]> dx,
            Matrix<float[]> dg) {
        GateSteps steps = GateSteps.of(form);
        tasks.forEachStretch(
                x,
                g,
                dy,
                dx,
                dg,
                (xAt, gAt, dyAt, dxAt, dgAt, n) -> scratch.lend(2 * BLOCK, s -> {
                    for (int i = 0; i < n; i += BLOCK) {
                        int length = Math.min(BLOCK, n - i);
                        slopes(steps, g.array(), gAt + i, s, length);
                        gradients(
                                x.array(),
                                xAt + i,
                                g.array(),
                                gAt + i,
                                dy.array(),
                                dyAt + i,
                                s,
                                dx.array(),
                                dxAt + i,
                                dg.array(),
                                dgAt + i,
                                length);
                    }
                }));
    }

    /** s ← a′(g), and behind it, from {@link #BLOCK} on, the share c. */
    private static void slopes(GateSteps steps, float[] g, int gAt, float[] s, int n) {
        steps.exponential().run(g, gAt, g, gAt, g, gAt, s, 0, n);
        steps.share().run(g, gAt, s, 0, s, 0, s, BLOCK, n);
        steps.slope().run(g, gAt, s, 0, s, BLOCK, s, 0, n);
    }

    /** dx ← dy·g·c, dg ← dy·x·a′. */
    private static void gradients(
            float[] x,
            int xAt,
            float[] g,
            int gAt,
            float[] dy,
            int dyAt,
            float[] s,
            float[] dx,
            int dxAt,
            float[] dg,
            int dgAt,
            int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, n - i));
            FloatVector gate = fromArray(SPECIES, g, gAt + i, mask);
            FloatVector d = fromArray(SPECIES, dy, dyAt + i, mask);
            FloatVector activation = GateSteps.activation(gate, gate.mul(fromArray(SPECIES, s, BLOCK + i, mask)));
            FloatVector slope = fromArray(SPECIES, s, i, mask).mul(fromArray(SPECIES, x, xAt + i, mask));
            activation.mul(d).intoArray(dx, dxAt + i, mask);
            slope.mul(d).intoArray(dg, dgAt + i, mask);
        }
    }
}
