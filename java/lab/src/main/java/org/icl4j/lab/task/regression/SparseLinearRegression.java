package org.icl4j.lab.task.regression;

import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Sparse linear functions (Garg et al. 2022): f(x) = ⟨ω, x⟩, where s coordinates of ω, any of the active ones, are of N(0, 1) and
 * the others 0.
 *
 * @param nDims d, the dimension of x
 * @param nonzero s
 * @param noise standard deviation σ of the labels' noise
 */
public record SparseLinearRegression(int nDims, int nonzero, double noise) implements FunctionClass {
    /**
     * @throws IllegalArgumentException if {@code nDims} is below 1, {@code nonzero} not from 1 to {@code nDims}, or {@code noise}
     *     not finite and at least 0
     */
    public SparseLinearRegression {
        Requirements.dims(nDims);
        Requirements.noise(noise);
        if (nonzero < 1 || nonzero > nDims) {
            throw new IllegalArgumentException("nonzero=" + nonzero + ": must be from 1 to nDims=" + nDims);
        }
    }

    /** s. */
    @Override
    public double zeroError() {
        return nonzero;
    }

    @Override
    public int degree() {
        return 1;
    }

    /**
     * @throws IllegalArgumentException if fewer than s dimensions are active
     */
    @Override
    public ToDoubleFunction<double[]> draw(RandomStream random, int activeDims) {
        if (activeDims < nonzero) {
            throw new IllegalArgumentException(
                    "activeDims=" + activeDims + ": must be at least nonzero=" + nonzero + " for a sparse function");
        }
        double[] omega = new double[nDims];
        for (int j : Draws.distinct(random, nonzero, activeDims)) {
            omega[j] = random.nextGaussian();
        }
        return x -> Vectors.dot(omega, x);
    }

    /** The exact posterior, where there are few enough sets of coordinates. */
    @Override
    public Optional<Predictor> bayes() {
        return SparsePosterior.isFeasible(nDims, nonzero)
                ? Optional.of(new SparsePosterior(nDims, nonzero, noise))
                : Optional.empty();
    }
}
