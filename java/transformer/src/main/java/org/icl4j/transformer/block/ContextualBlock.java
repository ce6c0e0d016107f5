package org.icl4j.transformer.block;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The block of Dherin et al. (2025): T_W(C, x) = MLP_W(A(C, x)), softmax attention A then a two-layer ReLU MLP, without norm,
 * skip connection or positions.
 *
 * <p>A prompt is [B, T, dToken]; its last token is the query x, those before it the context C. The output is computed at the
 * query only, and is of the width of a token.
 *
 * <p>Parameters, stored [out, in]: {@code attn.{q,k,v}_proj.weight} [dModel, dToken], {@code attn.o_proj.weight} [dModel,
 * dModel], {@code mlp.c_fc.weight} = W [dMlp, dModel], {@code mlp.c_fc.bias} [dMlp], {@code mlp.c_proj.weight} [dToken, dMlp],
 * {@code mlp.c_proj.bias} [dToken].
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class ContextualBlock<A> {
    /** Name of W, the first matrix of the MLP. */
    public static final String MLP_WEIGHT = ReluMlp.W;

    private final ContextualBlockConfig config;
    private final Kernels<A> kernels;
    private final Parameters<A> parameters;
    private final SoftmaxAttention<A> attention;
    private final ReluMlp<A> mlp;

    /**
     * A block on these parameters, which it reads at every pass and does not copy.
     *
     * @throws IllegalArgumentException if a parameter is missing or not of the shape that {@code config} gives it
     */
    public ContextualBlock(ContextualBlockConfig config, Kernels<A> kernels, Parameters<A> parameters) {
        shapes(config).forEach((name, shape) -> requireShape(name, parameters.get(name), shape, config));
        this.config = config;
        this.kernels = kernels;
        this.parameters = parameters;
        this.attention = new SoftmaxAttention<>(config, kernels, parameters);
        this.mlp = new ReluMlp<>(kernels, parameters);
    }

    /** Shapes of the parameters by name, in order. */
    private static Map<String, int[]> shapes(ContextualBlockConfig config) {
        int dToken = config.dToken();
        int dModel = config.dModel();
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put(SoftmaxAttention.W_Q, new int[] {dModel, dToken});
        shapes.put(SoftmaxAttention.W_K, new int[] {dModel, dToken});
        shapes.put(SoftmaxAttention.W_V, new int[] {dModel, dToken});
        shapes.put(SoftmaxAttention.W_O, new int[] {dModel, dModel});
        shapes.put(ReluMlp.W, new int[] {config.dMlp(), dModel});
        shapes.put(ReluMlp.B, new int[] {config.dMlp()});
        shapes.put(ReluMlp.W_OUT, new int[] {dToken, config.dMlp()});
        shapes.put(ReluMlp.B_OUT, new int[] {dToken});
        return shapes;
    }

    private static void requireShape(String name, Tensor<?> parameter, int[] shape, ContextualBlockConfig config) {
        if (!Arrays.equals(parameter.shape(), shape)) {
            throw new IllegalArgumentException("parameter '" + name + "' is " + parameter + ", expected "
                    + Arrays.toString(shape) + " for " + config);
        }
    }

    /** Fresh parameters: every weight N(0, 1/fan-in), biases 0, from the stream (seed, "init"). */
    public static <A> Parameters<A> initialize(ContextualBlockConfig config, Precision<A> precision, long seed) {
        Map<String, Tensor<A>> tensors = new LinkedHashMap<>();
        shapes(config).forEach((name, shape) -> tensors.put(name, Tensor.zeros(precision, shape)));
        int number = 0;
        for (Tensor<A> tensor : tensors.values()) {
            if (tensor.rank() == 2) {
                RandomStream.of(seed, "init", 0, number).fillGaussian(tensor, 1 / Math.sqrt(tensor.dim(1)));
            }
            number++;
        }
        return Parameters.of(tensors);
    }

    /** The sizes. */
    public ContextualBlockConfig config() {
        return config;
    }

    /** The kernels that it runs on. */
    public Kernels<A> kernels() {
        return kernels;
    }

    /** The parameters that it reads. */
    public Parameters<A> parameters() {
        return parameters;
    }

    /** The same block with another tensor for one parameter; the others are shared. */
    public ContextualBlock<A> with(String name, Tensor<A> value) {
        return new ContextualBlock<>(config, kernels, parameters.with(name, value));
    }

    /** What a pass keeps, for one shape of prompts. Passes that reuse it allocate no tensors. */
    public static final class Activations<A> {
        private final SoftmaxAttention.Activations<A> attention;
        private final ReluMlp.Activations<A> mlp;
        private final int[] shape;

        private Activations(Precision<A> precision, ContextualBlockConfig config, int batch, int length) {
            attention = new SoftmaxAttention.Activations<>(precision, config, batch, length);
            mlp = new ReluMlp.Activations<>(precision, config, batch);
            shape = new int[] {batch, length, config.dToken()};
        }

        /** A(C, x) of the last pass, [B, dModel]. */
        public Tensor<A> attnOut() {
            return attention.attnOut;
        }

        /** T(C, x) of the last pass, [B, dToken]. */
        public Tensor<A> mlpOut() {
            return mlp.mlpOut;
        }
    }

    /**
     * Room for passes over {@code batch} prompts of {@code length} tokens, the query among them.
     *
     * @throws IllegalArgumentException if either is below 1
     */
    public Activations<A> activations(int batch, int length) {
        if (batch < 1 || length < 1) {
            throw new IllegalArgumentException(
                    "activations for batch=" + batch + " length=" + length + ": both must be at least 1");
        }
        return new Activations<>(kernels.precision(), config, batch, length);
    }

    /**
     * Computes A(C, x) and T_W(C, x) of every prompt.
     *
     * @param tokens [B, T, dToken], not modified
     * @param kept overwritten; made by {@link #activations} for this shape
     * @throws IllegalArgumentException if {@code kept} was made for another shape
     */
    public void forward(Tensor<A> tokens, Activations<A> kept) {
        requireShape(tokens, kept);
        attention.forward(tokens, kept.attention);
        mlp.forward(kept.attention.attnOut, kept.mlp);
    }

    /**
     * Gradient of the last forward pass with respect to the parameters.
     *
     * @param tokens the prompts of that pass
     * @param kept what that pass left
     * @param dMlpOut gradient with respect to its output, [B, dToken], not modified
     * @param gradients of the names and shapes of the parameters, overwritten
     */
    public void backward(Tensor<A> tokens, Activations<A> kept, Tensor<A> dMlpOut, Parameters<A> gradients) {
        requireShape(tokens, kept);
        mlp.backward(kept.attention.attnOut, kept.mlp, dMlpOut, gradients);
        attention.backward(tokens, kept.attention, kept.mlp.dMlpIn, gradients);
    }

    private void requireShape(Tensor<A> tokens, Activations<A> kept) {
        if (!Arrays.equals(tokens.shape(), kept.shape)) {
            throw new IllegalArgumentException("prompts " + tokens + " with activations made for "
                    + Arrays.toString(kept.shape) + " [batch, length, dToken]");
        }
    }

    private Activations<A> activationsFor(Tensor<A> tokens) {
        if (tokens.rank() != 3) {
            throw new IllegalArgumentException(
                    "prompts " + tokens + ": expected [batch, length, dToken=" + config.dToken() + "]");
        }
        return activations(tokens.dim(0), tokens.dim(1));
    }

    /**
     * T_W(C, x) of every prompt, [B, dToken], with storage of its own.
     *
     * @param tokens [B, T, dToken], not modified
     * @throws IllegalArgumentException if {@code tokens} has another rank or width, or no token
     */
    public Tensor<A> apply(Tensor<A> tokens) {
        Activations<A> kept = activationsFor(tokens);
        forward(tokens, kept);
        return kept.mlpOut();
    }

    /**
     * A(C, x) of every prompt, [B, dModel], with storage of its own.
     *
     * @param tokens [B, T, dToken], not modified
     * @throws IllegalArgumentException if {@code tokens} has another rank or width, or no token
     */
    public Tensor<A> context(Tensor<A> tokens) {
        Activations<A> kept = activationsFor(tokens);
        requireShape(tokens, kept);
        attention.forward(tokens, kept.attention);
        return kept.attnOut();
    }
}
