package org.icl4j.lab.curve;

import java.util.Arrays;
import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.lab.task.regression.Ridge;

/**
 * Which ridge regression a predictor is (Akyürek et al. 2022): Δ = E mean_k (a − b)²/d between its answers and those of ridge
 * regression, for a grid of λ.
 *
 * @param lambdas λ
 * @param distances Δ to ridge regression with each of them
 * @param toLeastSquares Δ to least squares of least norm, where a prompt counts for at most {@link #MOST}: the mean without this limit
 *     does not exist where the labels are noisy and there are as many examples as dimensions, and is larger
 * @param leastSquaresByRidge the latter by Δ to the nearest ridge regression
 */
record RidgeFit(double[] lambdas, Estimate[] distances, Estimate toLeastSquares, Estimate leastSquaresByRidge) {
    /** Ten times as far as answering 0 is from the targets. */
    static final double MOST = 10;

    /**
     * Fits to the answers on these prompts.
     *
     * @param unit what squares are divided by, d for linear functions
     */
    static RidgeFit of(Predictor predictor, List<Points> prompts, double unit, double... lambdas) {
        double[][] answers = predictor.predictAll(prompts);
        SquaredDifferences[] ridges = Arrays.stream(lambdas)
                .mapToObj(lambda -> SquaredDifferences.of(answers, new Ridge(lambda).predictAll(prompts), unit))
                .toArray(SquaredDifferences[]::new);
        Estimate[] distances =
                Arrays.stream(ridges).map(r -> Estimate.mean(r.averages())).toArray(Estimate[]::new);
        double[] leastSquares = limited(SquaredDifferences.of(answers, new LeastSquares().predictAll(prompts), unit)
                .averages());
        Estimate ratio = Estimate.ratio(leastSquares, ridges[nearest(distances)].averages());
        return new RidgeFit(lambdas, distances, Estimate.mean(leastSquares), ratio);
    }

    private static double[] limited(double[] values) {
        return Arrays.stream(values).map(value -> Math.min(value, MOST)).toArray();
    }

    private static int nearest(Estimate[] distances) {
        int nearest = 0;
        for (int i = 1; i < distances.length; i++) {
            nearest = distances[i].value() < distances[nearest].value() ? i : nearest;
        }
        return nearest;
    }

    /** λ of the nearest. */
    double bestLambda() {
        return lambdas[nearest(distances)];
    }

    /** Δ to it. */
    Estimate leastDistance() {
        return distances[nearest(distances)];
    }
}
