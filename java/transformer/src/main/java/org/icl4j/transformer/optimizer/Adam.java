package org.icl4j.transformer.optimizer;

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
     */
    public void step(AdamW settings, Parameters<A> gradients) {
        steps++;
        for (String name : parameters.names()) {
            kernels.adamW(
                    settings,
                    steps,
                    row(parameters.get(name)),
                    row(gradients.get(name)),
                    row(firstMoments.get(name)),
                    row(secondMoments.get(name)));
        }
    }

    private static <A> Matrix<A> row(Tensor<A> tensor) {
        return Matrix.row(tensor.array(), 0, tensor.size());
    }

    /** Steps taken so far. */
    public long steps() {
        return steps;
    }

    /** Goes on as after {@code steps} steps; the moments must be set to what they were then. */
    public void resumeAfter(long steps) {
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
