package org.icl4j.lab.task;

import java.util.List;

/**
 * A table of numbers read from a file: one column to predict from some others.
 *
 * @param name the file, for messages and titles
 * @param target name of the column to predict
 * @param features names of the columns to predict from
 * @param ys the target, a value for each row
 * @param xs the features, [rows][features]
 * @param lines line in the file on which each row starts, counted from 1
 * @param sha256 SHA-256 of the file, in hexadecimal digits
 */
public record Table(
        String name, String target, List<String> features, double[] ys, double[][] xs, long[] lines, String sha256) {
    /** Number of rows. */
    public int rows() {
        return ys.length;
    }
}
