package org.icl4j.transformer.layer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The tensors of a pass over one shape of input, made once.
 *
 * <p>What a backward pass needs of the forward pass is kept, by every layer its own; everything else is scratch, which the layers
 * share by name. Where no backward pass follows, what would be kept is shared too.
 */
public final class Workspace<A> {
    private final Precision<A> precision;
    private final int batch;
    private final int length;
    private final boolean keeps;
    private final Map<String, Tensor<A>> shared = new HashMap<>();

    /**
     * For {@code batch} sequences of {@code length} positions.
     *
     * @param keeps whether backward passes follow
     */
    public Workspace(Precision<A> precision, int batch, int length, boolean keeps) {
        this.precision = precision;
        this.batch = batch;
        this.length = length;
        this.keeps = keeps;
    }

    int batch() {
        return batch;
    }

    int length() {
        return length;
    }

    /** [B, T, width], nobody else's. */
    public Tensor<A> own(int width) {
        return Tensor.zeros(precision, batch, length, width);
    }

    /** [B, T, width], valid from the forward pass to the backward pass. */
    Tensor<A> kept(String name, int width) {
        return keptOf(name, batch, length, width);
    }

    /** As {@link #kept}, of another shape. */
    Tensor<A> keptOf(String name, int... shape) {
        return keeps ? Tensor.zeros(precision, shape) : scratchOf(name, shape);
    }

    /** [B, T, width], valid until a layer asks for scratch of the same name and shape. */
    Tensor<A> scratch(String name, int width) {
        return scratchOf(name, batch, length, width);
    }

    /** As {@link #scratch}, of another shape. */
    Tensor<A> scratchOf(String name, int... shape) {
        return shared.computeIfAbsent(name + Arrays.toString(shape), key -> Tensor.zeros(precision, shape));
    }
}
