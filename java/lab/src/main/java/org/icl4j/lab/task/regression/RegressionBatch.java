package org.icl4j.lab.task.regression;

import java.util.Optional;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * B prompts of k points as the tokens of Garg et al. (2022), interleaved: x₁, (y₁, 0, …), x₂, (y₂, 0, …), …, x_k. A causal
 * model answers the query x_i at {@link #position}(i), having seen the examples before it.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class RegressionBatch<A> {
    private final Tensor<A> tokens;
    private final Tensor<A> labels;
    private final RandomStream random = RandomStream.of(0, "", 0, 0);
    private Optional<PromptSampler> sampler = Optional.empty();

    /**
     * Zeros.
     *
     * @param count B
     * @param points k, at least 1
     * @param nDims d, width of a token
     * @param lastLabel whether the label of the last point is a token too: T = 2k instead of 2k − 1
     * @throws IllegalArgumentException if {@code count} is negative or another size below 1
     */
    public RegressionBatch(Precision<A> precision, int count, int points, int nDims, boolean lastLabel) {
        if (count < 0 || points < 1 || nDims < 1) {
            throw new IllegalArgumentException("batch with count=" + count + " points=" + points + " nDims=" + nDims
                    + ": count must not be negative, the others be at least 1");
        }
        this.tokens = Tensor.zeros(precision, count, Math.multiplyExact(2, points) - (lastLabel ? 0 : 1), nDims);
        this.labels = Tensor.zeros(precision, count, points);
    }

    /** Where in a sequence the query {@code i} stands: 2i. */
    public static int position(int i) {
        return 2 * i;
    }

    /** Number of prompts, B. */
    public int count() {
        return labels.dim(0);
    }

    /** Points of a prompt, k. */
    public int points() {
        return labels.dim(1);
    }

    /** The tokens, [B, T, d]. */
    public Tensor<A> tokens() {
        return tokens;
    }

    /** What is to be predicted at the queries, [B, k]: the labels as prompts show them, with their noise. */
    public Tensor<A> labels() {
        return labels;
    }

    /**
     * Fills the batch with prompts number {@code first} … {@code first} + B − 1 of a step. A prompt is a function of seed, purpose,
     * step and its number.
     *
     * @param purpose what they are for; prompts of different purposes are independent
     * @param activeDims coordinates of x from this one on are 0
     * @throws IllegalArgumentException if the class is not of d dimensions or cannot be sampled so
     */
    public void sample(FunctionClass functions, long seed, String purpose, long step, long first, int activeDims) {
        PromptSampler prompts = sampler(functions);
        for (int b = 0; b < count(); b++) {
            random.restart(seed, purpose, step, first + b);
            set(b, prompts.next(random, activeDims));
        }
    }

    /** That of the call before if it was for the same functions, so that a step of training makes none. */
    private PromptSampler sampler(FunctionClass functions) {
        if (sampler.isEmpty() || sampler.get().functions() != functions) {
            sampler = Optional.of(new PromptSampler(functions, points()));
        }
        return sampler.get();
    }

    /**
     * Makes {@code prompt} the prompt number {@code b}.
     *
     * @throws IllegalArgumentException if it has not k points of d dimensions
     */
    public void set(int b, Points prompt) {
        int nDims = tokens.dim(2);
        if (prompt.count() != points() || prompt.xs()[0].length != nDims) {
            throw new IllegalArgumentException("prompt of " + prompt.count() + " points"
                    + (prompt.count() == 0 ? "" : " of " + prompt.xs()[0].length + " dimensions") + " in a batch of "
                    + points() + " points of " + nDims + " dimensions");
        }
        for (int i = 0; i < points(); i++) {
            for (int j = 0; j < nDims; j++) {
                tokens.set(tokens.index(b, position(i), j), prompt.xs()[i][j]);
            }
            if (position(i) + 1 < tokens.dim(1)) {
                tokens.set(tokens.index(b, position(i) + 1, 0), prompt.ys()[i]);
            }
            labels.set(labels.index(b, i), prompt.ys()[i]);
        }
    }
}
