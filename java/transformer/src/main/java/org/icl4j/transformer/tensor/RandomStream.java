package org.icl4j.transformer.tensor;

import java.util.random.RandomGenerator;

/**
 * A stream of random numbers that is a function of (seed, purpose, step, sample) alone, so that neither the order in which
 * samples are made, nor threads, nor a resumed run changes a draw.
 *
 * <p>Draw i of a stream is the SplitMix64 finaliser (Steele, Lea and Flood 2014) of key + (i + 1)·γ, and the key the same
 * finaliser applied in turn to the four coordinates. Normal deviates come in pairs by Box and Muller's transform with {@link
 * StrictMath}: the same bits on every machine. Not for cryptography; not for use by several threads at once.
 */
public final class RandomStream implements RandomGenerator {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long key;
    private long drawn;
    private double spare;

    private RandomStream() {}

    /**
     * The stream at these coordinates.
     *
     * @param seed the user's seed
     * @param purpose what the numbers are for, such as {@code init} or {@code train}
     * @param step step of training, or 0
     * @param sample sample within the step, or 0
     */
    public static RandomStream of(long seed, String purpose, long step, long sample) {
        RandomStream stream = new RandomStream();
        stream.restart(seed, purpose, step, sample);
        return stream;
    }

    /** Goes to the beginning of the stream at other coordinates, and becomes that of {@link #of}. */
    public void restart(long seed, String purpose, long step, long sample) {
        key = finish(seed + GAMMA);
        for (int i = 0; i < purpose.length(); i++) {
            key = finish(key + GAMMA * (purpose.charAt(i) + 1L));
        }
        key = finish(key ^ finish(step + GAMMA));
        key = finish(key ^ finish(sample + 2 * GAMMA));
        drawn = 0;
        spare = Double.NaN;
    }

    private static long finish(long z) {
        long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }

    @Override
    public long nextLong() {
        return finish(key + ++drawn * GAMMA);
    }

    /** A normal deviate of mean 0 and variance 1. */
    @Override
    public double nextGaussian() {
        if (!Double.isNaN(spare)) {
            double value = spare;
            spare = Double.NaN;
            return value;
        }
        double radius = Math.sqrt(-2 * StrictMath.log(1 - nextDouble())); // 1 − u is never 0.
        double turn = nextDouble();
        int quarters = (int) Math.rint(4 * turn);
        double rest = 2 * Math.PI * (turn - quarters / 4.0); // At most π/4: of more StrictMath makes arrays.
        double cos = radius * StrictMath.cos(rest);
        double sin = radius * StrictMath.sin(rest);
        boolean odd = quarters % 2 == 1;
        int sign = quarters % 4 < 2 ? 1 : -1;
        spare = sign * (odd ? cos : sin);
        return sign * (odd ? -sin : cos);
    }

    /** Fills {@code tensor} with normal deviates of this standard deviation, in row-major order. */
    public void fillGaussian(Tensor<?> tensor, double standardDeviation) {
        for (int i = 0; i < tensor.size(); i++) {
            tensor.set(i, standardDeviation * nextGaussian());
        }
    }
}
