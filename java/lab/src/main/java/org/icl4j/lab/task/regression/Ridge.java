package org.icl4j.lab.task.regression;

/**
 * Ridge regression: ⟨ω, query⟩ with ω = (XᵀX + λI)⁻¹Xᵀy; 0 for no examples. With λ = σ² it is the Bayes predictor of linear functions
 * with ω ~ N(0, I) and noise of variance σ².
 *
 * @param lambda λ; for 0 there is {@link LeastSquares}
 */
public record Ridge(double lambda) implements Estimator {
    /**
     * @throws IllegalArgumentException if {@code lambda} is not finite and above 0
     */
    public Ridge {
        Requirements.positive("lambda", lambda);
    }

    @Override
    public double predict(double[][] xs, double[] ys, double[] query) {
        if (xs.length == 0) {
            return 0;
        }
        return Vectors.dot(GaussianWeights.of(xs, ys, lambda).mean(), query);
    }
}
