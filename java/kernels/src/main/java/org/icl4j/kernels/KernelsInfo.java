package org.icl4j.kernels;

import java.util.List;
import java.util.Optional;

/**
 * What a {@link Kernels} instance runs on.
 *
 * @param provider name of the provider
 * @param precision {@code f32} or {@code f64}
 * @param speciesBits width of the SIMD vectors in use; 0 if none are
 * @param fma whether products are fused multiply-adds in hardware
 * @param threads threads that work on one call
 * @param openBlas the OpenBLAS that computes the products, if one does
 * @param reasons how the provider was chosen: one line for each that was tried, in order
 */
public record KernelsInfo(
        String provider,
        String precision,
        int speciesBits,
        boolean fma,
        int threads,
        Optional<OpenBlasInfo> openBlas,
        List<String> reasons) {
    /** Copies the list. */
    public KernelsInfo {
        reasons = List.copyOf(reasons);
    }

    /** Provider, species, FMA and threads in one line. */
    public String summary() {
        return provider
                + " "
                + precision
                + (speciesBits == 0 ? "" : ", " + speciesBits + "-bit vectors")
                + (fma ? " with FMA" : "")
                + ", "
                + threads
                + (threads == 1 ? " thread" : " threads")
                + openBlas.map(blas -> ", OpenBLAS " + blas.version() + " " + blas.core())
                        .orElse("");
    }
}
