package org.icl4j.lab.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SpeedTest {
    private static final long MILLI = 1_000_000;

    private final AtomicLong now = new AtomicLong(17);

    private Speed speed(OptionalDouble limit) {
        Speed speed = new Speed(() -> 5e9, limit, now::get);
        speed.begin();
        return speed;
    }

    private void step(Speed speed, long millis) {
        now.addAndGet(millis * MILLI);
        speed.stepped();
    }

    @Test
    void rateOfTheLastSecond() {
        Speed speed = speed(OptionalDouble.empty());
        step(speed, 500);
        assertEquals("", speed.note());
        step(speed, 500);
        assertEquals("  10.0 GFLOP/s", speed.note());
        step(speed, 2000);
        assertEquals("  2.5 GFLOP/s", speed.note());
    }

    @Test
    void partOfTheLimit() {
        Speed speed = speed(OptionalDouble.of(50));
        step(speed, 1000);
        assertEquals("  5.0 GFLOP/s, 10 % of the CPU's", speed.note());
    }

    /** An evaluation of ten seconds is no training. */
    @Test
    void whatLiesBetweenStepsIsNotCounted() {
        Speed speed = speed(OptionalDouble.empty());
        step(speed, 500);
        now.addAndGet(10_000 * MILLI);
        speed.begin();
        step(speed, 1000);
        assertEquals("  5.0 GFLOP/s", speed.note());
    }
}
