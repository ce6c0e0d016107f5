package org.icl4j.lab.patch;

import java.util.stream.IntStream;

/**
 * The y of mean square 1 with the least ‖m∘y − g‖ (Goldwaser et al. 2025, App. B): y = (m∘g)⊘(m² − μ), where μ &lt; min m² solves
 * the secular equation mean((m∘g)²⊘(m² − μ)²) = 1. The left side rises with μ, from 0 to ∞; only where m∘g is 0 at every
 * smallest m² it may end below 1. That is the hard case of trust regions (Moré and Sorensen 1983): μ = min m², and what is missing of
 * the mean square is given to those components in equal parts.
 *
 * @param y the vector
 * @param mu μ
 */
record SphereProjection(double[] y, double mu) {
    /**
     * @param gain m, at least one component
     * @param goal g, as many
     */
    static SphereProjection of(double[] gain, double[] goal) {
        int n = gain.length;
        double least =
                IntStream.range(0, n).mapToDouble(j -> gain[j] * gain[j]).min().orElseThrow();
        double[] pull = new double[n];
        double[] above = new double[n];
        for (int j = 0; j < n; j++) {
            pull[j] = gain[j] * goal[j];
            above[j] = gain[j] * gain[j] - least;
        }
        double distance = distance(pull, above);
        double[] y = new double[n];
        for (int j = 0; j < n; j++) {
            y[j] = pull[j] == 0 ? 0 : pull[j] / (above[j] + distance);
        }
        if (distance == 0) {
            fillUp(y, above);
        }
        return new SphereProjection(y, least - distance);
    }

    /** min m² − μ: bisection down to neighbouring numbers; 0 in the hard case. */
    private static double distance(double[] pull, double[] above) {
        if (meanSquare(pull, above, 0) < 1) {
            return 0;
        }
        double low = 0;
        double high = Doubles.rootMeanSquare(pull); // There the mean square is at most 1.
        for (double mid = high / 2; low < mid && mid < high; mid = low + (high - low) / 2) {
            if (meanSquare(pull, above, mid) > 1) {
                low = mid;
            } else {
                high = mid;
            }
        }
        return high;
    }

    private static double meanSquare(double[] pull, double[] above, double distance) {
        double sum = 0;
        for (int j = 0; j < pull.length; j++) {
            sum += pull[j] == 0 ? 0 : Math.pow(pull[j] / (above[j] + distance), 2);
        }
        return sum / pull.length;
    }

    private static void fillUp(double[] y, double[] above) {
        double missing = y.length - Doubles.squaredNorm(y);
        long least = IntStream.range(0, y.length).filter(j -> above[j] == 0).count();
        for (int j = 0; j < y.length; j++) {
            if (above[j] == 0) {
                y[j] = Math.sqrt(missing / least);
            }
        }
    }
}
