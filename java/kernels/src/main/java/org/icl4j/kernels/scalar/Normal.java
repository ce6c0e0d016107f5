package org.icl4j.kernels.scalar;

/**
 * The standard normal distribution to double precision, by series and continued fraction: slow,
 * plain, and accurate in both tails in the relative sense.
 */
final class Normal {
    private static final double SQRT_2_PI = Math.sqrt(2 * Math.PI);

    /** From here on the continued fraction; before it ½ + … cancels little. Both are ¼ here, and so are their errors the same. */
    private static final double TAIL = 0.675;

    /** Beyond it exp(−x²/2) is 0 in double. */
    private static final double DENSITY_END = 39;

    private Normal() {}

    /** φ(x) = exp(−x²/2)/√(2π); the rounding of x² is put right, as the exponential would magnify it x²/2 times. */
    static double density(double x) {
        if (Math.abs(x) > DENSITY_END) {
            return 0;
        }
        double square = x * x;
        double rest = Math.fma(x, x, -square);
        return StrictMath.exp(-square / 2) * (1 - rest / 2) / SQRT_2_PI;
    }

    /** Φ(x). */
    static double distribution(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        if (Math.abs(x) <= TAIL) {
            return 0.5 + central(x);
        }
        return x < 0 ? upperTail(-x) : 1 - upperTail(x);
    }

    /**
     * Φ(x) − ½ = φ(x)·Σₙ x^(2n+1)/(1·3·5…(2n+1)); all terms have one sign (Marsaglia 2004, eq. 1).
     */
    private static double central(double x) {
        double term = x;
        double sum = 0;
        for (int n = 3; sum + term != sum; n += 2) {
            sum += term;
            term *= x * x / n;
        }
        return density(x) * sum;
    }

    /**
     * 1 − Φ(x) = φ(x)/(x + 1/(x + 2/(x + 3/(x + …)))) for x > 0 (Abramowitz and Stegun 26.2.14). What n terms leave is about
     * exp(−2·x·√n): below 1e-17 with these.
     */
    private static double upperTail(double x) {
        double fraction = x;
        for (int n = (int) (20 + 450 / (x * x)); n > 0; n--) {
            fraction = x + n / fraction;
        }
        return density(x) / fraction;
    }
}
