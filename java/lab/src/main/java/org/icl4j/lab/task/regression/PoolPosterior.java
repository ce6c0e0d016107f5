package org.icl4j.lab.task.regression;

import java.util.Arrays;
import org.icl4j.lab.task.probability.Posterior;

/**
 * The Bayes predictor of a pool of linear functions, "dMMSE" (Raventós et al. 2023, eq. 3): ⟨ω̂, query⟩ with ω̂ the mean of the pool,
 * weighted by softmax_m(−Σⱼ(yⱼ − ⟨ω_m, xⱼ⟩)²/2σ²) over the examples j; the plain mean for none.
 */
final class PoolPosterior implements Predictor {
    /** σ where there is less: labels have rounding errors. */
    static final double LEAST_NOISE = 1e-5;

    private final double[][] omegas;
    private final double variance;

    PoolPosterior(double[][] omegas, double noise) {
        this.omegas = omegas;
        double atLeast = Math.max(noise, LEAST_NOISE);
        this.variance = atLeast * atLeast;
    }

    @Override
    public double[] predict(Points prompt) {
        double[] logWeights = new double[omegas.length];
        double[] predictions = new double[prompt.count()];
        for (int i = 0; i < predictions.length; i++) {
            double[] values = values(prompt.xs()[i]);
            predictions[i] = Vectors.dot(Posterior.of(logWeights), values);
            for (int m = 0; m < values.length; m++) {
                double residual = prompt.ys()[i] - values[m];
                logWeights[m] -= residual * residual / (2 * variance);
            }
        }
        return predictions;
    }

    private double[] values(double[] x) {
        return Arrays.stream(omegas).mapToDouble(omega -> Vectors.dot(omega, x)).toArray();
    }
}
