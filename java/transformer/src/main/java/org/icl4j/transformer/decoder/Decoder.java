package org.icl4j.transformer.decoder;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.decoder.DecoderConfig.Input;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.layer.Block;
import org.icl4j.transformer.layer.NormLayer;
import org.icl4j.transformer.layer.ParameterSpec;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.layer.Specs;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A causal transformer: its kind, its kernels and its parameters. {@link #pass} makes what runs it, and {@link #trainingPass} what
 * trains it.
 *
 * <p>Parameters, stored [out, in]: {@code read_in.{weight,bias}} or {@code wte.weight}, {@code wpe.weight}, those of block i from
 * {@code h.i.} on, {@code ln_f.{weight,bias}}, and, unless it is tied, {@code read_out.{weight,bias}} for numbers or {@code
 * lm_head.weight} for tokens.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Decoder<A> {
    private final DecoderConfig config;
    private final Kernels<A> kernels;
    private final Parameters<A> parameters;

    /**
     * A decoder on these parameters, which its passes read and do not copy.
     *
     * @throws IllegalArgumentException if a parameter is missing or not of the shape that {@code config} gives it
     */
    public Decoder(DecoderConfig config, Kernels<A> kernels, Parameters<A> parameters) {
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

    /** The parameters of such a decoder, in order. */
    public static List<ParameterSpec> specs(DecoderConfig config) {
        Specs specs = new Specs();
        int width = config.block().dModel();
        switch (config.input()) {
            case Input.Numbers numbers -> {
                specs.at("read_in").add("weight", Role.READ_IN, width, numbers.width());
                specs.at("read_in").add("bias", Role.BIAS, width);
            }
            case Input.Tokens tokens -> specs.at("wte").add("weight", Role.EMBEDDING, tokens.vocabulary(), width);
        }
        if (config.position() == Position.LEARNED) {
            specs.at("wpe").add("weight", Role.POSITION, config.nPositions(), width);
        }
        for (int layer = 0; layer < config.nLayers(); layer++) {
            Block.declare(specs.at("h").at(Integer.toString(layer)), config.block());
        }
        NormLayer.declare(specs.at("ln_f"), config.block().norm(), width);
        Readout.declare(specs, config);
        return specs.list();
    }

    /** Fresh parameters. */
    public static <A> Parameters<A> initialize(
            DecoderConfig config, Initialization initialization, Precision<A> precision, long seed) {
        return initialization.draw(specs(config), config.nLayers(), precision, seed);
    }

    /** What it is made of. */
    public DecoderConfig config() {
        return config;
    }

    /** What it runs on. */
    public Kernels<A> kernels() {
        return kernels;
    }

    /** What it reads. */
    public Parameters<A> parameters() {
        return parameters;
    }

    /**
     * Forward passes over {@code batch} sequences of {@code length} positions.
     *
     * @throws IllegalArgumentException if {@code batch} is below 1 or {@code length} not from 1 to the model's positions
     */
    public DecoderPass<A> pass(int batch, int length) {
        return pass(batch, length, 0);
    }

    /**
     * Forward passes over {@code batch} sequences of {@code length} positions of which the first is number {@code firstPosition} of
     * the model's: a token can stand alone at the place that it has in its text.
     *
     * @throws IllegalArgumentException if {@code batch} or {@code length} is below 1 or a position is not one of the model's
     */
    public DecoderPass<A> pass(int batch, int length, int firstPosition) {
        return new DecoderPass<>(this, Optional.empty(), batch, length, firstPosition);
    }

    /**
     * Forward and backward passes.
     *
     * @param gradients of the names and shapes of the parameters; backward passes add to them
     * @throws IllegalArgumentException as {@link #pass}
     */
    public DecoderPass<A> trainingPass(Parameters<A> gradients, int batch, int length) {
        return new DecoderPass<>(this, Optional.of(gradients), batch, length, 0);
    }
}
