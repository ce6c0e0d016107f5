package org.icl4j.lab.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.icl4j.transformer.tensor.RandomStream;
import org.junit.jupiter.api.Test;

class EstimateTest {
    /** Student's interval of 1 … 5: 3 ± 2.776445·√2.5/√5. */
    @Test
    void knownInterval() {
        Estimate estimate = Estimate.mean(new double[] {1, 2, 3, 4, 5});
        assertEquals(3, estimate.value());
        assertEquals(3 - 1.963243, estimate.low(), 1e-6);
        assertEquals(3 + 1.963243, estimate.high(), 1e-6);
    }

    /** In 2,000 simulated experiments the interval holds the true mean as often as it says. */
    @Test
    void covers() {
        int held = 0;
        for (int i = 0; i < 2_000; i++) {
            RandomStream random = RandomStream.of(System.nanoTime(), "coverage", i, 0);
            double[] samples =
                    random.doubles(12).map(u -> 7 + random.nextGaussian()).toArray();
            Estimate estimate = Estimate.mean(samples);
            held += estimate.low() <= 7 && 7 <= estimate.high() ? 1 : 0;
        }
        assertTrue(held >= 1_860 && held <= 1_940, held + " of 2000");
    }

    @Test
    void oneSampleHasNoInterval() {
        assertTrue(Double.isNaN(Estimate.mean(new double[] {1}).low()));
    }

    /** Means 3 and 1.5; (a − 2b)/1.5 is −2/3, 0, 2/3, whose standard error is (2/3)/√3. */
    @Test
    void knownRatio() {
        Estimate estimate = Estimate.ratio(new double[] {1, 3, 5}, new double[] {1, 1.5, 2});
        assertEquals(2, estimate.value());
        double half = 4.302653 * 2 / 3 / Math.sqrt(3);
        assertEquals(2 - half, estimate.low(), 1e-6);
        assertEquals(2 + half, estimate.high(), 1e-6);
    }

    @Test
    void proportionalPairsHaveAnExactRatio() {
        Estimate estimate = Estimate.ratio(new double[] {2, 6, 10}, new double[] {1, 3, 5});
        assertEquals(2, estimate.low());
        assertEquals(2, estimate.high());
    }

    @Test
    void knownDifference() {
        Estimate estimate = Estimate.difference(new double[] {2, 4, 6, 8, 10}, new double[] {1, 2, 3, 4, 5});
        assertEquals(Estimate.mean(new double[] {1, 2, 3, 4, 5}), estimate);
    }

    /** 56 of 70 less 48 of 80: Newcombe (1998), table II. */
    @Test
    void knownDifferenceOfShares() {
        Estimate estimate = Estimate.differenceOfShares(56 / 70.0, 70, 48 / 80.0, 80);
        assertEquals(0.2, estimate.value(), 1e-15);
        assertEquals(0.0524, estimate.low(), 5e-5);
        assertEquals(0.3339, estimate.high(), 5e-5);
    }

    @Test
    void sizeOnEitherSideOfZero() {
        assertEquals(new Estimate(1, 0.5, 2), new Estimate(1, 0.5, 2).size());
        assertEquals(new Estimate(1, 0.5, 2), new Estimate(-1, -2, -0.5).size());
        assertEquals(new Estimate(0.5, 0, 2), new Estimate(-0.5, -2, 1).size());
        assertTrue(Double.isNaN(new Estimate(1, Double.NaN, Double.NaN).size().low()));
    }
}
