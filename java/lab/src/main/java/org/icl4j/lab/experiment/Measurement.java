package org.icl4j.lab.experiment;

/**
 * A row of {@code measurements.csv}.
 *
 * @param condition what was run, dotted
 * @param position step, length, index or line that the value belongs to
 * @param seed seed of the run or of the repetition
 * @param metric what was measured
 * @param value the number
 */
public record Measurement(String condition, long position, long seed, String metric, double value) {}
