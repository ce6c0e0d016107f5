package org.icl4j.transformer.layer;

import org.icl4j.kernels.Gate;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.tensor.Tensor;

/** {@code down_proj}(a({@code gate_proj}(x))∘{@code up_proj}(x)), without biases (Shazeer 2020). */
final class GatedMlp<A> implements Branch<A> {
    private final Kernels<A> kernels;
    private final Gate form;
    private final Wires<A> wires;
    private final Linear<A> gate;
    private final Linear<A> up;
    private final Output<A> output;
    private final Matrix<A> g;
    private final Matrix<A> u;
    private final Matrix<A> hidden;
    private final Matrix<A> dG;
    private final Matrix<A> dU;
    private final Matrix<A> dHidden;
    private final Matrix<A> dFromGate;

    GatedMlp(BlockConfig config, Gate form, Weights<A> weights, Workspace<A> workspace, Wires<A> wires) {
        int width = config.dMlp();
        this.kernels = weights.kernels();
        this.form = form;
        this.wires = wires;
        this.gate = new Linear<>(weights.at("gate_proj"), false);
        this.up = new Linear<>(weights.at("up_proj"), false);
        this.g = workspace.kept("gate", width).matrix();
        this.u = workspace.kept("up", width).matrix();
        Tensor<A> inner = workspace.kept("hidden", width);
        this.hidden = inner.matrix();
        this.output = new Output<>(new Linear<>(weights.at("down_proj"), false), inner, workspace, wires);
        this.dG = workspace.scratch("dGate", width).matrix();
        this.dU = workspace.scratch("dUp", width).matrix();
        this.dHidden = workspace.scratch("dHidden", width).matrix();
        this.dFromGate = workspace.scratch("dFromGate", config.dModel()).matrix();
    }

    static void declare(Specs specs, BlockConfig config) {
        Linear.declare(specs.at("gate_proj"), Role.WEIGHT, config.dModel(), config.dMlp(), false);
        Linear.declare(specs.at("up_proj"), Role.WEIGHT, config.dModel(), config.dMlp(), false);
        Linear.declare(specs.at("down_proj"), Role.RESIDUAL_WEIGHT, config.dMlp(), config.dModel(), false);
    }

    @Override
    public void forward() {
        Matrix<A> x = wires.in().matrix();
        gate.forward(x, g, gate.epilogue());
        up.forward(x, u, up.epilogue());
        kernels.gate(form, u, g, hidden);
        output.forward();
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        Matrix<A> x = wires.in().matrix();
        output.backward(dOut, dHidden);
        kernels.gateBackward(form, u, g, dHidden, dU, dG);
        up.backward(x, dU, dIn.matrix());
        gate.backward(x, dG, dFromGate);
        kernels.add(dIn.matrix(), dFromGate, dIn.matrix());
    }

    @Override
    public Interior<A> interior() {
        return output;
    }
}
