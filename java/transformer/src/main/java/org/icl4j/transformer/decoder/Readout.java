package org.icl4j.transformer.decoder;

import org.icl4j.transformer.decoder.DecoderConfig.Input;
import org.icl4j.transformer.layer.Linear;
import org.icl4j.transformer.layer.NormLayer;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.layer.Specs;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.layer.Workspace;
import org.icl4j.transformer.tensor.Tensor;

/** The end of a decoder: the last norm ({@code ln_f}) and the linear map to the output. */
final class Readout<A> {
    private final NormLayer<A> norm;
    private final Linear<A> linear;
    private final Tensor<A> out;

    /**
     * @param x what the last block gives
     */
    Readout(DecoderConfig config, Weights<A> weights, Workspace<A> workspace, Tensor<A> x) {
        this.norm = new NormLayer<>(config.block().norm(), config.block().eps(), weights.at("ln_f"), workspace, x);
        this.linear = new Linear<>(weights.at(name(config)), isBiased(config));
        this.out = workspace.own(config.dOut());
    }

    static void declare(Specs specs, DecoderConfig config) {
        if (!config.tied()) {
            int width = config.block().dModel();
            Linear.declare(specs.at(name(config)), Role.READ_OUT, width, config.dOut(), isBiased(config));
        }
    }

    private static String name(DecoderConfig config) {
        return switch (config.input()) {
            case Input.Numbers numbers -> "read_out";
            case Input.Tokens tokens -> config.tied() ? "wte" : "lm_head";
        };
    }

    private static boolean isBiased(DecoderConfig config) {
        return config.input() instanceof Input.Numbers;
    }

    /** [B, T, dOut]. */
    Tensor<A> out() {
        return out;
    }

    void forward() {
        norm.forward();
        linear.forward(norm.y().matrix(), out.matrix(), linear.epilogue());
    }

    /**
     * @param dx overwritten by the gradient with respect to x
     */
    void backward(Tensor<A> dOut, Tensor<A> dx) {
        linear.backward(norm.y().matrix(), dOut.matrix(), dx.matrix());
        norm.backward(dx);
    }
}
