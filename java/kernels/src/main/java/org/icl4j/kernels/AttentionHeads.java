package org.icl4j.kernels;

/**
 * How attention splits its columns: {@code nHeads} heads side by side, scores multiplied by {@code
 * scale}.
 *
 * @param nHeads at least 1; divides the number of columns
 * @param scale factor of the scores, usually 1/√dHead; finite
 */
public record AttentionHeads(int nHeads, double scale) {
    /**
     * @throws IllegalArgumentException if {@code nHeads < 1} or {@code scale} is not finite
     */
    public AttentionHeads {
        if (nHeads < 1 || !Double.isFinite(scale)) {
            throw new IllegalArgumentException(
                    "attention with nHeads=" + nHeads + " scale=" + scale + ": nHeads >= 1 and a finite scale");
        }
    }

    /** Heads with the usual scale 1/√dHead (Vaswani et al. 2017). */
    public static AttentionHeads scaled(int nHeads, int dHead) {
        return new AttentionHeads(nHeads, 1 / Math.sqrt(dHead));
    }
}
