package org.icl4j.lab.task.probability;

import java.util.stream.IntStream;
import org.icl4j.transformer.tensor.RandomStream;

/** What tasks draw from a stream. */
public final class Draws {
    private Draws() {}

    /** The next {@code count} normal deviates of mean 0 and variance 1. */
    public static double[] gaussians(RandomStream random, int count) {
        double[] values = new double[count];
        fillGaussians(random, values);
        return values;
    }

    /** The same in the place of {@code values}. */
    public static void fillGaussians(RandomStream random, double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
    }

    /**
     * {@code count} different numbers of 0 … {@code bound} − 1 in random order, every choice alike; for {@code count} = {@code
     * bound} a permutation.
     *
     * @throws IllegalArgumentException if {@code count} is not from 0 to {@code bound}
     */
    public static int[] distinct(RandomStream random, int count, int bound) {
        if (count < 0 || count > bound) {
            throw new IllegalArgumentException(count + " different numbers of " + bound + ": there are 0 to " + bound);
        }
        int[] numbers = IntStream.range(0, bound).toArray();
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            int chosen = i + random.nextInt(bound - i);
            drawn[i] = numbers[chosen];
            numbers[chosen] = numbers[i];
        }
        return drawn;
    }
}
