package org.icl4j.lab.experiment;

import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.descriptive.StreamingStatistics;

/**
 * A measured value with its 95 % interval.
 *
 * @param value the value
 * @param low lower end
 * @param high upper end
 */
public record Estimate(double value, double low, double high) {
    private static final double CONFIDENCE = 0.95;

    /** A value without sampling error, such as the largest of all errors seen. */
    public static Estimate exact(double value) {
        return new Estimate(value, value, value);
    }

    /** How far the value is from 0, on either side. */
    public Estimate size() {
        double least = low <= 0 && high >= 0 ? 0 : Math.min(Math.abs(low), Math.abs(high));
        return new Estimate(Math.abs(value), least, Math.max(Math.abs(low), Math.abs(high)));
    }

    /** The same in units of {@code unit}, which is positive. */
    public Estimate dividedBy(double unit) {
        return new Estimate(value / unit, low / unit, high / unit);
    }

    /** The mean of the differences of independent pairs, with Student's interval; NaN bounds for fewer than two. */
    public static Estimate difference(double[] some, double[] others) {
        double[] differences = new double[some.length];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = some[i] - others[i];
        }
        return mean(differences);
    }

    /**
     * The mean of the numerators by that of the denominators, of independent pairs, with Student's interval of the linearised ratio
     * (the delta method): that of (aᵢ − r·bᵢ)/b̄ around r. NaN bounds for fewer than two pairs.
     *
     * @param numerators aᵢ
     * @param denominators bᵢ, as many, of a positive mean
     */
    public static Estimate ratio(double[] numerators, double[] denominators) {
        double unit = mean(denominators).value();
        double ratio = mean(numerators).value() / unit;
        double[] around = new double[numerators.length];
        for (int i = 0; i < around.length; i++) {
            around[i] = ratio + (numerators[i] - ratio * denominators[i]) / unit;
        }
        return mean(around);
    }

    /** A share of {@code n} independent cases, with Wilson's interval (1927). */
    public static Estimate share(double share, int n) {
        double z = 1.959964;
        double centre = (share + z * z / (2 * n)) / (1 + z * z / n);
        double half = z / (1 + z * z / n) * Math.sqrt(share * (1 - share) / n + z * z / (4.0 * n * n));
        return new Estimate(share, Math.max(0, centre - half), Math.min(1, centre + half));
    }

    /** A share of {@code n} independent cases less another's of {@code otherN}, with Newcombe's interval (1998, method 10). */
    public static Estimate differenceOfShares(double share, int n, double other, int otherN) {
        Estimate one = share(share, n);
        Estimate two = share(other, otherN);
        double down = Math.hypot(share - one.low(), two.high() - other);
        double up = Math.hypot(one.high() - share, other - two.low());
        return new Estimate(share - other, share - other - down, share - other + up);
    }

    /** The mean of independent samples, with Student's interval; NaN bounds for fewer than two. */
    public static Estimate mean(double[] samples) {
        StreamingStatistics statistics = new StreamingStatistics();
        for (double sample : samples) {
            statistics.addValue(sample);
        }
        double mean = statistics.getMean();
        if (samples.length < 2) {
            return new Estimate(mean, Double.NaN, Double.NaN);
        }
        double quantile = new TDistribution(samples.length - 1.0).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
        double half = quantile * statistics.getStandardDeviation() / Math.sqrt(samples.length);
        return new Estimate(mean, mean - half, mean + half);
    }
}
