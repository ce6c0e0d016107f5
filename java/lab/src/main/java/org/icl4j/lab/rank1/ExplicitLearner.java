package org.icl4j.lab.rank1;

import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualPass;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Stochastic gradient descent on W, the MLP's first weight, alone: from one token without context and its answer, a step of
 *
 * <pre>W ← W − lr·∇_W ½(ŷ − y)²</pre>
 *
 * <p>with ŷ the last component of the output (Dherin et al. 2025, Section 4, Figure 4). W may grow without bound; what is computed then
 * is infinite or no number.
 */
final class ExplicitLearner<A> {
    private final double lr;
    private final Tensor<A> before;
    private final Tensor<A> w;
    private final Tensor<A> gradient;
    private final ContextualPass<A> pass;
    private final Tensor<A> dOut;

    /** Begins with the block's own W, which is copied. */
    ExplicitLearner(ContextualBlock<A> block, double lr) {
        this.lr = lr;
        this.before = block.parameters().get(ContextualBlock.MLP_WEIGHT);
        this.w = before.copy();
        Parameters<A> gradients = block.parameters().zerosLike();
        this.gradient = gradients.get(ContextualBlock.MLP_WEIGHT);
        this.pass = block.with(ContextualBlock.MLP_WEIGHT, w).trainingPass(gradients, 1, 1);
        this.dOut = pass.out().zerosLike();
    }

    /**
     * The answer to a token by itself.
     *
     * @param token [1, 1, dToken]
     */
    double answer(Tensor<A> token) {
        pass.forward(token);
        return Errors.prediction(pass.out(), 0);
    }

    /** One step. */
    void learn(Tensor<A> token, double target) {
        double error = answer(token) - target;
        dOut.set(dOut.size() - 1, error);
        gradient.fill(0);
        pass.backward(dOut);
        for (int i = 0; i < w.size(); i++) {
            w.set(i, w.get(i) - lr * gradient.get(i));
        }
    }

    /** What all steps together have changed. */
    Tensor<A> update() {
        return w.minus(before);
    }
}
