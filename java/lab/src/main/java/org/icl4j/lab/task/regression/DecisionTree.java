package org.icl4j.lab.task.regression;

import java.util.function.ToDoubleFunction;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Full binary decision trees (Garg et al. 2022): every node asks for the sign of a coordinate of x, any of all d, and every leaf holds
 * a value of N(0, 1); x ~ N(0, I).
 *
 * <p>As theirs, a node may ask for a coordinate that a node above it asked for, or that is not active and so decides nothing.
 *
 * @param nDims d, the dimension of x
 * @param depth number of questions before a leaf
 */
public record DecisionTree(int nDims, int depth) implements FunctionClass {
    private static final int MAX_DEPTH = 20;

    /**
     * @throws IllegalArgumentException if {@code nDims} is below 1 or {@code depth} not from 0 to 20
     */
    public DecisionTree {
        Requirements.dims(nDims);
        if (depth < 0 || depth > MAX_DEPTH) {
            throw new IllegalArgumentException("depth=" + depth + ": must be from 0 to " + MAX_DEPTH);
        }
    }

    /** The variance of a leaf, 1. */
    @Override
    public double zeroError() {
        return 1;
    }

    @Override
    public int degree() {
        return 0;
    }

    @Override
    public ToDoubleFunction<double[]> draw(RandomStream random, int activeDims) {
        int[] coordinates = new int[(1 << depth) - 1];
        for (int node = 0; node < coordinates.length; node++) {
            coordinates[node] = random.nextInt(nDims);
        }
        double[] leaves = Draws.gaussians(random, 1 << depth);
        return x -> {
            int node = 0; // Its children are 2·node + 1 and 2·node + 2.
            while (node < coordinates.length) {
                node = 2 * node + (x[coordinates[node]] > 0 ? 2 : 1);
            }
            return leaves[node - coordinates.length];
        };
    }
}
