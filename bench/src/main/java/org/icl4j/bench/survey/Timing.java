package org.icl4j.bench.survey;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.icl4j.kernels.workload.Allocations;

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

    /** A window in which the compilers worked for more than this share is not steady. */
    private static final double COMPILING = 0.1;

    /** Nor is one in which more was allocated: vectors that are not compiled are objects, some hundred thousand bytes of them. */
    private static final double MAX_BYTES_PER_MILLI = 100_000;

    private static final double MILLI = 1e6;

    /** Null if the JVM compiles nothing. */
    private static final CompilationMXBean COMPILATION = ManagementFactory.getCompilationMXBean();

    /**
     * How much time to spend on a call.
     *
     * @param windowNanos length of a window of the warm-up
     * @param steadyNanos the warm-up ends when for so long no window was faster than those before, no compiler worked and little was
     *     allocated: longer than a method's compilation, as a call that waits for its compiler is steady, too
     * @param maxWarmUpNanos the longest warm-up, which a call that allocates much by design always takes
     * @param rounds rounds that are measured
     * @param roundNanos length of a round, at least one call
     */
    public record Effort(long windowNanos, long steadyNanos, long maxWarmUpNanos, int rounds, long roundNanos) {
        /** For a survey that a person waits for. */
        public static final Effort USUAL = new Effort(30_000_000, 300_000_000, 6_000_000_000L, 7, 20_000_000);

        /** For a first look. */
        public static final Effort QUICK = new Effort(20_000_000, 200_000_000, 5_000_000_000L, 5, 12_000_000);
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

    /** Calls until that is steady, see {@link Effort}; gives the nanoseconds of a call. */
    public static double warmUp(Runnable call, Effort effort) {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        long compiled = compilerMillis();
        long allocated = Allocations.OF_THIS_THREAD.getAsLong();
        long steadySince = start;
        long end = start;
        while (end - steadySince < effort.steadyNanos() && end - start < effort.maxWarmUpNanos()) {
            double nanos = window(call, effort.windowNanos());
            long nowCompiled = compilerMillis();
            long nowAllocated = Allocations.OF_THIS_THREAD.getAsLong();
            double millis = (System.nanoTime() - end) / MILLI;
            end = System.nanoTime();
            boolean unsettled = nowCompiled - compiled > millis * COMPILING
                    || nowAllocated - allocated > millis * MAX_BYTES_PER_MILLI;
            if (unsettled || nanos < best * (1 - IMPROVEMENT)) {
                steadySince = end;
            }
            best = Math.min(best, nanos);
            compiled = nowCompiled;
            allocated = nowAllocated;
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
