package org.icl4j.lab.patch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.icl4j.transformer.tensor.RandomStream;
import org.junit.jupiter.api.Test;

class SphereProjectionTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final int DRAWS = 200;

    static {
        System.out.println("sphere projection: -Dtests.seed=" + SEED);
    }

    private static double distance(double[] gain, double[] goal, double[] y) {
        double sum = 0;
        for (int j = 0; j < y.length; j++) {
            sum += Math.pow(gain[j] * y[j] - goal[j], 2);
        }
        return sum;
    }

    private static double[] gaussian(RandomStream random, int n) {
        double[] x = new double[n];
        for (int j = 0; j < n; j++) {
            x[j] = random.nextGaussian();
        }
        return x;
    }

    private static double[] onSphere(double[] x) {
        double size = Doubles.rootMeanSquare(x);
        double[] y = new double[x.length];
        Doubles.add(y, 1 / size, x);
        return y;
    }

    /** On the sphere, and no other point of it, near or far, comes closer. */
    @Test
    void noOtherPointIsCloser() {
        for (int draw = 0; draw < DRAWS; draw++) {
            RandomStream random = RandomStream.of(SEED, "draw", 0, draw);
            int n = 1 + random.nextInt(6);
            double[] gain = gaussian(random, n);
            double[] goal = gaussian(random, n);
            Doubles.add(goal, 3 * random.nextDouble(), goal);
            SphereProjection found = SphereProjection.of(gain, goal);
            assertEquals(1, Doubles.rootMeanSquare(found.y()), 1e-9, "-Dtests.seed=" + SEED + " draw " + draw);
            double least = distance(gain, goal, found.y());
            for (int i = 0; i < 300; i++) {
                double[] other = gaussian(random, n);
                if (i % 2 == 0) { // A neighbour.
                    double[] near = found.y().clone();
                    Doubles.add(near, 1e-2, other);
                    other = near;
                }
                double further = distance(gain, goal, onSphere(other));
                assertTrue(least <= further + 1e-9, "-Dtests.seed=" + SEED + " draw " + draw);
            }
        }
    }

    @Test
    void equalGainsGiveTheDirectionOfTheGoal() {
        double[] y =
                SphereProjection.of(new double[] {2, 2}, new double[] {3, 4}).y();
        assertArrayEquals(new double[] {3 * Math.sqrt(2) / 5, 4 * Math.sqrt(2) / 5}, y, 1e-14);
    }

    /**
     * m = (1, 2), g = (0, 3): the first, smallest, component is not pulled, and y₂ = 6/(4 − 1) = 2, more than √2, alone is too long,
     * so μ is below 1 and y = (0, √2). With g = (0, 1.5) it is y₂ = 1, and what is missing of the mean square goes to the first.
     */
    @Test
    void hardCaseFillsUpTheSmallest() {
        double[] gain = {1, 2};
        assertArrayEquals(
                new double[] {0, Math.sqrt(2)},
                SphereProjection.of(gain, new double[] {0, 3}).y(),
                1e-14);
        SphereProjection hard = SphereProjection.of(gain, new double[] {0, 1.5});
        assertArrayEquals(new double[] {1, 1}, hard.y(), 1e-14);
        assertEquals(1, hard.mu());
    }

    @Test
    void hardCaseSharesAmongEqualSmallest() {
        SphereProjection hard = SphereProjection.of(new double[] {0, 2, 0}, new double[] {5, 1, 7});
        double each = Math.sqrt((3 - 0.25) / 2);
        assertArrayEquals(new double[] {each, 0.5, each}, hard.y(), 1e-14);
        assertEquals(0, hard.mu());
        assertArrayEquals(
                new double[] {1, 1, 1},
                SphereProjection.of(new double[] {3, 3, 3}, new double[3]).y(),
                1e-14);
    }

    /** The pull on the smallest component is 1e-100 only, and yet the mean square is 1. */
    @Test
    void nearlyHardCase() {
        double[] gain = {1, 2};
        double[] goal = {1e-100, 1.5};
        assertArrayEquals(new double[] {1, 1}, SphereProjection.of(gain, goal).y(), 1e-12);
    }
}
