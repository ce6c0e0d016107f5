package org.icl4j.transformer.trace;

import org.icl4j.transformer.tensor.Tensor;

/**
 * Sees the activations of a forward pass while it runs.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
@FunctionalInterface
public interface Trace<A> {
    /**
     * Called at every site, in the order of computation.
     *
     * @param layer number of the block, from 0
     * @param value valid during the call, and not to be changed
     */
    void at(int layer, Site site, Tensor<A> value);
}
