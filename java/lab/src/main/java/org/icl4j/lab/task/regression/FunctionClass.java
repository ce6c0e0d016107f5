package org.icl4j.lab.task.regression;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * A class of functions to be learned in context (Garg et al. 2022): a law of functions f, of inputs x and of noise, from which
 * every prompt (x₁, f(x₁) + ε₁), (x₂, f(x₂) + ε₂), … is drawn afresh.
 */
public interface FunctionClass {
    /** d, the dimension of x. */
    int nDims();

    /**
     * Expected squared error of answering 0, E f(x)², over functions and inputs with all coordinates active: what errors are
     * divided by.
     */
    double zeroError();

    /** n of f(c·x) = cⁿ·f(x) for c &gt; 0. */
    int degree();

    /** Standard deviation σ of the normal noise on the labels that a prompt shows. */
    default double noise() {
        return 0;
    }

    /** Draws a function. Only inputs whose coordinates from {@code activeDims} on are 0 are going to be asked. */
    ToDoubleFunction<double[]> draw(RandomStream random, int activeDims);

    /** As {@link #draw}; what it gives may stand in the place of {@code old}, a function of this class that nobody asks any more. */
    default ToDoubleFunction<double[]> redraw(ToDoubleFunction<double[]> old, RandomStream random, int activeDims) {
        return draw(random, activeDims);
    }

    /**
     * Draws the inputs of a prompt, here from N(0, I); coordinates from {@code activeDims} on are 0.
     *
     * @param xs [k][d], overwritten
     */
    default void drawInputs(RandomStream random, int activeDims, double[][] xs) {
        for (double[] x : xs) {
            Draws.fillGaussians(random, x);
            Arrays.fill(x, activeDims, x.length, 0);
        }
    }

    /**
     * What no learner beats in mean squared error on this class: the expectation of f at the query given the examples, where it
     * can be had.
     */
    default Optional<Predictor> bayes() {
        return Optional.empty();
    }

    /**
     * Draws a prompt: function, inputs, noise, in this order.
     *
     * @param points k
     * @param activeDims coordinates of x from this one on are 0, as in the curriculum of Garg et al.
     * @throws IllegalArgumentException if {@code points} is negative or {@code activeDims} not from 1 to d
     */
    default Points sample(RandomStream random, int points, int activeDims) {
        return new PromptSampler(this, points).next(random, activeDims);
    }

    /** The same with all coordinates active. */
    default Points sample(RandomStream random, int points) {
        return sample(random, points, nDims());
    }
}
