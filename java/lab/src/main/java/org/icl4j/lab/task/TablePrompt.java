package org.icl4j.lab.task;

import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.transformer.tensor.Tensor;

/**
 * One row of a table as the query, all others as the context, standardised by the mean and standard deviation of the context
 * alone, so that nothing of the query's answer leaks in.
 *
 * @param prompts one prompt, features beyond the table's filled up with zeros; its target is the standardised answer
 * @param targetMean mean of the target in the context
 * @param targetDeviation its standard deviation there
 * @param leastSquares what least squares with an intercept predicts for the query, in the table's units
 * @param <A> {@code float[]} or {@code double[]}
 */
public record TablePrompt<A>(Prompts<A> prompts, double targetMean, double targetDeviation, double leastSquares) {
    /** A prediction for standardised numbers in the table's units. */
    public double inUnits(double standardised) {
        return targetMean + targetDeviation * standardised;
    }

    /**
     * The prompt with row {@code row} as its query.
     *
     * @param nDims d of the block, at least the number of features
     */
    public static <A> TablePrompt<A> of(Table table, int row, int nDims, Precision<A> precision) {
        int features = table.features().size();
        int examples = table.rows() - 1;
        double[][] context = new double[features + 1][examples];
        for (int i = 0; i < examples; i++) {
            int from = i < row ? i : i + 1;
            for (int j = 0; j < features; j++) {
                context[j][i] = table.xs()[from][j];
            }
            context[features][i] = table.ys()[from];
        }
        Tensor<A> tokens = Tensor.zeros(precision, 1, examples + 1, nDims + 1);
        double[][] xs = new double[examples][features];
        double[] ys = new double[examples];
        double[] query = new double[features];
        for (int j = 0; j < features; j++) {
            Scaling scaling = Scaling.of(context[j]);
            for (int i = 0; i < examples; i++) {
                xs[i][j] = scaling.apply(context[j][i]);
                tokens.set(tokens.index(0, i, j), xs[i][j]);
            }
            query[j] = scaling.apply(table.xs()[row][j]);
            tokens.set(tokens.index(0, examples, j), query[j]);
        }
        Scaling scaling = Scaling.of(context[features]);
        for (int i = 0; i < examples; i++) {
            ys[i] = scaling.apply(context[features][i]);
            tokens.set(tokens.index(0, i, nDims), ys[i]);
        }
        double leastSquares = scaling.mean() + scaling.deviation() * new LeastSquares().predict(xs, ys, query);
        double[] target = {scaling.apply(table.ys()[row])};
        return new TablePrompt<>(new Prompts<>(tokens, target), scaling.mean(), scaling.deviation(), leastSquares);
    }
}
