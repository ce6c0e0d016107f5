package org.icl4j.lab.task.mixture;

import org.icl4j.lab.task.probability.Posterior;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * μ any of a pool, all alike. After some points the next has density Σ_m p(m | points)·N(z; μ_m, I·ε²/d).
 *
 * @param means the pool, [classes][d]
 * @param spread ε
 */
record PooledMeans(double[][] means, double spread) implements MeanPrior {
    @Override
    public double[] draw(RandomStream random) {
        return means[random.nextInt(means.length)];
    }

    @Override
    public Evidence evidence() {
        double[] logWeights = new double[means.length];
        return new Evidence() {
            @Override
            public double logDensity(double[] z) {
                double[] withNext = logWeights.clone();
                addTo(withNext, z);
                return Posterior.logSum(withNext) - Posterior.logSum(logWeights);
            }

            @Override
            public void add(double[] z) {
                addTo(logWeights, z);
            }
        };
    }

    private void addTo(double[] logWeights, double[] z) {
        for (int m = 0; m < logWeights.length; m++) {
            double distance = 0;
            for (int j = 0; j < z.length; j++) {
                double difference = z[j] - means[m][j];
                distance += difference * difference;
            }
            logWeights[m] -= distance * z.length / (2 * spread * spread);
        }
    }
}
