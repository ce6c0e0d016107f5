package org.icl4j.transformer.layer;

import org.icl4j.kernels.Kernels;

/** Kernels that want to know which part of a model calls them. */
public interface Watched<A> {
    /** The same for the part {@code name} of the part that these are for. */
    Kernels<A> within(String name);

    /** Those for the part {@code name}; {@code kernels} themselves if they do not want to know. */
    @SuppressWarnings("unchecked") // Watched kernels of A watch for A.
    static <A> Kernels<A> within(Kernels<A> kernels, String name) {
        return kernels instanceof Watched<?> watched ? ((Watched<A>) watched).within(name) : kernels;
    }
}
