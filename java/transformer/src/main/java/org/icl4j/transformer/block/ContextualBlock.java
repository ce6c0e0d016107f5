package org.icl4j.transformer.block;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.layer.ParameterSpec;
import org.icl4j.transformer.layer.Specs;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The block of Dherin et al. (2025): T_W(C, x) = MLP_W(A(C, x)), a contextual layer A then a two-layer ReLU MLP, without norm, skip
 * connection or positions.
 *
 * <p>A prompt is [B, T, dToken]; its last token is the query x, those before it the context C. The output is computed at the
 * query only, and is of the width of a token.
 *
 * <p>Parameters, stored [out, in]: of softmax attention {@code attn.{q,k,v}_proj.weight} [dModel, dToken] and {@code
 * attn.o_proj.weight} [dModel, dModel]; of every other layer {@code read_in.weight} [dModel, dToken] and those of a decoder's mixer
 * from {@code attn.} on; {@code mlp.c_fc.weight} = W [dMlp, dModel], {@code mlp.c_fc.bias} [dMlp], {@code mlp.c_proj.weight} [dToken,
 * dMlp], {@code mlp.c_proj.bias} [dToken].
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class ContextualBlock<A> {
    /** Name of W, the first matrix of the MLP. */
    public static final String MLP_WEIGHT = ReluMlp.W;

    /** Name of the bias b that is added to what W gives. */
    public static final String MLP_BIAS = ReluMlp.B;

    /** Name of the bias b' that is added to the output. */
    public static final String OUTPUT_BIAS = ReluMlp.B_OUT;

    private final ContextualBlockConfig config;
    private final Kernels<A> kernels;
    private final Parameters<A> parameters;

    /**
     * A block on these parameters, which it reads at every pass and does not copy.
     *
     * @throws IllegalArgumentException if a parameter is missing or not of the shape that {@code config} gives it
     */
    public ContextualBlock(ContextualBlockConfig config, Kernels<A> kernels, Parameters<A> parameters) {
        for (ParameterSpec spec : specs(config)) {
            Tensor<A> given = parameters.get(spec.name());
            if (!Arrays.equals(given.shape(), spec.dimensions())) {
                throw new IllegalArgumentException("parameter '" + spec.name() + "' is " + given + ", expected "
                        + spec.shape() + " for " + config);
            }
        }
        this.config = config;
        this.kernels = kernels;
        this.parameters = parameters;
    }

    private static List<ParameterSpec> specs(ContextualBlockConfig config) {
        Specs specs = new Specs();
        ContextualLayer.declare(specs, config);
        ReluMlp.declare(specs, config);
        return specs.list();
    }

    /** Fresh parameters, {@linkplain Initialization#LECUN every weight N(0, 1/fan-in)}, biases 0. */
    public static <A> Parameters<A> initialize(ContextualBlockConfig config, Precision<A> precision, long seed) {
        return Initialization.LECUN.draw(specs(config), 1, precision, seed);
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

    /**
     * Forward passes over {@code batch} prompts of {@code length} tokens, the query among them.
     *
     * @throws IllegalArgumentException if either is below 1
     */
    public ContextualPass<A> pass(int batch, int length) {
        return new ContextualPass<>(this, Optional.empty(), batch, length);
    }

    /**
     * Forward and backward passes.
     *
     * @param gradients of the names and shapes of the parameters; backward passes add to them
     * @throws IllegalArgumentException as {@link #pass}
     */
    public ContextualPass<A> trainingPass(Parameters<A> gradients, int batch, int length) {
        return new ContextualPass<>(this, Optional.of(gradients), batch, length);
    }

    private ContextualPass<A> passFor(Tensor<A> tokens) {
        if (tokens.rank() != 3) {
            throw new IllegalArgumentException(
                    "prompts " + tokens + ": expected [batch, length, dToken=" + config.dToken() + "]");
        }
        return pass(tokens.dim(0), tokens.dim(1));
    }

    /**
     * T_W(C, x) of every prompt, [B, dToken], with storage of its own.
     *
     * @param tokens [B, T, dToken], not modified
     * @throws IllegalArgumentException if {@code tokens} has another rank or width, or no token
     */
    public Tensor<A> apply(Tensor<A> tokens) {
        ContextualPass<A> pass = passFor(tokens);
        pass.forward(tokens);
        return pass.out();
    }

    /**
     * A(C, x) of every prompt, [B, dModel], with storage of its own.
     *
     * @param tokens [B, T, dToken], not modified
     * @throws IllegalArgumentException if {@code tokens} has another rank or width, or no token
     */
    public Tensor<A> context(Tensor<A> tokens) {
        ContextualPass<A> pass = passFor(tokens);
        pass.forwardToContext(tokens);
        return pass.context();
    }
}
