package org.icl4j.transformer.layer;

import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Epilogue.Activation;
import org.icl4j.kernels.Gelu;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.tensor.Tensor;

/** {@code c_proj}(activation({@code c_fc}(x))). */
final class PlainMlp<A> implements Branch<A> {
    private final Kernels<A> kernels;
    private final Wires<A> wires;
    private final Activation activation;
    private final Linear<A> in;
    private final Epilogue<A> activate;
    private final Output<A> output;
    private final Matrix<A> pre;
    private final Matrix<A> hidden;
    private final Matrix<A> dHidden;

    PlainMlp(BlockConfig config, Activation activation, Weights<A> weights, Workspace<A> workspace, Wires<A> wires) {
        this.kernels = weights.kernels();
        this.wires = wires;
        this.activation = activation;
        this.in = new Linear<>(weights.at("c_fc"), config.biased());
        Tensor<A> inner = workspace.kept("hidden", config.dMlp());
        this.hidden = inner.matrix();
        this.output = new Output<>(new Linear<>(weights.at("c_proj"), config.biased()), inner, workspace, wires);
        this.dHidden = workspace.scratch("dHidden", config.dMlp()).matrix();
        // The sign of what ReLU gives is that of what it got: there is no need to keep both.
        this.pre = activation == Activation.RELU
                ? hidden
                : workspace.kept("preActivation", config.dMlp()).matrix();
        Epilogue<A> plain = in.epilogue().activation(activation);
        this.activate = activation == Activation.RELU ? plain : plain.keeping(pre);
    }

    static void declare(Specs specs, BlockConfig config) {
        Linear.declare(specs.at("c_fc"), Role.WEIGHT, config.dModel(), config.dMlp(), config.biased());
        Linear.declare(specs.at("c_proj"), Role.RESIDUAL_WEIGHT, config.dMlp(), config.dModel(), config.biased());
    }

    @Override
    public void forward() {
        in.forward(wires.in().matrix(), hidden, activate);
        output.forward();
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        output.backward(dOut, dHidden);
        if (activation == Activation.RELU) {
            kernels.reluBackward(pre, dHidden, dHidden);
        } else {
            kernels.geluBackward(activation == Activation.GELU_EXACT ? Gelu.EXACT : Gelu.TANH, pre, dHidden, dHidden);
        }
        in.backward(wires.in().matrix(), dHidden, dIn.matrix());
    }

    @Override
    public Interior<A> interior() {
        return output;
    }
}
