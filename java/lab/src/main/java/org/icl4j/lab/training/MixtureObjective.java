package org.icl4j.lab.training;

import org.icl4j.kernels.Kernels;
import org.icl4j.lab.task.mixture.GaussianMixture;
import org.icl4j.lab.task.mixture.MixtureBatch;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.training.CrossEntropyLoss;
import org.icl4j.transformer.training.Objective;

/**
 * Cross-entropy of the label at every point of prompts of a Gaussian mixture, fresh ones at every step.
 *
 * @param mixture what is classified; the model has its d + labels numbers in and labels out
 * @param points k, of each prompt
 * @param seed of the data
 * @param batch prompts of a step
 * @param kernels what the loss is worked out by
 */
public record MixtureObjective<A>(GaussianMixture mixture, int points, long seed, int batch, Kernels<A> kernels)
        implements Objective<A> {
    private static final String PURPOSE = "train";

    @Override
    public int length(long step) {
        return 2 * points - 1;
    }

    @Override
    public Part<A> part(int sequences, int length) {
        MixtureBatch<A> prompts = new MixtureBatch<>(mixture, kernels.precision(), sequences, points);
        CrossEntropyLoss<A> loss = new CrossEntropyLoss<>(kernels, sequences * length);
        Tensor<A> dLogits = Tensor.zeros(kernels.precision(), sequences, length, mixture.labels());
        return (pass, step, first, weight) -> {
            prompts.sample(seed, PURPOSE, step, first);
            pass.forward(prompts.tokens());
            double value = loss.of(pass.out(), prompts.targets(), weight, dLogits);
            pass.backward(dLogits);
            return value;
        };
    }
}
