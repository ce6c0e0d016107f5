package org.icl4j.transformer.optimizer;

import java.util.List;
import java.util.function.IntConsumer;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.Kernels;
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
    private final List<String> names;
    private long steps;

    /** Moments at zero, no step taken. */
    public Adam(Kernels<A> kernels, Parameters<A> parameters) {
        this.kernels = kernels;
        this.parameters = parameters;
        this.firstMoments = parameters.zerosLike();
        this.secondMoments = parameters.zerosLike();
        this.names = List.copyOf(parameters.names());
    }

    /**
     * Updates every parameter by its gradient.
     *
     * @param gradients of the names and shapes of the parameters, not modified
     * @throws IllegalArgumentException if names or shapes differ; nothing is then updated or counted
     */
    public void step(AdamW settings, Parameters<A> gradients) {
        step(settings, gradients, (tasks, task) -> {
            for (int i = 0; i < tasks; i++) {
                task.accept(i);
            }
        });
    }

    /**
     * The same with the parameters, in any order and perhaps at once, as tasks of {@code runner}.
     *
     * @throws IllegalArgumentException as {@link #step(AdamW, Parameters)}
     */
    public void step(AdamW settings, Parameters<A> gradients, Runner runner) {
        requireLikeParameters(gradients);
        runner.run(names.size(), i -> update(names.get(i), settings, gradients));
        steps++;
    }

    private void update(String name, AdamW settings, Parameters<A> gradients) {
        kernels.adamW(
                settings,
                steps + 1,
                parameters.get(name).matrix(),
                gradients.get(name).matrix(),
                firstMoments.get(name).matrix(),
                secondMoments.get(name).matrix());
    }

    /** Runs a task for 0 … tasks − 1, each once, and waits for all. */
    @FunctionalInterface
    public interface Runner {
        void run(int tasks, IntConsumer task);
    }

    private void requireLikeParameters(Parameters<A> gradients) {
        if (!gradients.names().equals(parameters.names())) {
            throw new IllegalArgumentException(
                    "gradients of " + gradients.names() + " for the parameters " + parameters.names());
        }
        for (String name : names) {
            Tensor<A> parameter = parameters.get(name);
            Tensor<A> gradient = gradients.get(name);
            if (!parameter.isShapedAs(gradient)) {
                throw new IllegalArgumentException(
                        "parameter '" + name + "' is " + parameter + ", but its gradient is " + gradient);
            }
        }
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
