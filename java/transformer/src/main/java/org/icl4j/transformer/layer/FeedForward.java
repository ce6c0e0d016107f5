package org.icl4j.transformer.layer;

import java.util.function.Function;
import org.icl4j.kernels.Epilogue.Activation;
import org.icl4j.kernels.Gate;
import org.icl4j.transformer.tensor.Tensor;

/** What works at each position, of any {@linkplain BlockConfig.Mlp kind}, alone or as one of several experts. */
final class FeedForward<A> implements Branch<A> {
    private final Branch<A> mlp;

    FeedForward(BlockConfig config, Weights<A> weights, Workspace<A> workspace, Wires<A> wires) {
        this.mlp = config.experts().isEmpty()
                ? single(config, weights, workspace, wires)
                : new MixtureOfExperts<>(
                        config,
                        weights,
                        workspace,
                        wires,
                        (expert, wiresOfIt) -> single(config, expert, workspace, wiresOfIt));
    }

    private static <A> Branch<A> single(
            BlockConfig config, Weights<A> weights, Workspace<A> workspace, Wires<A> wires) {
        Function<Activation, Branch<A>> plain = a -> new PlainMlp<>(config, a, weights, workspace, wires);
        Function<Gate, Branch<A>> gated = gate -> new GatedMlp<>(config, gate, weights, workspace, wires);
        return switch (config.mlp()) {
            case RELU -> plain.apply(Activation.RELU);
            case GELU_EXACT -> plain.apply(Activation.GELU_EXACT);
            case GELU_TANH -> plain.apply(Activation.GELU_TANH);
            case SWIGLU -> gated.apply(Gate.SWIGLU);
            case GEGLU_TANH -> gated.apply(Gate.GEGLU_TANH);
        };
    }

    /** Names the parameters. */
    static void declare(Specs specs, BlockConfig config) {
        if (config.experts().isEmpty()) {
            declareSingle(specs, config);
        } else {
            MixtureOfExperts.declare(specs, config, expert -> declareSingle(expert, config));
        }
    }

    private static void declareSingle(Specs specs, BlockConfig config) {
        if (config.mlp().isGated()) {
            GatedMlp.declare(specs, config);
        } else {
            PlainMlp.declare(specs, config);
        }
    }

    @Override
    public void forward() {
        mlp.forward();
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        mlp.backward(dOut, dIn);
    }

    @Override
    public Interior<A> interior() {
        return mlp.interior();
    }
}
