package org.icl4j.lab.task.probability;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.icl4j.lab.task.Sample;
import org.icl4j.lab.task.TaskSeed;
import org.junit.jupiter.api.Test;

class ProbabilityTest {
    @Test
    void posteriorByHand() {
        double[] logWeights = {Math.log(1), Math.log(3), Double.NEGATIVE_INFINITY};
        assertArrayEquals(new double[] {0.25, 0.75, 0}, Posterior.of(logWeights), 1e-15);
        assertEquals(Math.log(4), Posterior.logSum(logWeights), 1e-15);
        assertArrayEquals(new double[] {0.25, 0.75}, Posterior.of(new double[] {-1e6, -1e6 + Math.log(3)}), 1e-9);
        assertArrayEquals(new double[] {0, 1}, Posterior.of(new double[] {-1e300, 0}));
        assertTrue(Double.isNaN(Posterior.of(new double[] {0, Double.NaN})[0]));
    }

    /** Every number at every place as often. */
    @Test
    void distinctNumbers() {
        Sample[][] there = new Sample[2][4];
        for (Sample[] place : there) {
            Arrays.setAll(place, number -> new Sample());
        }
        for (int b = 0; b < 4000; b++) {
            int[] drawn = Draws.distinct(TaskSeed.stream("distinct", b), 2, 4);
            assertEquals(2, Arrays.stream(drawn).distinct().count());
            for (int place = 0; place < 2; place++) {
                for (int number = 0; number < 4; number++) {
                    there[place][number].add(drawn[place] == number ? 1 : 0);
                }
            }
        }
        for (Sample[] place : there) {
            for (int number = 0; number < 4; number++) {
                place[number].assertMean(0.25, "number " + number);
            }
        }
        int[] permutation = Draws.distinct(TaskSeed.stream("permutation", 0), 9, 9);
        assertArrayEquals(
                new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8},
                Arrays.stream(permutation).sorted().toArray());
        assertThrows(IllegalArgumentException.class, () -> Draws.distinct(TaskSeed.stream("too many", 0), 5, 4));
        assertThrows(IllegalArgumentException.class, () -> Draws.distinct(TaskSeed.stream("too few", 0), -1, 4));
    }
}
