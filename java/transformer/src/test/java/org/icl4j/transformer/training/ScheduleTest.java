package org.icl4j.transformer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.icl4j.transformer.training.Schedule.Decay;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    /** lr = 1e-3·min(1, t/500)·clip((S − t)/(S/2), 0.02, 1), the recipe of theory.md §5.6. */
    @Test
    void linearIsTheRecipe() {
        long steps = 6000;
        Schedule schedule = new Schedule(1e-3, 500, Decay.LINEAR, steps / 2, steps, 0.02);
        for (long t : new long[] {1, 250, 500, 2999, 3000, 4500, 5939, 5941, 6000, 7000}) {
            double expected = 1e-3 * Math.min(1, t / 500.0) * Math.clamp((steps - t) / (steps / 2.0), 0.02, 1);
            assertEquals(expected, schedule.at(t), 1e-18, "step " + t);
        }
    }

    @Test
    void cosineGoesFromThePeakToTheFloor() {
        Schedule schedule = new Schedule(2, 10, Decay.COSINE, 10, 110, 0.1);
        assertEquals(0.2, schedule.at(1), 1e-15);
        assertEquals(2, schedule.at(10), 1e-15);
        assertEquals(1.1, schedule.at(60), 1e-15);
        assertEquals(0.2, schedule.at(110), 1e-15);
        assertEquals(0.2, schedule.at(1000), 1e-15);
    }

    @Test
    void triangleIsHighestInTheMiddle() {
        Schedule schedule = Schedule.triangle(1, 100);
        assertEquals(0.5, schedule.at(25), 1e-15);
        assertEquals(1, schedule.at(50), 1e-15);
        assertEquals(0.5, schedule.at(75), 1e-15);
        assertEquals(0, schedule.at(100), 1e-15);
    }

    @Test
    void constantStays() {
        assertEquals(0.3, Schedule.constant(0.3).at(1), 0);
        assertEquals(0.3, Schedule.constant(0.3).at(1_000_000_000_000L), 0);
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> Schedule.constant(-1));
        assertThrows(IllegalArgumentException.class, () -> Schedule.constant(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Schedule(1, -1, Decay.NONE, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule(1, 0, Decay.LINEAR, 10, 10, 0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule(1, 0, Decay.COSINE, 0, 10, 1.5));
    }
}
