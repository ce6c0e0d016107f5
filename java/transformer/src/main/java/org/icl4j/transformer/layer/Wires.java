package org.icl4j.transformer.layer;

import java.util.Optional;
import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Kernels;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The tensors that a {@link Branch} stands between, each [B, T, C].
 *
 * @param residual added to the result; another tensor than {@code out}
 */
record Wires<A>(Tensor<A> in, Optional<Tensor<A>> residual, Tensor<A> out) {
    /** {@code end} with the residual. */
    Epilogue<A> onto(Epilogue<A> end) {
        return residual.map(r -> end.residual(r.matrix())).orElse(end);
    }

    /** out ← {@code result}, plus the residual if there is one. */
    void join(Kernels<A> kernels, Tensor<A> result) {
        if (residual.isPresent()) {
            kernels.add(residual.get().matrix(), result.matrix(), out.matrix());
        } else {
            System.arraycopy(result.array(), 0, out.array(), 0, out.size());
        }
    }
}
