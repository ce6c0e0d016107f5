package org.icl4j.transformer.layer;

import java.util.Optional;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.tensor.Parameters;

/**
 * Where a part of a model finds its parameters, and where it leaves their gradients.
 *
 * @param kernels what it runs on
 * @param values the model's parameters, which are read at every pass
 * @param gradients of the same names and shapes, added to by backward passes; none where there are none
 * @param prefix beginning of the names of this part's parameters
 */
public record Weights<A>(Kernels<A> kernels, Parameters<A> values, Optional<Parameters<A>> gradients, String prefix) {
    /** Those of a part within this one. */
    public Weights<A> at(String part) {
        return new Weights<>(Watched.within(kernels, part), values, gradients, prefix + part + ".");
    }

    /** The value of a parameter, [out, in] or one row. */
    public Matrix<A> value(String name) {
        return values.get(prefix + name).matrix();
    }

    /** The gradient of a parameter, of the shape of its value; without gradients an empty matrix, which no kernel takes for one. */
    public Matrix<A> gradient(String name) {
        return gradients
                .map(given -> given.get(prefix + name).matrix())
                .orElseGet(() -> Matrix.of(kernels.precision().allocate(0), 0, 0));
    }
}
