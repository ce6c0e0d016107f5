package org.icl4j.transformer.block;

import java.util.Objects;
import java.util.Optional;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.layer.BlockConfig.Mlp;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.layer.Norm;

/**
 * What a {@link ContextualBlock} is made of.
 *
 * @param dToken width of a token, and of the output
 * @param dModel width of the contextual layer and of the MLP's input; a multiple of {@code nHeads}
 * @param nHeads attention heads
 * @param dMlp hidden width of the MLP
 * @param mixer the contextual layer
 */
public record ContextualBlockConfig(int dToken, int dModel, int nHeads, int dMlp, Mixer mixer) {
    /**
     * @throws IllegalArgumentException if a size is below 1 or {@code nHeads} does not divide {@code dModel}
     */
    public ContextualBlockConfig {
        Objects.requireNonNull(mixer, "mixer");
        if (dToken < 1 || dModel < 1 || nHeads < 1 || dMlp < 1 || dModel % nHeads != 0) {
            throw new IllegalArgumentException("block with dToken=" + dToken + " dModel=" + dModel + " nHeads=" + nHeads
                    + " dMlp=" + dMlp + ": sizes must be at least 1, and dModel a multiple of nHeads");
        }
    }

    /** A block with softmax attention. */
    public ContextualBlockConfig(int dToken, int dModel, int nHeads, int dMlp) {
        this(dToken, dModel, nHeads, dMlp, Mixer.SOFTMAX_ATTENTION);
    }

    /** The same with another contextual layer. */
    public ContextualBlockConfig with(Mixer other) {
        return new ContextualBlockConfig(dToken, dModel, nHeads, dMlp, other);
    }

    /** Width of a head. */
    public int dHead() {
        return dModel / nHeads;
    }

    /** A decoder's block of the same sizes and mixer, bare: what a {@link MixerLayer} takes its mixer from. */
    BlockConfig bare() {
        return new BlockConfig(
                dModel,
                nHeads,
                nHeads,
                dMlp,
                mixer,
                Mlp.RELU,
                Norm.NONE,
                1e-5,
                Residual.NONE,
                false,
                Optional.empty(),
                false);
    }
}
