package org.icl4j.transformer.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Named tensors in a fixed order: a model's weights, their gradients, or an optimiser's moments.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Parameters<A> {
    private final Map<String, Tensor<A>> tensors;

    private Parameters(Map<String, Tensor<A>> tensors) {
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /** These tensors, in the order of the map; the map is copied, the tensors are not. */
    public static <A> Parameters<A> of(Map<String, Tensor<A>> tensors) {
        return new Parameters<>(new LinkedHashMap<>(tensors));
    }

    /**
     * The tensor called {@code name}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor<A> get(String name) {
        Tensor<A> tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no parameter '" + name + "'; there are " + tensors.keySet());
        }
        return tensor;
    }

    /** The names, in order. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** The tensors by name, in order; cannot be modified. */
    public Map<String, Tensor<A>> asMap() {
        return tensors;
    }

    /**
     * The same with another tensor under {@code name}; the others are shared.
     *
     * @throws IllegalArgumentException if there is no such name or the shape differs
     */
    public Parameters<A> with(String name, Tensor<A> value) {
        Tensor<A> old = get(name);
        if (!old.toString().equals(value.toString())) {
            throw new IllegalArgumentException("parameter '" + name + "' is " + old + ", not " + value);
        }
        Map<String, Tensor<A>> changed = new LinkedHashMap<>(tensors);
        changed.put(name, value);
        return new Parameters<>(changed);
    }

    /** Zeros of the same names and shapes. */
    public Parameters<A> zerosLike() {
        Map<String, Tensor<A>> zeros = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> zeros.put(name, tensor.zerosLike()));
        return new Parameters<>(zeros);
    }
}
