package org.icl4j.bench.survey;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * How long a call takes.
 *
 * @param seconds median over the rounds
 * @param spread (max − min)/median over the rounds
 */
public record Timing(double seconds, double spread) {
    private static final double GIGA = 1e9;

    /** An improvement below this share is not one. */
    private static final double IMPROVEMENT = 0.02;

    /** Windows without improvement after which a call counts as warm. */
    private static final int STEADY_WINDOWS = 3;

    /** A window in which the compilers worked for more than this share is not steady. */
    private static final double COMPILING = 0.1;

    private static final double MILLI = 1e6;

    /** Null if the JVM compiles nothing. */
    private static final CompilationMXBean COMPILATION = ManagementFactory.getCompilationMXBean();

    /**
     * How much time to spend on a call.
     *
     * @param windowNanos length of a window of the warm-up, which ends when some windows in turn were no faster
     * @param minWarmUpNanos the shortest warm-up: a call that waits for its compiler is steady, too
     * @param maxWarmUpNanos the longest warm-up
     * @param rounds rounds that are measured
     * @param roundNanos length of a round, at least one call
     */
    public record Effort(long windowNanos, long minWarmUpNanos, long maxWarmUpNanos, int rounds, long roundNanos) {
        /** For a survey that a person waits for. */
        public static final Effort USUAL = new Effort(30_000_000, 100_000_000, 2_000_000_000, 7, 20_000_000);

        /** For a first look. */
        public static final Effort QUICK = new Effort(20_000_000, 80_000_000, 1_000_000_000, 5, 12_000_000);

        private static final long SHORTEST = 3_000_000;

        /** The same, all times shortened alike, so that a call with a middling warm-up takes {@code nanos}. */
        public Effort within(long nanos) {
            double usual = (minWarmUpNanos + maxWarmUpNanos) / 2.0 + rounds * roundNanos;
            double factor = Math.min(1, nanos / usual);
            return new Effort(
                    Math.max(SHORTEST, (long) (factor * windowNanos)),
                    (long) (factor * minWarmUpNanos),
                    (long) (factor * maxWarmUpNanos),
                    rounds,
                    Math.max(SHORTEST, (long) (factor * roundNanos)));
        }
    }

    /** Warms {@code call} up and times it. */
    public static Timing of(Runnable call, Effort effort) {
        double nanosPerCall = warmUp(call, effort);
        int calls = (int) Math.max(1, effort.roundNanos() / nanosPerCall);
        double[] rounds = new double[effort.rounds()];
        for (int round = 0; round < rounds.length; round++) {
            rounds[round] = secondsPerCall(call, calls);
        }
        return ofSeconds(rounds);
    }

    /** From the time of a call in each round. */
    public static Timing ofSeconds(double... rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Timing(median, (sorted[sorted.length - 1] - sorted[0]) / median);
    }

    /** Mean time of a call in a row of {@code calls}. */
    public static double secondsPerCall(Runnable call, int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            call.run();
        }
        return (System.nanoTime() - start) / GIGA / calls;
    }

    /** Calls until it gets no faster; gives the nanoseconds of a call. */
    public static double warmUp(Runnable call, Effort effort) {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        int steady = 0;
        long compiled = compilerMillis();
        long elapsed = 0;
        while (elapsed < effort.minWarmUpNanos() || steady < STEADY_WINDOWS && elapsed < effort.maxWarmUpNanos()) {
            double nanos = window(call, effort.windowNanos());
            long now = compilerMillis();
            boolean compiling = (now - compiled) * MILLI > effort.windowNanos() * COMPILING;
            steady = compiling || nanos < best * (1 - IMPROVEMENT) ? 0 : steady + 1;
            best = Math.min(best, nanos);
            compiled = now;
            elapsed = System.nanoTime() - start;
        }
        return best;
    }

    private static long compilerMillis() {
        return COMPILATION == null ? 0 : COMPILATION.getTotalCompilationTime();
    }

    private static double window(Runnable call, long length) {
        long start = System.nanoTime();
        int calls = 0;
        long nanos;
        do {
            call.run();
            calls++;
            nanos = System.nanoTime() - start;
        } while (nanos < length);
        return nanos / (double) calls;
    }
}
