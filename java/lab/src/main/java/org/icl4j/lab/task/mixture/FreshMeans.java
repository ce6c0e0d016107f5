package org.icl4j.lab.task.mixture;

import org.icl4j.transformer.tensor.RandomStream;

/**
 * μ ~ N(0, I/d). After n points of sum s, μ ~ N(s/(n + ε²), I·ε²/(n + ε²)/d), so the next point is normal around the same with variance
 * (ε² + ε²/(n + ε²))/d in each coordinate.
 *
 * @param nDims d
 * @param spread ε
 */
record FreshMeans(int nDims, double spread) implements MeanPrior {
    @Override
    public double[] draw(RandomStream random) {
        return GaussianMixture.normal(random, nDims);
    }

    @Override
    public Evidence evidence() {
        double square = spread * spread;
        double[] sum = new double[nDims];
        return new Evidence() {
            private int count;

            @Override
            public double logDensity(double[] z) {
                double weight = count + square;
                double variance = (square + square / weight) / nDims;
                double distance = 0;
                for (int j = 0; j < nDims; j++) {
                    double difference = z[j] - sum[j] / weight;
                    distance += difference * difference;
                }
                return -(nDims * StrictMath.log(variance) + distance / variance) / 2;
            }

            @Override
            public void add(double[] z) {
                for (int j = 0; j < nDims; j++) {
                    sum[j] += z[j];
                }
                count++;
            }
        };
    }
}
