package org.icl4j.lab.task.regression;

/** Predicts in context: an oracle, or a trained model. */
@FunctionalInterface
public interface Predictor {
    /**
     * For every i from 0 to k − 1 the prediction at x_i from the examples 0 … i − 1: k of them.
     *
     * @param prompt not modified
     */
    double[] predict(Points prompt);
}
