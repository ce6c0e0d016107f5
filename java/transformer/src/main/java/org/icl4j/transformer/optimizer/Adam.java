package org.icl4j.transformer.optimizer;

import java.util.Arrays;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Adam and AdamW on a set of parameters, with the moments and the count of steps.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Adam<A> {
    private final Kernels<A> kernels;
    private final Parameters<A> parameters;
    private final Parameters<A> firstMoments;
    private final Parameters<A> secondMoments;
    private long steps;

    /** Moments at zero, no step taken. */
    public Adam(Kernels<A> kernels, Parameters<A> parameters) {
        this.kernels = kernels;
        this.parameters = parameters;
        this.firstMoments = parameters.zerosLike();
        this.secondMoments = parameters.zerosLike();
    }

    /**
     * Updates every parameter by its gradient.
     *
     * @param gradients of the names and shapes of the parameters, not modified
     * @throws IllegalArgumentException if names or shapes differ; nothing is then updated or counted
     */
    public void step(AdamW settings, Parameters<A> gradients) {
        requireLikeParameters(gradients);
        for (String name : parameters.names()) {
            kernels.adamW(
                    settings,
                    steps + 1,
                    row(parameters.get(name)),
                    row(gradients.get(name)),
                    row(firstMoments.get(name)),
                    row(secondMoments.get(name)));
        }
        steps++;
    }

    private void requireLikeParameters(Parameters<A> gradients) {
        if (!gradients.names().equals(parameters.names())) {
            throw new IllegalArgumentException(
                    "gradients of " + gradients.names() + " for the parameters " + parameters.names());
        }
        for (String name : parameters.names()) {
            Tensor<A> parameter = parameters.get(name);
            Tensor<A> gradient = gradients.get(name);
            if (!Arrays.equals(parameter.shape(), gradient.shape())) {
                throw new IllegalArgumentException(
                        "parameter '" + name + "' is " + parameter + ", but its gradient is " + gradient);
            }
        }
    }

    private static <A> Matrix<A> row(Tensor<A> tensor) {
        return Matrix.row(tensor.array(), 0, tensor.size());
    }

    /** Steps taken so far. */
    public long steps() {
        return steps;
    }

    /**
     * Goes on as after {@code steps} steps; the moments must be set to what they were then.
     *
     * @throws IllegalArgumentException if {@code steps} is negative
     */
    public void resumeAfter(long steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("steps=" + steps + ": must be at least 0");
        }
        this.steps = steps;
    }

    /** First moments, by the parameters' names; live. */
    public Parameters<A> firstMoments() {
        return firstMoments;
    }

    /** Second moments, by the parameters' names; live. */
    public Parameters<A> secondMoments() {
        return secondMoments;
    }
}
