package org.icl4j.transformer.training;

import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Targets;
import org.icl4j.transformer.tensor.Tensor;

/** Mean cross-entropy of logits, over the positions whose target is not {@link Targets#IGNORED}. */
public final class CrossEntropyLoss<A> {
    private final Kernels<A> kernels;
    private final Matrix<A> losses;
    private final Matrix<A> logSumExp;
    private final Tensor<A> weights;

    /**
     * For {@code positions} of all sequences together, B·T.
     */
    public CrossEntropyLoss(Kernels<A> kernels, int positions) {
        this.kernels = kernels;
        this.losses = Tensor.zeros(kernels.precision(), positions).matrix();
        this.logSumExp = Tensor.zeros(kernels.precision(), positions).matrix();
        this.weights = Tensor.zeros(kernels.precision(), positions);
    }

    /**
     * @param logits [B, T, vocabulary]
     * @param targets of position (b, t) at b·T + t
     * @param weight what the gradient is multiplied by
     * @param dLogits as logits, overwritten by the gradient with respect to them
     * @return the mean; 0 if every position is ignored
     * @throws IllegalArgumentException if shapes or targets do not go together
     */
    public double of(Tensor<A> logits, Targets targets, double weight, Tensor<A> dLogits) {
        int counted = 0;
        for (int row = 0; row < losses.cols(); row++) {
            counted += targets.get(row) == Targets.IGNORED ? 0 : 1;
        }
        kernels.crossEntropy(logits.matrix(), targets, losses, logSumExp);
        weights.fill(weight / Math.max(1, counted));
        kernels.crossEntropyBackward(logits.matrix(), targets, logSumExp, weights.matrix(), dLogits.matrix());
        return kernels.sum(losses) / Math.max(1, counted);
    }
}
