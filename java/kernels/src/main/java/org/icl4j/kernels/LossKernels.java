package org.icl4j.kernels;

/** Losses of classification, row by row on [rows, n]. A batch counts as more rows. */
public interface LossKernels<A> {
    /**
     * logSumExp[i] ← log Σⱼ exp(logits[i, j]) and losses[i] ← logSumExp[i] − logits[i, target i], the negative log of softmax; 0
     * where the target is {@link Targets#IGNORED}.
     *
     * <p>Error ≤ ε·(4 + max(|logSumExp|, |loss|)) in f32, and n·ε/2 more in f64, whatever the size of the logits: their maximum is subtracted first. A NaN or +∞ in
     * a row, or a row of −∞ only, makes its logSumExp NaN, and its loss unless it is ignored.
     *
     * @param logits [rows, n], n ≥ 1, not modified
     * @param targets one for each row, from −1 to n − 1
     * @param losses [1, rows], overwritten
     * @param logSumExp [1, rows], overwritten
     * @throws IllegalArgumentException if n = 0, there are fewer targets than rows, or one is out of range
     */
    void crossEntropy(Matrix<A> logits, Targets targets, Matrix<A> losses, Matrix<A> logSumExp);

    /**
     * Gradient of {@link #crossEntropy}, of the losses alone: dLogits[i, j] ← dLosses[i]·(exp(logits[i, j] − logSumExp[i]) − [j =
     * target i]); 0 in rows that are ignored.
     *
     * <p>Error ≤ ε·|dLosses[i]|·(1 + p·(3 + |logits[i, j] − logSumExp[i]|)) for the logSumExp given, p the probability of j; where p is
     * below the smallest normal number it is flushed to 0 in f32.
     *
     * @param logits those of the forward pass, not modified unless they are dLogits
     * @param targets those of the forward pass
     * @param logSumExp of the forward pass
     * @param dLosses [1, rows], the weight of each row's loss
     * @param dLogits [rows, n], overwritten; may be logits itself
     * @throws IllegalArgumentException as {@link #crossEntropy}
     */
    void crossEntropyBackward(
            Matrix<A> logits, Targets targets, Matrix<A> logSumExp, Matrix<A> dLosses, Matrix<A> dLogits);
}
