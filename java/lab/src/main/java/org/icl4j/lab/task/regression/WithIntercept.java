package org.icl4j.lab.task.regression;

import java.util.Arrays;

/**
 * An estimator of linear functions on inputs with one more coordinate that is always 1: so of linear functions with a constant, which
 * it treats as it does the other coefficients.
 *
 * @param base the estimator
 */
public record WithIntercept(Estimator base) implements Estimator {
    @Override
    public double predict(double[][] xs, double[] ys, double[] query) {
        return base.predict(
                Arrays.stream(xs).map(WithIntercept::extended).toArray(double[][]::new), ys, extended(query));
    }

    private static double[] extended(double[] x) {
        double[] longer = Arrays.copyOf(x, x.length + 1);
        longer[x.length] = 1;
        return longer;
    }
}
