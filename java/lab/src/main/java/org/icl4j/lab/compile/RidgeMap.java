package org.icl4j.lab.compile;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The linear map that takes vectors a_k nearest to vectors b_k: M = argmin Σ_k ‖M·a_k − b_k‖² + λ‖M‖²_F, in the factors of its
 * singular value decomposition. Of one pair it is b·aᵀ/‖a‖², the rank-1 change of Dherin et al. (2025); of many the thought matrix
 * by least squares of Mazzawi et al. (2025) with a ridge.
 *
 * <p>λ is the one of least error in leaving one pair out, among σ₁²·10^(−10 … −4) with σ₁ the largest singular value of the a_k: a map
 * that fits all pairs there are may be anything on others, where the pairs are fewer than the width. More would be less error still
 * where nothing carries over from one pair to another, but then the pairs that are there would not be served.
 *
 * @param left singular vectors times singular values, [out][r], in falling order
 * @param right singular vectors, [r][in]
 * @param lambda λ
 * @param residual ‖M·a − b‖/‖b‖ over all pairs
 */
record RidgeMap(double[][] left, double[][] right, double lambda, double residual) {
    private static final double ZERO = 1e-13;
    private static final int SMALLEST = -20;
    private static final int LARGEST = -8;

    /** Number of singular values, r. */
    int rank() {
        return right.length;
    }

    /**
     * The map of these pairs, without what is below {@code tolerance} of its Frobenius norm.
     *
     * @param a rows a_k, not all 0
     * @param b rows b_k, as many, not all 0
     */
    static RidgeMap fit(double[][] a, double[][] b, double tolerance) {
        SingularValueDecomposition svd = new SingularValueDecomposition(new Array2DRowRealMatrix(a));
        double[] s = svd.getSingularValues();
        int rank = 0;
        while (rank < s.length && s[rank] > ZERO * s[0]) {
            rank++;
        }
        RealMatrix u = svd.getU().getSubMatrix(0, a.length - 1, 0, rank - 1);
        RealMatrix v = svd.getV().getSubMatrix(0, a[0].length - 1, 0, rank - 1);
        RealMatrix targets = new Array2DRowRealMatrix(b);
        RealMatrix projected = u.transposeMultiply(targets);
        double lambda = a.length == 1 ? 0 : bestRidge(s, u, projected, targets);
        RealMatrix core = projected.transpose();
        for (int j = 0; j < rank; j++) {
            core.setColumnVector(j, core.getColumnVector(j).mapMultiply(s[j] / (s[j] * s[j] + lambda)));
        }
        double residual = misfit(u, projected, targets, shrinkage(s, rank, lambda), false) / targets.getFrobeniusNorm();
        return factors(core, v, tolerance, lambda, residual);
    }

    private static double[] shrinkage(double[] s, int rank, double lambda) {
        double[] factors = new double[rank];
        for (int j = 0; j < rank; j++) {
            factors[j] = s[j] * s[j] / (s[j] * s[j] + lambda);
        }
        return factors;
    }

    private static double bestRidge(double[] s, RealMatrix u, RealMatrix projected, RealMatrix targets) {
        double best = Double.NaN;
        double least = Double.POSITIVE_INFINITY;
        for (int exponent = SMALLEST; exponent <= LARGEST; exponent++) {
            double lambda = s[0] * s[0] * Math.pow(10, exponent / 2.0);
            double error = misfit(u, projected, targets, shrinkage(s, u.getColumnDimension(), lambda), true);
            if (error < least) {
                least = error;
                best = lambda;
            }
        }
        return best;
    }

    /** √Σ_k‖b_k − fit_k‖², or that of the fits to all pairs but the one: the residual k over 1 − (leverage of k). */
    private static double misfit(
            RealMatrix u, RealMatrix projected, RealMatrix targets, double[] shrinkage, boolean leftOut) {
        double sum = 0;
        for (int k = 0; k < targets.getRowDimension(); k++) {
            double leverage = 0;
            double[] rest = targets.getRow(k);
            for (int j = 0; j < shrinkage.length; j++) {
                double share = u.getEntry(k, j) * shrinkage[j];
                leverage += u.getEntry(k, j) * share;
                for (int i = 0; i < rest.length; i++) {
                    rest[i] -= share * projected.getEntry(j, i);
                }
            }
            double scale = leftOut ? 1 / Math.max(1 - leverage, Double.MIN_NORMAL) : 1;
            for (double r : rest) {
                sum += r * scale * r * scale;
            }
        }
        return Math.sqrt(sum);
    }

    /** core·vᵀ, whose v has orthonormal columns. */
    private static RidgeMap factors(RealMatrix core, RealMatrix v, double tolerance, double lambda, double residual) {
        SingularValueDecomposition svd = new SingularValueDecomposition(core);
        double[] s = svd.getSingularValues();
        double limit = Math.pow(tolerance * core.getFrobeniusNorm(), 2);
        int rank = s.length;
        double tail = 0;
        while (rank > 1 && tail + s[rank - 1] * s[rank - 1] <= limit) {
            tail += s[rank - 1] * s[rank - 1];
            rank--;
        }
        RealMatrix left = svd.getU().multiply(svd.getS());
        RealMatrix right = v.multiply(svd.getV()).transpose();
        return new RidgeMap(
                left.getSubMatrix(0, left.getRowDimension() - 1, 0, rank - 1).getData(),
                right.getSubMatrix(0, rank - 1, 0, right.getColumnDimension() - 1)
                        .getData(),
                lambda,
                residual);
    }
}
