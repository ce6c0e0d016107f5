package org.icl4j.kernels;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The seed of this run of the tests: new each time, printed, and set again with {@code -Dtests.seed}. */
final class TestSeed {
    private static final long SEED = Long.getLong("tests.seed", new SecureRandom().nextLong() >>> 16);

    static {
        System.out.println("kernels tests: " + flag());
    }

    private TestSeed() {}

    static String hint() {
        return "repeat with " + flag();
    }

    /** Sets this seed in another JVM. */
    static String flag() {
        return "-Dtests.seed=" + SEED;
    }

    /** A generator of its own for each purpose, so that one test does not move another's numbers. */
    static RandomGenerator random(String purpose) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(SEED * 31 + purpose.hashCode());
    }
}
