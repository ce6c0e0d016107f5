package org.icl4j.transformer.layer;

import java.util.List;

/**
 * A parameter before it has numbers.
 *
 * @param name in the terms of Hugging Face or nanoGPT, such as {@code h.0.attn.c_attn.weight}
 * @param role what it is for, from which follows how it is drawn
 * @param shape a weight's is [out, in]
 */
public record ParameterSpec(String name, Role role, List<Integer> shape) {
    /** What a parameter is for. */
    public enum Role {
        /** A matrix whose result goes on inside its layer. */
        WEIGHT,
        /** A matrix whose result is added to the residual stream. */
        RESIDUAL_WEIGHT,
        /** The first matrix, from numbers to the residual stream. */
        READ_IN,
        /** The last matrix, from the residual stream to the output. */
        READ_OUT,
        /** A vector for each token. */
        EMBEDDING,
        /** A vector for each position. */
        POSITION,
        /** Added. */
        BIAS,
        /** The factor of a norm. */
        GAIN,
        /** Decay of a state, by way of the logistic function. */
        DECAY,
        /** Logarithms of the rates at which the states of a channel fade, a row for each channel. */
        LOG_RATE,
        /** Added to a step size, before it is made positive. */
        STEP_BIAS
    }

    /** Width of what the parameter is applied to: its last dimension. */
    public int fanIn() {
        return shape.getLast();
    }

    /** The shape as an array. */
    public int[] dimensions() {
        return shape.stream().mapToInt(Integer::intValue).toArray();
    }
}
