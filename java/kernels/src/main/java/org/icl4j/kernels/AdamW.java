package org.icl4j.kernels;

/**
 * Settings of AdamW (Loshchilov and Hutter 2019); with {@code weightDecay = 0} it is Adam (Kingma
 * and Ba 2015).
 *
 * @param learningRate ≥ 0
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon > 0, added to the root of the second moment
 * @param weightDecay ≥ 0, decoupled from the gradient
 */
public record AdamW(double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {
    /**
     * @throws IllegalArgumentException if a value is outside its range
     */
    public AdamW {
        boolean inRange = learningRate >= 0
                && beta1 >= 0
                && beta1 < 1
                && beta2 >= 0
                && beta2 < 1
                && epsilon > 0
                && weightDecay >= 0;
        if (!inRange || !Double.isFinite(learningRate + epsilon + weightDecay)) {
            throw new IllegalArgumentException("AdamW with learningRate="
                    + learningRate
                    + " beta1="
                    + beta1
                    + " beta2="
                    + beta2
                    + " epsilon="
                    + epsilon
                    + " weightDecay="
                    + weightDecay
                    + ": need learningRate >= 0, betas in [0, 1), epsilon > 0, weightDecay"
                    + " >= 0");
        }
    }

    /** Adam with the defaults of the paper: β = (0.9, 0.999), epsilon 1e-8, no weight decay. */
    public static AdamW adam(double learningRate) {
        return new AdamW(learningRate, 0.9, 0.999, 1e-8, 0);
    }
}
