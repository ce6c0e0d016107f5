package org.icl4j.lab.task;

import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/** The oracle of noiseless linear regression: the ω of least norm that fits the examples best. */
public final class LeastSquares {
    private LeastSquares() {}

    /**
     * ⟨ω, query⟩.
     *
     * @param xs the examples' inputs
     * @param ys their answers, as many
     * @param query of the width of the inputs
     * @return 0 for no examples
     */
    public static double predict(double[][] xs, double[] ys, double[] query) {
        if (xs.length == 0) {
            return 0;
        }
        double[] omega = new SingularValueDecomposition(new Array2DRowRealMatrix(xs))
                .getSolver()
                .solve(new ArrayRealVector(ys))
                .toArray();
        double prediction = 0;
        for (int j = 0; j < query.length; j++) {
            prediction += omega[j] * query[j];
        }
        return prediction;
    }

    /** The answer for every prompt, from its first {@code examples} examples. */
    public static double[] predict(Prompts<?> prompts, int examples) {
        int nDims = prompts.dToken() - 1;
        double[] predictions = new double[prompts.count()];
        for (int b = 0; b < predictions.length; b++) {
            double[][] rows = prompts.rows(b);
            double[][] xs = new double[examples][];
            double[] ys = new double[examples];
            for (int t = 0; t < examples; t++) {
                xs[t] = Arrays.copyOf(rows[t], nDims);
                ys[t] = rows[t][nDims];
            }
            predictions[b] = predict(xs, ys, Arrays.copyOf(rows[rows.length - 1], nDims));
        }
        return predictions;
    }
}
