package org.icl4j.lab.task.mixture;

import org.icl4j.lab.task.probability.Draws;
import org.icl4j.lab.task.probability.Posterior;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Classification of a Gaussian mixture whose labels are dealt anew in every prompt (after Reddy 2023): each label ℓ gets a mean μ_ℓ,
 * and a point draws its label, all alike, and is x = (μ_ℓ + ε·η)/√(1 + ε²) with η ~ N(0, I/d), so that E‖x‖² = 1.
 *
 * <p>Means are fresh ones of N(0, I/d), or any of a pool of such, alike and independent for each label: what a class was called in
 * another prompt says nothing in this one. Two labels may get the same mean of a pool, and can then not be told apart.
 */
public final class GaussianMixture {
    private final int nDims;
    private final int labels;
    private final double spread;
    private final MeanPrior prior;

    private GaussianMixture(int nDims, int labels, double spread, MeanPrior prior) {
        this.nDims = nDims;
        this.labels = labels;
        this.spread = spread;
        this.prior = prior;
    }

    /**
     * With means drawn afresh for every prompt.
     *
     * @param nDims d
     * @param labels number of labels
     * @param spread ε
     * @throws IllegalArgumentException if {@code nDims} is below 1, {@code labels} below 2 or {@code spread} not finite and above 0
     */
    public static GaussianMixture fresh(int nDims, int labels, double spread) {
        requireSizes(nDims, labels, spread);
        return new GaussianMixture(nDims, labels, spread, new FreshMeans(nDims, spread));
    }

    /**
     * With means of a pool of N(0, I/d), of which mean i depends on {@code seed} and i alone.
     *
     * @param classes number of means in the pool
     * @param nDims d
     * @param labels number of labels
     * @param spread ε
     * @throws IllegalArgumentException if {@code classes} or {@code nDims} is below 1, {@code labels} below 2 or {@code spread} not
     *     finite and above 0
     */
    public static GaussianMixture pool(long seed, int classes, int nDims, int labels, double spread) {
        requireSizes(nDims, labels, spread);
        if (classes < 1) {
            throw new IllegalArgumentException("pool of " + classes + " classes: there must be at least 1");
        }
        double[][] means = new double[classes][];
        for (int i = 0; i < classes; i++) {
            means[i] = normal(RandomStream.of(seed, "class pool", 0, i), nDims);
        }
        return new GaussianMixture(nDims, labels, spread, new PooledMeans(means, spread));
    }

    private static void requireSizes(int nDims, int labels, double spread) {
        if (nDims < 1 || labels < 2 || !(spread > 0 && spread < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("mixture with nDims=" + nDims + " labels=" + labels + " spread=" + spread
                    + ": nDims must be at least 1, labels at least 2, spread a finite number above 0");
        }
    }

    /** A vector of N(0, I/d). */
    static double[] normal(RandomStream random, int nDims) {
        double[] values = Draws.gaussians(random, nDims);
        for (int j = 0; j < nDims; j++) {
            values[j] /= Math.sqrt(nDims);
        }
        return values;
    }

    /** d, the dimension of x. */
    public int nDims() {
        return nDims;
    }

    /** Number of labels. */
    public int labels() {
        return labels;
    }

    /**
     * Draws a prompt: the means, then label and point in turn.
     *
     * @param points k, not negative
     */
    public LabelledPoints sample(RandomStream random, int points) {
        double[][] means = new double[labels][];
        for (int label = 0; label < labels; label++) {
            means[label] = prior.draw(random);
        }
        double[][] xs = new double[points][];
        int[] given = new int[points];
        for (int i = 0; i < points; i++) {
            given[i] = random.nextInt(labels);
            xs[i] = normal(random, nDims);
            for (int j = 0; j < nDims; j++) {
                xs[i][j] = (means[given[i]][j] + spread * xs[i][j]) / norm();
            }
        }
        return new LabelledPoints(xs, given);
    }

    private double norm() {
        return Math.sqrt(1 + spread * spread);
    }

    /**
     * The exact posterior: p(ℓ) in proportion to the density of x given the examples of label ℓ. No other predictor has a smaller
     * expected cross-entropy, nor, by its likeliest label, more right answers.
     */
    public LabelPredictor bayes() {
        return prompt -> {
            MeanPrior.Evidence[] evidence = new MeanPrior.Evidence[labels];
            for (int label = 0; label < labels; label++) {
                evidence[label] = prior.evidence();
            }
            double[][] predictions = new double[prompt.count()][];
            for (int i = 0; i < predictions.length; i++) {
                double[] z = prompt.xs()[i].clone();
                double[] logDensities = new double[labels];
                for (int j = 0; j < nDims; j++) {
                    z[j] *= norm();
                }
                for (int label = 0; label < labels; label++) {
                    logDensities[label] = evidence[label].logDensity(z);
                }
                predictions[i] = Posterior.of(logDensities);
                evidence[prompt.labels()[i]].add(z);
            }
            return predictions;
        };
    }
}
