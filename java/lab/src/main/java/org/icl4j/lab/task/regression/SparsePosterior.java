package org.icl4j.lab.task.regression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.util.CombinatoricsUtils;
import org.icl4j.lab.task.probability.Posterior;

/**
 * The Bayes predictor of sparse linear functions: for every set S of s coordinates the posterior mean of ω with its other
 * coordinates 0, averaged over the sets by their posterior probability, which is in proportion to the density that each gives the
 * labels. Its time grows with the number of sets.
 */
final class SparsePosterior implements Estimator {
    private static final double MAX_SETS = 10_000;

    private final List<int[]> sets = new ArrayList<>();
    private final double variance;

    SparsePosterior(int nDims, int nonzero, double noise) {
        CombinatoricsUtils.combinationsIterator(nDims, nonzero).forEachRemaining(sets::add);
        double atLeast = Math.max(noise, PoolPosterior.LEAST_NOISE);
        this.variance = atLeast * atLeast;
    }

    /** Whether there are at most 10,000 sets, C(d, s). */
    static boolean isFeasible(int nDims, int nonzero) {
        return CombinatoricsUtils.binomialCoefficientDouble(nDims, nonzero) <= MAX_SETS;
    }

    @Override
    public double predict(double[][] xs, double[] ys, double[] query) {
        if (xs.length == 0) {
            return 0;
        }
        double[] logEvidence = new double[sets.size()];
        double[] predictions = new double[sets.size()];
        for (int i = 0; i < predictions.length; i++) {
            int[] set = sets.get(i);
            double[][] seen = Arrays.stream(xs).map(x -> part(x, set)).toArray(double[][]::new);
            GaussianWeights weights = GaussianWeights.of(seen, ys, variance);
            logEvidence[i] = weights.logEvidence();
            predictions[i] = Vectors.dot(weights.mean(), part(query, set));
        }
        return Vectors.dot(Posterior.of(logEvidence), predictions);
    }

    private static double[] part(double[] x, int[] set) {
        return Arrays.stream(set).mapToDouble(j -> x[j]).toArray();
    }
}
