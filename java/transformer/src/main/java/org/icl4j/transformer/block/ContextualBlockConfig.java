package org.icl4j.transformer.block;

/**
 * Sizes of a {@link ContextualBlock}.
 *
 * @param dToken width of a token, and of the output
 * @param dModel width of the attention's projections and of the MLP's input; a multiple of {@code nHeads}
 * @param nHeads attention heads
 * @param dMlp hidden width of the MLP
 */
public record ContextualBlockConfig(int dToken, int dModel, int nHeads, int dMlp) {
    /**
     * @throws IllegalArgumentException if a size is below 1 or {@code nHeads} does not divide {@code dModel}
     */
    public ContextualBlockConfig {
        if (dToken < 1 || dModel < 1 || nHeads < 1 || dMlp < 1 || dModel % nHeads != 0) {
            throw new IllegalArgumentException("block with dToken=" + dToken + " dModel=" + dModel + " nHeads=" + nHeads
                    + " dMlp=" + dMlp + ": sizes must be at least 1, and dModel a multiple of nHeads");
        }
    }

    /** Width of a head. */
    public int dHead() {
        return dModel / nHeads;
    }
}
