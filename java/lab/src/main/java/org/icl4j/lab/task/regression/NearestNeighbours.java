package org.icl4j.lab.task.regression;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The mean label of the examples nearest to the query in Euclidean distance (Garg et al. 2022); of equally near ones the earlier
 * count, and 0 is the answer for no examples.
 *
 * @param neighbours how many count, of fewer examples all
 */
public record NearestNeighbours(int neighbours) implements Estimator {
    /**
     * @throws IllegalArgumentException if {@code neighbours} is below 1
     */
    public NearestNeighbours {
        if (neighbours < 1) {
            throw new IllegalArgumentException("neighbours=" + neighbours + ": must be at least 1");
        }
    }

    @Override
    public double predict(double[][] xs, double[] ys, double[] query) {
        double[] distances = new double[xs.length];
        for (int i = 0; i < xs.length; i++) {
            distances[i] = Vectors.squaredDistance(xs[i], query);
        }
        return IntStream.range(0, xs.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> distances[i]))
                .limit(neighbours)
                .mapToDouble(i -> ys[i])
                .average()
                .orElse(0);
    }
}
