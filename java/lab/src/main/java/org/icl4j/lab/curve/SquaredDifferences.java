package org.icl4j.lab.curve;

import java.util.Arrays;
import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;

/**
 * (a − b)²/unit of two predictors' answers, or of one's and the noiseless targets, for each prompt and number of examples before the
 * query, from 0 on.
 */
final class SquaredDifferences {
    private final double[][] values;

    private SquaredDifferences(double[][] values) {
        this.values = values;
    }

    /**
     * @param some a row a prompt, a column a number of examples; not modified
     * @param others of the same shape, not modified
     */
    static SquaredDifferences of(double[][] some, double[][] others, double unit) {
        double[][] values = new double[some.length][];
        for (int prompt = 0; prompt < values.length; prompt++) {
            values[prompt] = new double[some[prompt].length];
            for (int k = 0; k < values[prompt].length; k++) {
                double difference = some[prompt][k] - others[prompt][k];
                values[prompt][k] = difference * difference / unit;
            }
        }
        return new SquaredDifferences(values);
    }

    /**
     * The errors of a predictor.
     *
     * @param unit error of answering 0, which so becomes 1
     */
    static SquaredDifferences errors(Predictor predictor, List<Points> prompts, double unit) {
        double[][] targets = prompts.stream().map(Points::targets).toArray(double[][]::new);
        return of(predictor.predictAll(prompts), targets, unit);
    }

    /** Most examples before a query, of k points k − 1. */
    int most() {
        return values[0].length - 1;
    }

    /** The value of every prompt with so many examples. */
    double[] at(int examples) {
        return Arrays.stream(values).mapToDouble(row -> row[examples]).toArray();
    }

    /** Their mean. */
    Estimate mean(int examples) {
        return Estimate.mean(at(examples));
    }

    /** The means for every number of examples. */
    double[] curve() {
        double[] means = new double[values[0].length];
        for (int k = 0; k < means.length; k++) {
            means[k] = mean(k).value();
        }
        return means;
    }

    /** The mean of every prompt over its numbers of examples. */
    double[] averages() {
        return Arrays.stream(values)
                .mapToDouble(row -> Arrays.stream(row).sum() / row.length)
                .toArray();
    }
}
