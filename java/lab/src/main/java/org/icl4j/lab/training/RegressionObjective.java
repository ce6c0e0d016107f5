package org.icl4j.lab.training;

import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.regression.FunctionClass;
import org.icl4j.lab.task.regression.RegressionBatch;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.training.Objective;
import org.icl4j.transformer.training.SquaredError;

/**
 * Mean squared error over all prefixes of prompts of regression, fresh ones at every step (Garg et al. 2022).
 *
 * @param functions what is learned in context
 * @param curriculum how many coordinates and points a step has
 * @param seed of the data
 * @param batch prompts of a step
 */
public record RegressionObjective<A>(
        Precision<A> precision, FunctionClass functions, Curriculum curriculum, long seed, int batch)
        implements Objective<A> {
    private static final String PURPOSE = "train";
    private static final SquaredError LOSS = new SquaredError(2);

    @Override
    public int length(long step) {
        return 2 * curriculum.points(step) - 1;
    }

    @Override
    public Part<A> part(int sequences, int length) {
        int points = LOSS.predictions(length);
        RegressionBatch<A> prompts = new RegressionBatch<>(precision, sequences, points, functions.nDims(), false);
        Tensor<A> dOut = Tensor.zeros(precision, sequences, length, 1);
        return (pass, step, first, weight) -> {
            prompts.sample(functions, seed, PURPOSE, step, first, curriculum.dims(step));
            pass.forward(prompts.tokens());
            double value = LOSS.of(pass.out(), prompts.labels(), weight, dOut);
            pass.backward(dOut);
            return value;
        };
    }
}
