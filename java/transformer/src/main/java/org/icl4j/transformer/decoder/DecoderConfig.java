package org.icl4j.transformer.decoder;

import java.util.Objects;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.ParameterSpec;

/**
 * What a {@link Decoder} is made of: input, positions, blocks one upon the other, a last norm (that of the blocks, where they have
 * one) and a read-out.
 *
 * @param input what a position of the input is
 * @param dOut width of the output: 1 for a number, the vocabulary for logits
 * @param tied whether the read-out is the table of token embeddings itself (Press and Wolf 2017), without a bias
 * @param position how a block learns where it is
 * @param nPositions longest sequence
 * @param nLayers number of blocks
 * @param block what each block is made of
 */
public record DecoderConfig(
        Input input, int dOut, boolean tied, Position position, int nPositions, int nLayers, BlockConfig block) {
    /** What a position of the input is. */
    public sealed interface Input {
        /**
         * Numbers, which a linear map with a bias brings to the width of the model.
         *
         * @param width how many, at least 1
         */
        record Numbers(int width) implements Input {}

        /**
         * One token.
         *
         * @param vocabulary tokens are 0 … vocabulary − 1
         */
        record Tokens(int vocabulary) implements Input {}
    }

    /** How a block learns where it is. */
    public enum Position {
        /** Not at all, but for the causal order. */
        NONE,
        /** A learned vector for each position is added to the input, as in GPT-2. */
        LEARNED,
        /** Sines and cosines are added to the input (Vaswani et al. 2017, §3.5). */
        SINUSOIDAL,
        /** Queries and keys are turned, in halves, with base 10,000 (Su et al. 2021), as in Llama; attention only. */
        ROTARY
    }

    /**
     * @throws IllegalArgumentException if a size is below 1, tokens are not tied to as many outputs, or positions do not suit the
     *     mixer
     */
    public DecoderConfig {
        Objects.requireNonNull(position, "position");
        int width = switch (input) {
            case Input.Numbers numbers -> numbers.width();
            case Input.Tokens tokens -> tokens.vocabulary();
        };
        if (width < 1 || dOut < 1 || nPositions < 1 || nLayers < 1) {
            throw new IllegalArgumentException("decoder with input=" + input + " dOut=" + dOut + " nPositions="
                    + nPositions + " nLayers=" + nLayers + ": all must be at least 1");
        }
        if (tied && !input.equals(new Input.Tokens(dOut))) {
            throw new IllegalArgumentException("tied decoder with input=" + input + " dOut=" + dOut
                    + ": the read-out can be tied to the embeddings of as many tokens only");
        }
        if (position == Position.ROTARY && (!attends(block) || block.dHead() % 2 != 0)) {
            throw new IllegalArgumentException("rotary positions with mixer=" + block.mixer() + " dHead="
                    + block.dHead() + ": they turn pairs of columns of attention's queries and keys");
        }
    }

    private static boolean attends(BlockConfig block) {
        return block.mixer() == BlockConfig.Mixer.SOFTMAX_ATTENTION
                || block.mixer() == BlockConfig.Mixer.LINEAR_ATTENTION;
    }

    /**
     * The model of Garg et al. (2022): numbers in, numbers out, learned positions, GPT-2's blocks.
     *
     * @param nDims width of a token
     */
    public static DecoderConfig garg(int nDims, int nPositions, int nLayers, int nHeads, int dModel) {
        return new DecoderConfig(
                new Input.Numbers(nDims),
                1,
                false,
                Position.LEARNED,
                nPositions,
                nLayers,
                BlockConfig.gpt2(dModel, nHeads));
    }

    /** A GPT-2 on tokens, its read-out tied to the embeddings. */
    public static DecoderConfig gpt2(int vocabulary, int nPositions, int nLayers, int nHeads, int dModel) {
        return new DecoderConfig(
                new Input.Tokens(vocabulary),
                vocabulary,
                true,
                Position.LEARNED,
                nPositions,
                nLayers,
                BlockConfig.gpt2(dModel, nHeads));
    }

    /** The same with other blocks. */
    public DecoderConfig with(BlockConfig other) {
        return new DecoderConfig(input, dOut, tied, position, nPositions, nLayers, other);
    }

    /** The same with other positions. */
    public DecoderConfig with(Position other) {
        return new DecoderConfig(input, dOut, tied, other, nPositions, nLayers, block);
    }

    /** The same with a read-out of its own. */
    public DecoderConfig untied() {
        return new DecoderConfig(input, dOut, false, position, nPositions, nLayers, block);
    }

    /**
     * Floating-point operations of the products of a forward pass, an addition and a multiplication counted as two, and of attention
     * the whole square of scores: what publications count. A training step has three times as many.
     */
    public double operations(int batch, int length) {
        double rows = (double) batch * length;
        int width = block.dModel();
        double weights = 0;
        for (ParameterSpec spec : Decoder.specs(this)) {
            boolean multiplied = spec.shape().size() == 2
                    && spec.role() != ParameterSpec.Role.EMBEDDING
                    && spec.role() != ParameterSpec.Role.POSITION
                    && spec.role() != ParameterSpec.Role.LOG_RATE;
            weights +=
                    multiplied ? (double) spec.shape().getFirst() * spec.shape().getLast() : 0;
        }
        double readOut = tied ? (double) dOut * width : 0;
        double scores = attends(block) ? 2.0 * nLayers * length * width : 0;
        return 2 * rows * (weights + readOut + scores);
    }
}
