package org.icl4j.lab.rank1;

import org.icl4j.kernels.Kernels;
import org.icl4j.transformer.tensor.Tensor;

/** How a change of the MLP's input becomes a change of its first weight. */
interface UpdateRule {
    /**
     * ΔW such that (W + ΔW)·a = W·(a + δ).
     *
     * @param w W, [H, D], not modified
     * @param delta δ, [D], not modified
     * @param a the input that the patched weight will see, [D], not modified
     * @return ΔW, [H, D]
     */
    <A> Tensor<A> update(Kernels<A> kernels, Tensor<A> w, Tensor<A> delta, Tensor<A> a);
}
