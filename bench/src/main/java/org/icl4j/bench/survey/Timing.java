package org.icl4j.bench.survey;

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

    /** Windows without improvement after which a call counts as compiled. */
    private static final int STEADY_WINDOWS = 4;

    /**
     * How much time to spend on a call.
     *
     * @param windowNanos length of a window of the warm-up, which ends when some windows in turn were no faster
     * @param maxWarmUpNanos the longest warm-up
     * @param rounds rounds that are measured
     * @param roundNanos length of a round, at least one call
     */
    public record Effort(long windowNanos, long maxWarmUpNanos, int rounds, long roundNanos) {
        /** For a survey that a person waits for. */
        public static final Effort USUAL = new Effort(40_000_000, 2_000_000_000, 7, 20_000_000);

        /** For a first look. */
        public static final Effort QUICK = new Effort(25_000_000, 1_000_000_000, 5, 12_000_000);
    }

    /** Warms {@code call} up and times it. */
    public static Timing of(Runnable call, Effort effort) {
        double nanosPerCall = warmUp(call, effort);
        int calls = (int) Math.max(1, effort.roundNanos() / nanosPerCall);
        double[] rounds = new double[effort.rounds()];
        for (int round = 0; round < rounds.length; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                call.run();
            }
            rounds[round] = (System.nanoTime() - start) / (double) calls;
        }
        return ofNanos(rounds);
    }

    /** From the time of a call in each round. */
    static Timing ofNanos(double... rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Timing(median / GIGA, (sorted[sorted.length - 1] - sorted[0]) / median);
    }

    private static double warmUp(Runnable call, Effort effort) {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        int steady = 0;
        while (steady < STEADY_WINDOWS && System.nanoTime() - start < effort.maxWarmUpNanos()) {
            double nanos = window(call, effort.windowNanos());
            steady = nanos < best * (1 - IMPROVEMENT) ? 0 : steady + 1;
            best = Math.min(best, nanos);
        }
        return best;
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
