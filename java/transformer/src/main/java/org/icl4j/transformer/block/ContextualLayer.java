package org.icl4j.transformer.block;

import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.layer.Specs;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.layer.Workspace;
import org.icl4j.transformer.tensor.Tensor;

/** A on prompts of one shape: from (C, x) to the vector A(C, x) at the query, the last token. */
interface ContextualLayer<A> {
    /**
     * Computes {@link #out}.
     *
     * @param tokens [B, T, dToken], not modified, and not to be changed before {@link #backward}
     */
    void forward(Tensor<A> tokens);

    /** A(C, x) of the last pass, [B, dModel]. */
    Tensor<A> out();

    /**
     * Adds to the gradients of the parameters.
     *
     * @param tokens those of the last pass
     * @param dOut gradient with respect to {@link #out}, not modified
     */
    void backward(Tensor<A> tokens, Tensor<A> dOut);

    /** Names the parameters. */
    static void declare(Specs specs, ContextualBlockConfig config) {
        if (config.mixer() == Mixer.SOFTMAX_ATTENTION) {
            SoftmaxAttention.declare(specs, config);
        } else {
            MixerLayer.declare(specs, config);
        }
    }

    /** The layer of this kind; {@code batch} and {@code length} are those of the workspace. */
    static <A> ContextualLayer<A> of(
            ContextualBlockConfig config, Weights<A> weights, Workspace<A> workspace, int batch, int length) {
        return config.mixer() == Mixer.SOFTMAX_ATTENTION
                ? new SoftmaxAttention<>(config, weights, batch, length)
                : new MixerLayer<>(config, weights, workspace, length);
    }
}
