package org.icl4j.lab.task;

import java.security.SecureRandom;
import org.icl4j.transformer.tensor.RandomStream;

/** The seed of this run of the tests of tasks: new each time, printed, and set again with {@code -Dtests.seed}. */
public final class TaskSeed {
    /** The seed. */
    public static final long SEED = Long.getLong("tests.seed", new SecureRandom().nextLong() >>> 16);

    static {
        System.out.println("tasks: " + hint());
    }

    private TaskSeed() {}

    /** What sets this seed again. */
    public static String hint() {
        return "-Dtests.seed=" + SEED;
    }

    /** Stream number {@code sample} of a purpose. */
    public static RandomStream stream(String purpose, long sample) {
        return RandomStream.of(SEED, purpose, 0, sample);
    }
}
