package org.icl4j.lab.task.regression;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * Least squares: ⟨ω, query⟩ with the ω of least norm that fits the examples best; 0 for no examples. The oracle of noiseless linear
 * regression.
 */
public record LeastSquares() implements Estimator {
    @Override
    public double predict(double[][] xs, double[] ys, double[] query) {
        if (xs.length == 0) {
            return 0;
        }
        double[] omega = new SingularValueDecomposition(new Array2DRowRealMatrix(xs))
                .getSolver()
                .solve(new ArrayRealVector(ys))
                .toArray();
        return Vectors.dot(omega, query);
    }
}
