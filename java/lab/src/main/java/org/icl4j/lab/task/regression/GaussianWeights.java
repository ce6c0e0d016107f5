package org.icl4j.lab.task.regression;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.RealMatrix;

/**
 * Bayesian linear regression: what n examples y = ⟨ω, x⟩ + ε, ε ~ N(0, λ), say of ω ~ N(0, I) (Bishop 2006, §3.3 and §3.5).
 *
 * @param mean of the posterior: (XᵀX + λI)⁻¹Xᵀy, the weights of ridge regression
 * @param logEvidence log density of the labels, but for a term −(n/2)·log 2π
 */
record GaussianWeights(double[] mean, double logEvidence) {
    /**
     * @param xs at least one example
     * @param lambda above 0
     */
    static GaussianWeights of(double[][] xs, double[] ys, double lambda) {
        RealMatrix inputs = new Array2DRowRealMatrix(xs, false);
        RealMatrix transposed = inputs.transpose();
        RealMatrix precision = transposed.multiply(inputs);
        int dims = precision.getRowDimension();
        for (int j = 0; j < dims; j++) {
            precision.addToEntry(j, j, lambda);
        }
        CholeskyDecomposition cholesky = new CholeskyDecomposition(precision, 1e-12, 0);
        double[] mean = cholesky.getSolver()
                .solve(transposed.operate(new ArrayRealVector(ys, false)))
                .toArray();
        return new GaussianWeights(mean, logEvidence(xs, ys, lambda, mean, cholesky.getL()));
    }

    /** −½·(log det(XXᵀ + λI) + (‖y − Xω‖² + λ‖ω‖²)/λ), where the determinant is λⁿ⁻ᵈ·det(XᵀX + λI). */
    private static double logEvidence(double[][] xs, double[] ys, double lambda, double[] mean, RealMatrix factor) {
        double squares = lambda * Vectors.dot(mean, mean);
        for (int i = 0; i < xs.length; i++) {
            double residual = ys[i] - Vectors.dot(mean, xs[i]);
            squares += residual * residual;
        }
        double logDeterminant = (xs.length - mean.length) * StrictMath.log(lambda);
        for (int j = 0; j < mean.length; j++) {
            logDeterminant += 2 * StrictMath.log(factor.getEntry(j, j));
        }
        return -(logDeterminant + squares / lambda) / 2;
    }
}
