package org.icl4j.transformer.block;

import java.util.Arrays;
import java.util.Optional;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.layer.Workspace;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Passes of a {@link ContextualBlock} over prompts of one shape. Its tensors are made once.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class ContextualPass<A> {
    private final int[] shape;
    private final boolean trains;
    private final ContextualLayer<A> layer;
    private final ReluMlp<A> mlp;
    private final Tensor<A> dContext;
    private Tensor<A> tokens;

    ContextualPass(ContextualBlock<A> block, Optional<Parameters<A>> gradients, int batch, int length) {
        if (batch < 1 || length < 1) {
            throw new IllegalArgumentException(
                    "pass over batch=" + batch + " length=" + length + ": both must be at least 1");
        }
        ContextualBlockConfig config = block.config();
        this.shape = new int[] {batch, length, config.dToken()};
        this.trains = gradients.isPresent();
        Weights<A> weights = new Weights<>(block.kernels(), block.parameters(), gradients, "");
        Workspace<A> workspace = new Workspace<>(block.kernels().precision(), batch, length, trains);
        this.layer = ContextualLayer.of(config, weights, workspace, batch, length);
        this.mlp = new ReluMlp<>(config, weights, batch);
        this.dContext = layer.out().zerosLike();
    }

    /**
     * Computes A(C, x) and T_W(C, x) of every prompt.
     *
     * @param prompts [B, T, dToken], not modified, and not to be changed before {@link #backward}
     * @throws IllegalArgumentException if it has another shape
     */
    public void forward(Tensor<A> prompts) {
        forwardToContext(prompts);
        mlp.forward(layer.out());
    }

    /** Computes A(C, x) alone. */
    void forwardToContext(Tensor<A> prompts) {
        if (!Arrays.equals(prompts.shape(), shape)) {
            throw new IllegalArgumentException(
                    "prompts " + prompts + " for a pass over " + Arrays.toString(shape) + " [batch, length, dToken]");
        }
        tokens = prompts;
        layer.forward(prompts);
    }

    /** A(C, x) of the last pass, [B, dModel]; overwritten by the next. */
    public Tensor<A> context() {
        return layer.out();
    }

    /** T_W(C, x) of the last pass, [B, dToken]; overwritten by the next. */
    public Tensor<A> out() {
        return mlp.out();
    }

    /**
     * Adds to the gradients of the parameters those of the last {@link #forward} pass.
     *
     * @param dOut gradient with respect to {@link #out}, of its shape, not modified
     * @throws IllegalStateException if the pass was made without gradients
     */
    public void backward(Tensor<A> dOut) {
        if (!trains) {
            throw new IllegalStateException("backward on a pass without gradients; make it by trainingPass");
        }
        mlp.backward(layer.out(), dOut, dContext);
        layer.backward(tokens, dContext);
    }
}
