package org.icl4j.bench.guard;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * A benchmark of two trees, or of anything else that is measured in turn, from the medians of forks that were measured in turn.
 *
 * <p>The ratio of times is judged on its logarithm: r = mean of log(work/base) over the rounds, with Student's interval. A round
 * is a fork of each tree; the two live side by side and are measured in turn, so what drifts slowly falls out of the difference.
 *
 * @param benchmark its name
 * @param rounds how many pairs of forks
 * @param ratio time of the working tree over time of the base, as a geometric mean
 * @param low lower end of the interval of the ratio, at the level that Holm's correction leaves
 * @param high upper end
 * @param verdict what follows
 */
public record Comparison(String benchmark, int rounds, double ratio, double low, double high, Verdict verdict) {
    /** Chance that one or more of all benchmarks alarm although nothing changed by more than the tolerance. */
    private static final double LEVEL = 0.05;

    /** What a comparison says. */
    public enum Verdict {
        /** The interval lies above the tolerance. */
        SLOWER,
        /** The interval lies below the tolerance. */
        FASTER,
        /** Neither. */
        SAME
    }

    /**
     * The median times of a benchmark in forks, in any unit of time.
     *
     * @param benchmark its name
     * @param base one median a round
     * @param work the median of the other tree in the same round
     */
    public record Samples(String benchmark, double[] base, double[] work) {
        /**
         * @throws IllegalArgumentException if there are not two rounds or more, or not as many of both
         */
        public Samples {
            if (base.length != work.length || base.length < 2) {
                throw new IllegalArgumentException(benchmark + " has " + base.length + " forks of the base and "
                        + work.length + " of the working tree: need as many, and at least 2");
            }
        }

        private double[] logRatios() {
            double[] ratios = new double[base.length];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = Math.log(work[i] / base[i]);
            }
            return ratios;
        }
    }

    /** Mean and standard error of log-ratios. */
    private record Estimate(Samples samples, double mean, double error) {
        static Estimate of(Samples samples) {
            double[] ratios = samples.logRatios();
            double mean = 0;
            for (double ratio : ratios) {
                mean += ratio / ratios.length;
            }
            double squares = 0;
            for (double ratio : ratios) {
                squares += (ratio - mean) * (ratio - mean);
            }
            return new Estimate(samples, mean, Math.sqrt(squares / (ratios.length - 1) / ratios.length));
        }

        /** Chance of a mean as far beyond the tolerance if the truth were at the tolerance. */
        double p(double tolerance) {
            double beyond = Math.abs(mean) - Math.log1p(tolerance);
            if (error == 0) {
                return beyond > 0 ? 0 : 1;
            }
            return 1 - distribution().cumulativeProbability(beyond / error);
        }

        private TDistribution distribution() {
            return new TDistribution(samples.base().length - 1);
        }

        Comparison at(double level, boolean significant) {
            double reach = error == 0 ? 0 : error * distribution().inverseCumulativeProbability(1 - level);
            Verdict verdict = !significant ? Verdict.SAME : mean > 0 ? Verdict.SLOWER : Verdict.FASTER;
            return new Comparison(
                    samples.benchmark(),
                    samples.base().length,
                    Math.exp(mean),
                    Math.exp(mean - reach),
                    Math.exp(mean + reach),
                    verdict);
        }
    }

    /**
     * Compares all benchmarks at once by Holm's step-down procedure (1979).
     *
     * @param tolerance change that does not count, such as 0.05
     */
    public static List<Comparison> of(List<Samples> samples, double tolerance) {
        List<Estimate> estimates = samples.stream()
                .map(Estimate::of)
                .sorted(Comparator.comparingDouble(estimate -> estimate.p(tolerance)))
                .toList();
        List<Comparison> comparisons = new ArrayList<>();
        boolean significant = true;
        for (int i = 0; i < estimates.size(); i++) {
            double level = LEVEL / (estimates.size() - i);
            significant &= estimates.get(i).p(tolerance) <= level;
            comparisons.add(estimates.get(i).at(level, significant));
        }
        return comparisons;
    }
}
