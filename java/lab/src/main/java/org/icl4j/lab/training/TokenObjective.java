package org.icl4j.lab.training;

import org.icl4j.kernels.Kernels;
import org.icl4j.lab.task.token.TokenBatch;
import org.icl4j.lab.task.token.TokenTask;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.training.CrossEntropyLoss;
import org.icl4j.transformer.training.Objective;

/**
 * Cross-entropy at the positions of a token task that ask, fresh prompts at every step.
 *
 * @param task its prompts all ask equally often, so that the mean over prompts is that over questions
 * @param seed of the data
 * @param batch prompts of a step
 * @param kernels what the loss is worked out by
 */
public record TokenObjective<A>(TokenTask task, long seed, int batch, Kernels<A> kernels) implements Objective<A> {
    private static final String PURPOSE = "train";

    @Override
    public int length(long step) {
        return task.length();
    }

    @Override
    public Part<A> part(int sequences, int length) {
        TokenBatch prompts = new TokenBatch(task, sequences);
        CrossEntropyLoss<A> loss = new CrossEntropyLoss<>(kernels, sequences * length);
        Tensor<A> dLogits = Tensor.zeros(kernels.precision(), sequences, length, task.vocabulary());
        return (pass, step, first, weight) -> {
            prompts.sample(seed, PURPOSE, step, first);
            pass.forward(prompts.tokens());
            double value = loss.of(pass.out(), prompts.targets(), weight, dLogits);
            pass.backward(dLogits);
            return value;
        };
    }
}
