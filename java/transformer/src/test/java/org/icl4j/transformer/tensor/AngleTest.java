package org.icl4j.transformer.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The bits are those of {@link StrictMath}, which decide the bytes of every run. */
class AngleTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final int CASES = 200_000;
    private static final double END = 2 * Math.PI;

    static {
        System.out.println("angle: -Dtests.seed=" + SEED);
    }

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Angle angle = new Angle();

    private void check(double x) {
        angle.set(x);
        assertEquals(
                Double.doubleToRawLongBits(StrictMath.sin(x)),
                Double.doubleToRawLongBits(angle.sin()),
                () -> "sin " + x);
        assertEquals(
                Double.doubleToRawLongBits(StrictMath.cos(x)),
                Double.doubleToRawLongBits(angle.cos()),
                () -> "cos " + x);
    }

    @Test
    void anywhere() {
        for (int i = 0; i < CASES; i++) {
            check(END * random.nextDouble());
        }
    }

    @Test
    void nearNothing() {
        check(0);
        for (int i = 0; i < CASES; i++) {
            check(StrictMath.scalb(random.nextDouble(), -random.nextInt(70)));
        }
    }

    /** Where the digits of π/2 are used up, and where one polynomial follows another. */
    @Test
    void nearMultiplesOfAnEighthOfPi() {
        for (int i = 0; i < CASES; i++) {
            double multiple = random.nextInt(17) * (Math.PI / 8);
            double away = StrictMath.scalb(random.nextDouble(-1, 1), -random.nextInt(55));
            checkInside(multiple + away);
            checkInside(multiple + random.nextInt(-3, 4) * Math.ulp(multiple));
        }
    }

    private void checkInside(double x) {
        if (x >= 0 && x < END) {
            check(x);
        }
    }
}
