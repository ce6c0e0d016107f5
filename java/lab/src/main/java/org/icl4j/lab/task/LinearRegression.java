package org.icl4j.lab.task;

import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * In-context linear regression (Garg et al. 2022; Dherin et al. 2025, Section 4): a prompt draws ω ~ N(0, I) and x ~ N(0, I) and
 * shows (x, ⟨ω, x⟩).
 *
 * @param nDims d, the dimension of x
 */
public record LinearRegression(int nDims) {
    /** Expected squared error of answering 0, E⟨ω, x⟩² = d. */
    public double zeroError() {
        return nDims;
    }

    /**
     * Prompts number 0 … {@code count} − 1 of one step.
     *
     * @param purpose what they are for; prompts of different purposes are independent
     * @param examples n, number of examples in each
     */
    public <A> Prompts<A> sample(
            Precision<A> precision, long seed, String purpose, long step, int count, int examples) {
        Tensor<A> tokens = Tensor.zeros(precision, count, examples + 1, nDims + 1);
        double[] targets = new double[count];
        double[] omega = new double[nDims];
        for (int b = 0; b < count; b++) {
            RandomStream random = RandomStream.of(seed, purpose, step, b);
            for (int j = 0; j < nDims; j++) {
                omega[j] = random.nextGaussian();
            }
            for (int t = 0; t <= examples; t++) {
                double y = 0;
                for (int j = 0; j < nDims; j++) {
                    double x = random.nextGaussian();
                    tokens.set(tokens.index(b, t, j), x);
                    y += omega[j] * x;
                }
                if (t < examples) {
                    tokens.set(tokens.index(b, t, nDims), y);
                } else {
                    targets[b] = y;
                }
            }
        }
        return new Prompts<>(tokens, targets);
    }
}
