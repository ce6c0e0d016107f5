package org.icl4j.transformer.layer;

import java.util.Optional;
import org.icl4j.transformer.tensor.Tensor;

/** What a {@link Branch} shows a trace after its forward pass, until another branch runs. */
interface Interior<A> {
    /** What its last linear map reads, [B, T, width]. */
    Tensor<A> inner();

    /** Its result without the residual, [B, T, C]. */
    Tensor<A> alone();

    /** The weights of its experts, [B, T, E], if it has experts. */
    default Optional<Tensor<A>> gates() {
        return Optional.empty();
    }
}
