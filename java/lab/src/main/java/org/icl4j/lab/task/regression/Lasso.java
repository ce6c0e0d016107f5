package org.icl4j.lab.task.regression;

/**
 * The Lasso (Tibshirani 1996) without an intercept: ⟨ω, query⟩ with the ω of least (1/2n)·‖y − Xω‖² + α·‖ω‖₁, the objective of
 * scikit-learn; 0 for no examples.
 *
 * <p>By cyclic coordinate descent (Friedman et al. 2010) until the duality gap is at most 10⁻⁹ of (1/2n)·‖y‖², or for 10,000 rounds: where
 * that is not enough, as for a tiny α and nearly dependent columns, ω is that of the last round.
 *
 * @param alpha α
 */
public record Lasso(double alpha) implements Estimator {
    private static final double TOLERANCE = 1e-9;
    private static final int MAX_ROUNDS = 10_000;

    /**
     * @throws IllegalArgumentException if {@code alpha} is not finite and above 0
     */
    public Lasso {
        Requirements.positive("alpha", alpha);
    }

    @Override
    public double predict(double[][] xs, double[] ys, double[] query) {
        return xs.length == 0 ? 0 : Vectors.dot(weights(xs, ys), query);
    }

    /** ω for at least one example. */
    double[] weights(double[][] xs, double[] ys) {
        return new Descent(xs, ys, xs.length * alpha).run();
    }

    /** Coordinate descent on ½‖y − Xω‖² + λ‖ω‖₁, λ = n·α: n times the objective. */
    private static final class Descent {
        private final double[][] columns;
        private final double[] ys;
        private final double lambda;
        private final double[] omega;
        private final double[] residual;

        Descent(double[][] xs, double[] ys, double lambda) {
            this.columns = new double[xs[0].length][xs.length];
            for (int j = 0; j < columns.length; j++) {
                for (int i = 0; i < xs.length; i++) {
                    columns[j][i] = xs[i][j];
                }
            }
            this.ys = ys;
            this.lambda = lambda;
            this.omega = new double[columns.length];
            this.residual = ys.clone();
        }

        double[] run() {
            double enough = TOLERANCE * Vectors.dot(ys, ys) / 2;
            for (int round = 0; round < MAX_ROUNDS && gap() > enough; round++) {
                for (int j = 0; j < omega.length; j++) {
                    minimise(j);
                }
            }
            return omega;
        }

        /** The best ω_j with the others held: soft thresholding of ⟨x_j, r⟩ + ‖x_j‖²·ω_j at λ. */
        private void minimise(int j) {
            double square = Vectors.dot(columns[j], columns[j]);
            if (square > 0) {
                double correlation = Vectors.dot(columns[j], residual) + square * omega[j];
                double best = Math.signum(correlation) * Math.max(0, Math.abs(correlation) - lambda) / square;
                Vectors.add(omega[j] - best, columns[j], residual);
                omega[j] = best;
            }
        }

        /** Primal less dual objective, the latter at the residual r shrunk to where |⟨x_j, r⟩| ≤ λ for all j. */
        private double gap() {
            double greatest = 0;
            double norm = 0;
            for (int j = 0; j < omega.length; j++) {
                greatest = Math.max(greatest, Math.abs(Vectors.dot(columns[j], residual)));
                norm += Math.abs(omega[j]);
            }
            double shrinkage = greatest > lambda ? lambda / greatest : 1;
            double squares = Vectors.dot(residual, residual);
            double primal = squares / 2 + lambda * norm;
            double dual = shrinkage * Vectors.dot(residual, ys) - shrinkage * shrinkage * squares / 2;
            return primal - dual;
        }
    }
}
