package org.icl4j.kernels;

/**
 * Cosines and sines of the angles by which rotary embedding turns its pairs: a row for each position, a column for each pair.
 *
 * @param cos [T, P]
 * @param sin [T, P]
 */
public record RotaryAngles<A>(Matrix<A> cos, Matrix<A> sin) {
    /** The base of the angles in the paper. */
    public static final double BASE = 10_000;

    /**
     * @throws IllegalArgumentException if the two differ in shape or are not one matrix each
     */
    public RotaryAngles {
        boolean sameShape =
                cos.count() == 1 && sin.count() == 1 && cos.rows() == sin.rows() && cos.cols() == sin.cols();
        if (!sameShape) {
            throw new IllegalArgumentException("rotary angles with cosines " + cos.shape() + " and sines " + sin.shape()
                    + ": both must be [positions, pairs]");
        }
    }

    /**
     * The angles t·base^(−i/pairs) of pair i at positions t = 0 … positions − 1 (Su et al. 2021, §3.2.2, with the paper's base),
     * worked out in double and rounded once.
     *
     * @param pairs P: half the columns that are turned, dHead/2 unless the embedding is partial
     * @param base what the last frequencies approach the reciprocal of; {@link #BASE}, or larger for long contexts
     * @throws IllegalArgumentException if {@code positions} or {@code pairs} is negative or {@code base} is not positive and finite
     */
    public static <A> RotaryAngles<A> of(Precision<A> precision, int positions, int pairs, double base) {
        if (positions < 0 || pairs < 0 || !(base > 0) || !Double.isFinite(base)) {
            throw new IllegalArgumentException("rotary angles with positions=" + positions + " pairs=" + pairs
                    + " base=" + base + ": none may be negative, and the base must be positive and finite");
        }
        A cos = precision.allocate(Math.multiplyExact(positions, pairs));
        A sin = precision.allocate(positions * pairs);
        for (int i = 0; i < pairs; i++) {
            double frequency = StrictMath.pow(base, -(double) i / pairs);
            for (int t = 0; t < positions; t++) {
                precision.set(cos, t * pairs + i, StrictMath.cos(t * frequency));
                precision.set(sin, t * pairs + i, StrictMath.sin(t * frequency));
            }
        }
        return new RotaryAngles<>(Matrix.of(cos, positions, pairs), Matrix.of(sin, positions, pairs));
    }

    /** Those of positions {@code from} (inclusive) to {@code to} (exclusive). */
    public RotaryAngles<A> rows(int from, int to) {
        return new RotaryAngles<>(cos.rows(from, to), sin.rows(from, to));
    }
}
