package org.icl4j.lab.task.regression;

import java.util.List;

/** Predicts in context: an oracle, or a trained model. */
@FunctionalInterface
public interface Predictor {
    /**
     * For every i from 0 to k − 1 the prediction at x_i from the examples 0 … i − 1: k of them.
     *
     * @param prompt not modified
     */
    double[] predict(Points prompt);

    /**
     * The predictions for several prompts, a row each; a model may work on many at once.
     *
     * @param prompts all of one length, not modified
     */
    default double[][] predictAll(List<Points> prompts) {
        return prompts.stream().map(this::predict).toArray(double[][]::new);
    }
}
