package org.icl4j.lab.task.regression;

import java.util.function.ToDoubleFunction;
import org.icl4j.transformer.tensor.RandomStream;

/** Draws prompts of one class of functions and one length, each into the place of the one before. */
final class PromptSampler {
    private final FunctionClass functions;
    private final Points prompt;
    private ToDoubleFunction<double[]> function;

    /**
     * @param points k
     * @throws IllegalArgumentException if {@code points} is negative
     */
    PromptSampler(FunctionClass functions, int points) {
        if (points < 0) {
            throw new IllegalArgumentException("prompt with points=" + points + ": must not be negative");
        }
        this.functions = functions;
        this.function = x -> 0;
        this.prompt = new Points(new double[points][functions.nDims()], new double[points], new double[points]);
    }

    /** Whose prompts they are. */
    FunctionClass functions() {
        return functions;
    }

    /**
     * Draws a prompt: function, inputs, noise, in this order.
     *
     * @param activeDims coordinates of x from this one on are 0
     * @return overwritten by the next one
     * @throws IllegalArgumentException if {@code activeDims} is not from 1 to d
     */
    Points next(RandomStream random, int activeDims) {
        if (activeDims < 1 || activeDims > functions.nDims()) {
            throw new IllegalArgumentException(
                    "prompt with activeDims=" + activeDims + ": must be from 1 to " + functions.nDims());
        }
        function = functions.redraw(function, random, activeDims);
        functions.drawInputs(random, activeDims, prompt.xs());
        for (int i = 0; i < prompt.count(); i++) {
            prompt.targets()[i] = function.applyAsDouble(prompt.xs()[i]);
        }
        System.arraycopy(prompt.targets(), 0, prompt.ys(), 0, prompt.count());
        if (functions.noise() > 0) {
            for (int i = 0; i < prompt.count(); i++) {
                prompt.ys()[i] += functions.noise() * random.nextGaussian();
            }
        }
        return prompt;
    }
}
