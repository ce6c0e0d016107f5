package org.icl4j.transformer.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.UniformRealDistribution;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    /** The numbers themselves: they decide the bytes of every run, so they may not change unnoticed. */
    @Test
    void goldenValues() {
        RandomStream stream = RandomStream.of(7, "train", 3, 5);
        // Worked out by a second implementation, in Python integers.
        assertEquals(-5319293854528217734L, stream.nextLong());
        assertEquals(-1.0528384526384968, stream.nextGaussian());
        assertEquals(-0.8235821016800204, stream.nextGaussian());
    }

    @Test
    void isAFunctionOfItsCoordinates() {
        assertEquals(
                RandomStream.of(1, "a", 2, 3).nextLong(),
                RandomStream.of(1, "a", 2, 3).nextLong());
        Set<Long> firsts = new HashSet<>();
        for (long seed = 0; seed < 10; seed++) {
            for (String purpose : new String[] {"init", "train", "evaluate", "ab", "ba"}) {
                for (long step = 0; step < 20; step++) {
                    for (long sample = 0; sample < 20; sample++) {
                        firsts.add(RandomStream.of(seed, purpose, step, sample).nextLong());
                    }
                }
            }
        }
        assertEquals(10 * 5 * 20 * 20, firsts.size());
        assertNotEquals(
                RandomStream.of(0, "x", 1, 0).nextLong(),
                RandomStream.of(0, "x", 0, 1).nextLong());
    }

    /** Along a stream, and across the first draws of neighbouring streams. */
    @Test
    void deviatesAreNormalAndUniform() {
        int n = 20_000;
        double[] along = new double[n];
        double[] across = new double[n];
        double[] uniform = new double[n];
        RandomStream stream = RandomStream.of(11, "along", 0, 0);
        for (int i = 0; i < n; i++) {
            along[i] = stream.nextGaussian();
            across[i] = RandomStream.of(11, "across", i / 100, i % 100).nextGaussian();
            uniform[i] = RandomStream.of(i, "uniform", 0, 0).nextDouble();
        }
        KolmogorovSmirnovTest test = new KolmogorovSmirnovTest();
        NormalDistribution normal = new NormalDistribution();
        assertTrue(test.kolmogorovSmirnovTest(normal, along) > 1e-3);
        assertTrue(test.kolmogorovSmirnovTest(normal, across) > 1e-3);
        assertTrue(test.kolmogorovSmirnovTest(new UniformRealDistribution(), uniform) > 1e-3);
        assertTrue(Math.abs(new PearsonsCorrelation().correlation(along, across)) < 0.03);
    }
}
