package org.icl4j.lab.task.regression;

import java.util.Arrays;

/** A predictor that is a function of the examples, blind to where in a prompt they stand. */
public interface Estimator extends Predictor {
    /**
     * The prediction at {@code query}.
     *
     * @param xs the examples' inputs, not modified
     * @param ys their labels, as many, not modified
     * @param query of the width of the inputs, not modified
     */
    double predict(double[][] xs, double[] ys, double[] query);

    @Override
    default double[] predict(Points prompt) {
        double[] predictions = new double[prompt.count()];
        for (int i = 0; i < predictions.length; i++) {
            predictions[i] = predict(Arrays.copyOf(prompt.xs(), i), Arrays.copyOf(prompt.ys(), i), prompt.xs()[i]);
        }
        return predictions;
    }
}
