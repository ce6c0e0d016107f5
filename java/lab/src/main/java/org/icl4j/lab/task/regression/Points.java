package org.icl4j.lab.task.regression;

import java.util.Arrays;

/**
 * One prompt of in-context regression: k points, each of which is a query with the points before it as its examples.
 *
 * @param xs the inputs, [k][d]
 * @param ys the labels as the prompt shows them, with their noise
 * @param targets the values of the function, without noise
 */
public record Points(double[][] xs, double[] ys, double[] targets) {
    /**
     * @throws IllegalArgumentException if the three differ in length
     */
    public Points {
        if (xs.length != ys.length || xs.length != targets.length) {
            throw new IllegalArgumentException(xs.length + " inputs, " + ys.length + " labels and " + targets.length
                    + " targets: there must be one of each for every point");
        }
    }

    /** Number of points, k. */
    public int count() {
        return xs.length;
    }

    /**
     * The same examples in another order, and the last point, the query, where it was: what a learner that is blind to order
     * answers alike.
     *
     * @param order a permutation of 0 … k − 2
     * @throws IllegalArgumentException if it is none
     */
    public Points withExamplesInOrder(int... order) {
        requirePermutation(order);
        double[][] newXs = xs.clone();
        double[] newYs = ys.clone();
        double[] newTargets = targets.clone();
        for (int i = 0; i < order.length; i++) {
            newXs[i] = xs[order[i]];
            newYs[i] = ys[order[i]];
            newTargets[i] = targets[order[i]];
        }
        return new Points(newXs, newYs, newTargets);
    }

    private void requirePermutation(int[] order) {
        boolean[] seen = new boolean[Math.max(0, count() - 1)];
        boolean isPermutation = order.length == seen.length;
        for (int i = 0; i < order.length && isPermutation; i++) {
            isPermutation = order[i] >= 0 && order[i] < seen.length && !seen[order[i]];
            if (isPermutation) {
                seen[order[i]] = true;
            }
        }
        if (!isPermutation) {
            throw new IllegalArgumentException("order " + Arrays.toString(order)
                    + ": must be a permutation of the examples 0 to " + (count() - 2));
        }
    }
}
