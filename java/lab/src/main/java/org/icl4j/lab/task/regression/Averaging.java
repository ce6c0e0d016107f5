package org.icl4j.lab.task.regression;

/**
 * ⟨ω, query⟩ with ω = (1/n)·Σ yᵢ·xᵢ over n examples, one step of gradient descent from 0 (Garg et al. 2022); 0 for none. For x ~
 * N(0, I) and no noise its mean squared error is (d + 1)/n of that of answering 0.
 */
public record Averaging() implements Estimator {
    @Override
    public double predict(double[][] xs, double[] ys, double[] query) {
        double sum = 0;
        for (int i = 0; i < xs.length; i++) {
            sum += ys[i] * Vectors.dot(xs[i], query);
        }
        return xs.length == 0 ? 0 : sum / xs.length;
    }
}
