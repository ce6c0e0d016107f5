package org.icl4j.lab.task;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Independent draws of a number, and what their mean is held against. */
public final class Sample {
    private long count;
    private double mean;
    private double squares;

    /** Takes a draw in (Welford 1962). */
    public void add(double value) {
        count++;
        double change = value - mean;
        mean += change / count;
        squares += change * (value - mean);
    }

    /** The mean of the draws. */
    public double mean() {
        return mean;
    }

    /** Standard deviation of one draw. */
    public double deviation() {
        return Math.sqrt(squares / (count - 1));
    }

    /** Standard error of the mean. */
    public double standardError() {
        return deviation() / Math.sqrt(count);
    }

    /** The expectation is {@code expected}, within 6 standard errors of the mean and rounding. */
    public void assertMean(double expected, String what) {
        assertNear(expected, 6 * standardError() + 1e-12 * Math.abs(expected), what);
    }

    /**
     * The expectation is what another program found from {@code otherCount} draws and printed with this rounding error: within 5
     * standard errors of the difference.
     */
    public void assertMeanOfOther(double printed, long otherCount, double rounding, String what) {
        assertNear(printed, 5 * deviation() * Math.sqrt(1.0 / count + 1.0 / otherCount) + rounding, what);
    }

    /** The expectation is above 0, by at least 4 standard errors of the mean. */
    public void assertPositive(String what) {
        assertTrue(mean > 4 * standardError(), what + ": " + this);
    }

    private void assertNear(double expected, double allowed, String what) {
        assertTrue(
                Math.abs(mean - expected) <= allowed,
                what + ": " + this + ", expected " + expected + " within " + allowed + "; " + TaskSeed.hint());
    }

    @Override
    public String toString() {
        return mean + " ± " + standardError() + " of " + count;
    }
}
