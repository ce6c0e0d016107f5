package org.icl4j.lab.task.mixture;

import java.util.Arrays;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.Targets;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * B prompts of k labelled points as numbers, interleaved: (x₁, 0), (0, e₁), (x₂, 0), …, (x_k, 0), of width d + labels, where
 * e_i is 1 in the place of the label. A causal model with an output for each label answers x_i at position 2i.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class MixtureBatch<A> {
    private final GaussianMixture mixture;
    private final int points;
    private final Tensor<A> tokens;
    private final int[] targets;

    /**
     * Zeros.
     *
     * @param count B
     * @param points k
     * @throws IllegalArgumentException if {@code count} is negative or {@code points} below 1
     */
    public MixtureBatch(GaussianMixture mixture, Precision<A> precision, int count, int points) {
        if (count < 0 || points < 1) {
            throw new IllegalArgumentException("batch with count=" + count + " points=" + points
                    + ": count must not be negative, points be at least 1");
        }
        this.mixture = mixture;
        this.points = points;
        int length = Math.multiplyExact(2, points) - 1;
        this.tokens = Tensor.zeros(precision, count, length, mixture.nDims() + mixture.labels());
        this.targets = new int[Math.multiplyExact(count, length)];
    }

    /** The tokens, [B, 2k − 1, d + labels]. */
    public Tensor<A> tokens() {
        return tokens;
    }

    /** The label at every point, nothing at the labels themselves. */
    public Targets targets() {
        return Targets.of(targets);
    }

    /**
     * Fills the batch with prompts number {@code first} … {@code first} + B − 1 of a step. A prompt is a function of seed, purpose,
     * step and its number.
     *
     * @param purpose what they are for; prompts of different purposes are independent
     */
    public void sample(long seed, String purpose, long step, long first) {
        tokens.fill(0);
        Arrays.fill(targets, Targets.IGNORED);
        for (int b = 0; b < tokens.dim(0); b++) {
            set(b, mixture.sample(RandomStream.of(seed, purpose, step, first + b), points));
        }
    }

    private void set(int b, LabelledPoints prompt) {
        for (int i = 0; i < points; i++) {
            for (int j = 0; j < mixture.nDims(); j++) {
                tokens.set(tokens.index(b, 2 * i, j), prompt.xs()[i][j]);
            }
            int label = prompt.labels()[i];
            if (i + 1 < points) {
                tokens.set(tokens.index(b, 2 * i + 1, mixture.nDims() + label), 1);
            }
            targets[b * tokens.dim(1) + 2 * i] = label;
        }
    }
}
