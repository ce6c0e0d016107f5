package org.icl4j.transformer.layer;

import org.icl4j.transformer.tensor.Tensor;

/** What a block adds to its residual stream: a mixer of positions, or an MLP; between tensors that are given when it is made. */
interface Branch<A> {
    /** out ← f(in), plus the residual if there is one. */
    void forward();

    /**
     * Adds to the gradients of the parameters.
     *
     * @param dOut gradient with respect to out, not modified
     * @param dIn overwritten by the gradient with respect to in, by way of f alone
     */
    void backward(Tensor<A> dOut, Tensor<A> dIn);

    /** What a trace may see. */
    Interior<A> interior();
}
