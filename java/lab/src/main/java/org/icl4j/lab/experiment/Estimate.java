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

    /** The same in units of {@code unit}, which is positive. */
    public Estimate dividedBy(double unit) {
        return new Estimate(value / unit, low / unit, high / unit);
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
