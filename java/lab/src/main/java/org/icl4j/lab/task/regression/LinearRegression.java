package org.icl4j.lab.task.regression;

import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Linear functions (Garg et al. 2022; Raventós et al. 2023): f(x) = ⟨ω, x⟩ with ω ~ N(0, I) and x ~ N(0, I).
 *
 * @param nDims d, the dimension of x
 * @param noise standard deviation σ of the labels' noise
 */
public record LinearRegression(int nDims, double noise) implements FunctionClass {
    /**
     * @throws IllegalArgumentException if {@code nDims} is below 1 or {@code noise} not finite and at least 0
     */
    public LinearRegression {
        Requirements.dims(nDims);
        Requirements.noise(noise);
    }

    /** Without noise. */
    public LinearRegression(int nDims) {
        this(nDims, 0);
    }

    /** E⟨ω, x⟩² = d. */
    @Override
    public double zeroError() {
        return nDims;
    }

    @Override
    public int degree() {
        return 1;
    }

    @Override
    public ToDoubleFunction<double[]> draw(RandomStream random, int activeDims) {
        return redraw(x -> 0, random, activeDims);
    }

    @Override
    public ToDoubleFunction<double[]> redraw(ToDoubleFunction<double[]> old, RandomStream random, int activeDims) {
        Product product = old instanceof Product given ? given : new Product(new double[nDims]);
        Draws.fillGaussians(random, product.omega);
        return product;
    }

    private record Product(double[] omega) implements ToDoubleFunction<double[]> {
        @Override
        public double applyAsDouble(double[] x) {
            return Vectors.dot(omega, x);
        }
    }

    /** Ridge regression with λ = σ², which is least squares of least norm where there is no noise. */
    @Override
    public Optional<Predictor> bayes() {
        return Optional.of(noise == 0 ? new LeastSquares() : new Ridge(noise * noise));
    }
}
