package org.icl4j.kernels;

/**
 * How attention splits its columns into heads, and what it makes of a score.
 *
 * <p>The columns of queries are {@code nHeads} heads side by side, those of keys and values {@code nKeyHeads}; query head h reads
 * key head h·nKeyHeads/nHeads (grouped-query attention, Ainslie et al. 2023; one key head is multi-query attention, Shazeer 2019).
 *
 * @param nHeads at least 1; divides the number of columns of the queries
 * @param nKeyHeads at least 1; divides nHeads
 * @param scale factor of the scores, usually 1/√dHead; finite
 * @param softCap a score s becomes softCap·tanh(s/softCap) (Gemma 2, Riviere et al. 2024); ∞ leaves it as it is
 * @param window a query sees so many keys at most, itself the last (Beltagy et al. 2020); {@link Integer#MAX_VALUE} for all
 */
public record AttentionHeads(int nHeads, int nKeyHeads, double scale, double softCap, int window) {
    /**
     * @throws IllegalArgumentException if a number is out of its range
     */
    public AttentionHeads {
        if (nHeads < 1 || !Double.isFinite(scale)) {
            throw new IllegalArgumentException(
                    "attention with nHeads=" + nHeads + " scale=" + scale + ": nHeads >= 1 and a finite scale");
        }
        if (nKeyHeads < 1 || nHeads % nKeyHeads != 0) {
            throw new IllegalArgumentException("attention with nHeads=" + nHeads + " nKeyHeads=" + nKeyHeads
                    + ": nKeyHeads must be at least 1 and divide nHeads");
        }
        if (!(softCap > 0)) {
            throw new IllegalArgumentException(
                    "attention with softCap=" + softCap + ": it must be above 0; infinity is no cap");
        }
        if (window < 1) {
            throw new IllegalArgumentException(
                    "attention with window=" + window + ": a query sees itself at least, so >= 1");
        }
    }

    /** Heads with keys of their own, no cap and no window. */
    public AttentionHeads(int nHeads, double scale) {
        this(nHeads, nHeads, scale, Double.POSITIVE_INFINITY, Integer.MAX_VALUE);
    }

    /** Heads with the usual scale 1/√dHead (Vaswani et al. 2017). */
    public static AttentionHeads scaled(int nHeads, int dHead) {
        return new AttentionHeads(nHeads, 1 / Math.sqrt(dHead));
    }

    /** The same with {@code heads} heads of keys and values. */
    public AttentionHeads withKeyHeads(int heads) {
        return new AttentionHeads(nHeads, heads, scale, softCap, window);
    }

    /** The same with scores capped softly at {@code cap}. */
    public AttentionHeads withSoftCap(double cap) {
        return new AttentionHeads(nHeads, nKeyHeads, scale, cap, window);
    }

    /** The same where a query sees {@code keys} keys at most. */
    public AttentionHeads withWindow(int keys) {
        return new AttentionHeads(nHeads, nKeyHeads, scale, softCap, keys);
    }

    /** Query heads that share a head of keys. */
    public int groupSize() {
        return nHeads / nKeyHeads;
    }

    /** Whether scores are capped. */
    public boolean isCapped() {
        return softCap != Double.POSITIVE_INFINITY;
    }

    /** The first key that is seen by a query whose own key is {@code last}. */
    public int firstSeen(int last) {
        return (int) Math.max(0, last - (window - 1L));
    }
}
