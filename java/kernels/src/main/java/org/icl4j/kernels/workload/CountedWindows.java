package org.icl4j.kernels.workload;

/**
 * Decides which windows of time count in the measurement of a loop, and when there are enough of them.
 *
 * <p>Only a loop that the optimising compiler has compiled tells something about the machine. Vectors that are not compiled to
 * registers are objects, so a window in which much was allocated does not count. Loops without vectors allocate nothing either
 * way: they count as compiled when they get no faster.
 */
final class CountedWindows {
    /** Compiled loops allocate nothing; others tens of thousands of bytes and more, even on a core that they share. */
    static final double MAX_BYTES_PER_MILLI = 500;

    /** The windows at the end that must show no rise above those before them. */
    static final int LAST = 3;

    /** Factor below which a change is noise. */
    static final double RISE = 1.25;

    private final int enough;
    private final double[] latest = new double[LAST];
    private double earlier;
    private int counted;
    private double leastAllocated = Double.POSITIVE_INFINITY;

    /**
     * @param enough windows that must have counted
     */
    CountedWindows(int enough) {
        this.enough = enough;
    }

    /**
     * Takes a window into account.
     *
     * @param rate what was done in a nanosecond
     * @param bytesPerMilli bytes that were allocated in a millisecond
     */
    void add(double rate, double bytesPerMilli) {
        leastAllocated = Math.min(leastAllocated, bytesPerMilli);
        if (bytesPerMilli <= MAX_BYTES_PER_MILLI) {
            int oldest = counted % LAST;
            earlier = Math.max(earlier, latest[oldest]);
            latest[oldest] = rate;
            counted++;
        }
    }

    /** Whether enough windows counted, and the rate rises no longer. */
    boolean enough() {
        return counted >= enough && last() <= RISE * earlier;
    }

    /** The highest rate of those that counted. */
    double best() {
        return Math.max(earlier, last());
    }

    /** What was seen, for a message about a loop that never had enough. */
    String seen() {
        return counted + " windows counted, and the least that was allocated in a millisecond is "
                + Math.round(leastAllocated) + " bytes";
    }

    private double last() {
        double best = 0;
        for (double rate : latest) {
            best = Math.max(best, rate);
        }
        return best;
    }
}
