package org.icl4j.kernels.scalar;

/**
 * The standard normal distribution to double precision, by series and continued fraction: slow,
 * plain, and accurate in both tails in the relative sense.
 */
final class Normal {
    private static final double SQRT_2_PI = Math.sqrt(2 * Math.PI);

    /**
     * Beyond this point the continued fraction has converged after {@link #FRACTION_TERMS} terms.
     */
    private static final double TAIL = 2;

    private static final int FRACTION_TERMS = 200;

    private Normal() {}

    /** φ(x) = exp(−x²/2)/√(2π). */
    static double density(double x) {
        return StrictMath.exp(-x * x / 2) / SQRT_2_PI;
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
     * 1 − Φ(x) = φ(x)/(x + 1/(x + 2/(x + 3/(x + …)))) for x > 0 (Abramowitz and Stegun 26.2.14).
     */
    private static double upperTail(double x) {
        double fraction = x;
        for (int n = FRACTION_TERMS; n > 0; n--) {
            fraction = x + n / fraction;
        }
        return density(x) / fraction;
    }
}
