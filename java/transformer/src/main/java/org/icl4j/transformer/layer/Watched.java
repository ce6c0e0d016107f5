package org.icl4j.transformer.layer;

import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;

/** Kernels that want to know which part of a model calls them. */
public interface Watched<A> {
    /** The same for the part {@code name} of the part that these are for. */
    Kernels<A> within(String name);

    /** Looks at numbers that no kernel made, before the first kernel reads them. */
    void given(Matrix<A> numbers);

    /** Those for the part {@code name}; {@code kernels} themselves if they do not want to know. */
    @SuppressWarnings("unchecked") // Watched kernels of A watch for A.
    static <A> Kernels<A> within(Kernels<A> kernels, String name) {
        return kernels instanceof Watched<?> watched ? ((Watched<A>) watched).within(name) : kernels;
    }

    /** Shows {@code numbers} to kernels that want to know them. */
    @SuppressWarnings("unchecked") // Watched kernels of A watch for A.
    static <A> void given(Kernels<A> kernels, Matrix<A> numbers) {
        if (kernels instanceof Watched<?> watched) {
            ((Watched<A>) watched).given(numbers);
        }
    }
}
