package org.icl4j.lab.task.regression;

import java.util.function.ToDoubleFunction;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Two-layer ReLU networks (Garg et al. 2022): f(x) = Σᵢ αᵢ·max(0, ⟨ωᵢ, x⟩) over r hidden units, with ωᵢ ~ N(0, I), αᵢ ~ N(0, 2/r) and
 * x ~ N(0, I).
 *
 * @param nDims d, the dimension of x
 * @param hidden r
 */
public record TwoLayerNetwork(int nDims, int hidden) implements FunctionClass {
    /**
     * @throws IllegalArgumentException if a size is below 1
     */
    public TwoLayerNetwork {
        Requirements.dims(nDims);
        if (hidden < 1) {
            throw new IllegalArgumentException("hidden=" + hidden + ": must be at least 1");
        }
    }

    /** r·(2/r)·E max(0, ⟨ω, x⟩)² = 2·d/2 = d. */
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
        double[][] omegas = new double[hidden][];
        for (int i = 0; i < hidden; i++) {
            omegas[i] = Draws.gaussians(random, nDims);
        }
        double[] alphas = Draws.gaussians(random, hidden);
        double scale = Math.sqrt(2.0 / hidden);
        return x -> {
            double sum = 0;
            for (int i = 0; i < hidden; i++) {
                sum += alphas[i] * Math.max(0, Vectors.dot(omegas[i], x));
            }
            return scale * sum;
        };
    }
}
