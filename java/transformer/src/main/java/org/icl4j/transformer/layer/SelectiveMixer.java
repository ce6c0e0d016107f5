package org.icl4j.transformer.layer;

import org.icl4j.kernels.Gate;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.SelectiveScan;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A selective state-space model (Gu and Dao 2023, Mamba, §3.4) of C channels with {@value #STATES} states each, without Mamba's
 * convolution. As in Mamba-2 (Dao and Gu 2024, §7) one product gives all that depends on the position:
 *
 * <pre>
 * (x, g, s, b, c) = in·in_projᵀ,  Δ = softplus(s + dt_bias),  a = −exp(A_log)
 * y = selectiveScan(x, Δ, a, b, c, D),  out = (y∘silu(g))·c_projᵀ
 * </pre>
 */
final class SelectiveMixer<A> implements Branch<A> {
    /** States of a channel. */
    static final int STATES = 8;

    private final Kernels<A> kernels;
    private final Wires<A> wires;
    private final Linear<A> in;
    private final Output<A> output;
    private final Matrix<A> stepBias;
    private final Matrix<A> dStepBias;
    private final Matrix<A> logRates;
    private final Matrix<A> dLogRates;
    private final Joint<A> of;
    private final Joint<A> d;
    private final Tensor<A> steps;
    private final Tensor<A> dSteps;
    private final Tensor<A> y;
    private final Tensor<A> dY;
    private final Tensor<A> gated;
    private final Tensor<A> dGated;
    private final SelectiveScan<A> scan;
    private final SelectiveScan<A> dScan;
    private final Tensor<A> dA;
    private final Matrix<A> zeros;
    private final Matrix<A> last;

    /** What the first product gives, and its parts. */
    private record Joint<A>(Tensor<A> all, int width) {
        private Matrix<A> part(Matrix<A> of, int from, int to) {
            return of.columns(from, to);
        }

        Matrix<A> x() {
            return part(all.batch(), 0, width);
        }

        Matrix<A> gate() {
            return part(all.matrix(), width, 2 * width);
        }

        Matrix<A> step() {
            return part(all.matrix(), 2 * width, 3 * width);
        }

        Matrix<A> b() {
            return part(all.batch(), 3 * width, 3 * width + STATES);
        }

        Matrix<A> c() {
            return part(all.batch(), 3 * width + STATES, 3 * width + 2 * STATES);
        }
    }

    SelectiveMixer(BlockConfig config, Weights<A> weights, Workspace<A> workspace, Wires<A> wires) {
        int width = config.dModel();
        this.kernels = weights.kernels();
        this.wires = wires;
        this.in = new Linear<>(weights.at("in_proj"), false);
        this.stepBias = weights.value("dt_bias");
        this.dStepBias = weights.gradient("dt_bias");
        this.logRates = weights.value("A_log");
        this.dLogRates = weights.gradient("A_log");
        this.of = new Joint<>(workspace.kept("joint", joint(width)), width);
        this.d = new Joint<>(workspace.scratch("dJoint", joint(width)), width);
        this.steps = workspace.kept("steps", width);
        this.dSteps = workspace.scratch("dSteps", width);
        this.y = workspace.kept("scanOut", width);
        this.dY = workspace.scratch("dScanOut", width);
        this.gated = workspace.kept("gated", width);
        this.output = new Output<>(new Linear<>(weights.at("c_proj"), config.biased()), gated, workspace, wires);
        this.dGated = workspace.scratch("dGated", width);
        this.zeros = Recurrence.zeros(workspace, width, STATES);
        this.last = workspace
                .scratchOf("lastState", workspace.batch(), width, STATES)
                .batch();
        Matrix<A> a = workspace.keptOf("a", width, STATES).matrix();
        this.dA = workspace.scratchOf("dA", width, STATES);
        this.scan = new SelectiveScan<>(of.x(), steps.batch(), a, of.b(), of.c(), weights.value("D"), zeros);
        this.dScan = new SelectiveScan<>(d.x(), dSteps.batch(), dA.matrix(), d.b(), d.c(), weights.gradient("D"), last);
    }

    private static int joint(int width) {
        return 3 * width + 2 * STATES;
    }

    static void declare(Specs specs, BlockConfig config) {
        int width = config.dModel();
        Linear.declare(specs.at("in_proj"), Role.WEIGHT, width, joint(width), false);
        specs.add("dt_bias", Role.STEP_BIAS, width);
        specs.add("A_log", Role.LOG_RATE, width, STATES);
        specs.add("D", Role.GAIN, width);
        Linear.declare(specs.at("c_proj"), Role.RESIDUAL_WEIGHT, width, width, config.biased());
    }

    @Override
    public void forward() {
        in.forward(wires.in().matrix(), of.all().matrix(), in.epilogue());
        kernels.addBias(of.step(), stepBias);
        kernels.softplus(of.step(), steps.matrix());
        kernels.exp(logRates, scan.a());
        negate(scan.a());
        kernels.selectiveScan(scan, y.batch(), last);
        kernels.gate(Gate.SWIGLU, y.matrix(), of.gate(), gated.matrix());
        output.forward();
    }

    private void negate(Matrix<A> a) {
        Precision<A> precision = kernels.precision();
        for (int i = 0; i < a.rows() * a.cols(); i++) {
            precision.set(a.array(), i, -precision.get(a.array(), i));
        }
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        output.backward(dOut, dGated.matrix());
        kernels.gateBackward(Gate.SWIGLU, y.matrix(), of.gate(), dGated.matrix(), dY.matrix(), d.gate());
        dA.fill(0);
        kernels.selectiveScanBackward(scan, dY.batch(), zeros, dScan);
        addLogRates();
        kernels.softplusBackward(of.step(), dSteps.matrix(), d.step());
        kernels.sumRows(d.step(), 1, dStepBias);
        in.backward(wires.in().matrix(), d.all().matrix(), dIn.matrix());
    }

    /** The derivative of a = −exp(A_log) is a itself. */
    private void addLogRates() {
        Precision<A> precision = kernels.precision();
        A to = dLogRates.array();
        for (int i = 0; i < dA.size(); i++) {
            double product = dA.get(i) * precision.get(scan.a().array(), i);
            precision.set(to, i, precision.get(to, i) + product);
        }
    }

    @Override
    public Interior<A> interior() {
        return output;
    }
}
