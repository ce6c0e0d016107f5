package org.icl4j.lab.task.mixture;

/**
 * One prompt of in-context classification: k points, each of which is a query with the points before it as its examples.
 *
 * @param xs the points, [k][d]
 * @param labels the class of each, from 0 on
 */
public record LabelledPoints(double[][] xs, int[] labels) {
    /**
     * @throws IllegalArgumentException if the two differ in length
     */
    public LabelledPoints {
        if (xs.length != labels.length) {
            throw new IllegalArgumentException(
                    xs.length + " points with " + labels.length + " labels: there must be as many");
        }
    }

    /** Number of points, k. */
    public int count() {
        return xs.length;
    }
}
