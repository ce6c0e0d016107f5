package org.icl4j.lab.task.mixture;

/** Classifies in context: an oracle, or a trained model. */
@FunctionalInterface
public interface LabelPredictor {
    /**
     * For every i from 0 to k − 1 the probability of each label at x_i, given the examples 0 … i − 1: [k][labels].
     *
     * @param prompt not modified
     */
    double[][] predict(LabelledPoints prompt);
}
