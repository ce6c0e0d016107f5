package org.icl4j.kernels.provider;

import java.util.Optional;
import org.icl4j.kernels.ActivationKernels;
import org.icl4j.kernels.AttentionKernels;
import org.icl4j.kernels.GateKernels;
import org.icl4j.kernels.LinearAttentionKernels;
import org.icl4j.kernels.LossKernels;
import org.icl4j.kernels.OpenBlasInfo;
import org.icl4j.kernels.OptimizerKernels;
import org.icl4j.kernels.PositionKernels;
import org.icl4j.kernels.ProductKernels;
import org.icl4j.kernels.RecurrentKernels;
import org.icl4j.kernels.ReductionKernels;
import org.icl4j.kernels.RowKernels;
import org.icl4j.kernels.StateSpaceKernels;

/**
 * What a provider is made of. Parts of several providers can be put together: {@code openblas} is
 * another's with its own products.
 *
 * @param speciesBits width of the SIMD vectors in use; 0 if none
 * @param fma whether products are fused multiply-adds in hardware
 * @param threads threads that the parts use
 * @param onClose gives back what the parts hold
 */
public record KernelParts<A>(
        ProductKernels<A> products,
        RowKernels<A> rows,
        ActivationKernels<A> activations,
        AttentionKernels<A> attention,
        OptimizerKernels<A> optimizers,
        GateKernels<A> gates,
        PositionKernels<A> positions,
        LinearAttentionKernels<A> linearAttention,
        RecurrentKernels<A> recurrences,
        StateSpaceKernels<A> stateSpaces,
        ReductionKernels<A> reductions,
        LossKernels<A> losses,
        int speciesBits,
        boolean fma,
        int threads,
        Optional<OpenBlasInfo> openBlas,
        Runnable onClose) {

    /** The same with products by OpenBLAS. */
    public KernelParts<A> withProducts(ProductKernels<A> others, OpenBlasInfo blas, Runnable closeOthers) {
        return new KernelParts<>(
                others,
                rows,
                activations,
                attention,
                optimizers,
                gates,
                positions,
                linearAttention,
                recurrences,
                stateSpaces,
                reductions,
                losses,
                speciesBits,
                fma,
                Math.max(threads, blas.threads()),
                Optional.of(blas),
                () -> {
                    onClose.run();
                    closeOthers.run();
                });
    }
}
