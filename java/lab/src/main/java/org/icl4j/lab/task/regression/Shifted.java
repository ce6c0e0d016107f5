package org.icl4j.lab.task.regression;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * A class of functions with its inputs moved, its values scaled, or other noise on its labels.
 *
 * @param name what the shift is called
 * @param base the class
 * @param move what is done to its inputs
 * @param inputScale by how much that changes the length of inputs, as a factor
 * @param valueScale what its values are multiplied by
 * @param noise standard deviation of the labels' noise
 */
record Shifted(String name, FunctionClass base, Move move, double inputScale, double valueScale, double noise)
        implements FunctionClass {
    /** Does something to the inputs of a prompt, in place. */
    @FunctionalInterface
    interface Move {
        void apply(double[][] xs, RandomStream random);
    }

    /** Inputs as they are. */
    static final Move UNMOVED = (xs, random) -> {};

    @Override
    public int nDims() {
        return base.nDims();
    }

    @Override
    public double zeroError() {
        double scale = valueScale * StrictMath.pow(inputScale, degree());
        return base.zeroError() * scale * scale;
    }

    @Override
    public int degree() {
        return base.degree();
    }

    @Override
    public ToDoubleFunction<double[]> draw(RandomStream random, int activeDims) {
        ToDoubleFunction<double[]> function = base.draw(random, activeDims);
        return x -> valueScale * function.applyAsDouble(x);
    }

    @Override
    public void drawInputs(RandomStream random, int activeDims, double[][] xs) {
        base.drawInputs(random, activeDims, xs);
        move.apply(xs, random);
        for (double[] x : xs) {
            Arrays.fill(x, activeDims, x.length, 0);
        }
    }

    /** That of the class, where functions and noise are its own: moved inputs say nothing about the function by themselves. */
    @Override
    public Optional<Predictor> bayes() {
        return valueScale == 1 && noise == base.noise() ? base.bayes() : Optional.empty();
    }

    /** Such as {@code orthant of DecisionTree[nDims=4, depth=2]}. */
    @Override
    public String toString() {
        return name + " of " + base;
    }
}
