package org.icl4j.transformer.decoder;

import org.icl4j.transformer.tensor.Tensor;

/** What brings the input to the width of the model, [B, T, C]. */
sealed interface Stem<A> permits NumberStem, TokenStem {
    /**
     * Gradients of the parameters, for the input of the last forward pass.
     *
     * @param dx gradient with respect to the result
     */
    void backward(Tensor<A> dx);
}
