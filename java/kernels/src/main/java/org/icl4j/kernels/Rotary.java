package org.icl4j.kernels;

import java.util.Objects;

/**
 * How rotary embedding splits its columns.
 *
 * @param nHeads heads side by side, at least 1; divides the number of columns
 * @param pairing which columns of a head are turned together
 */
public record Rotary(int nHeads, RotaryPairing pairing) {
    /**
     * @throws IllegalArgumentException if {@code nHeads < 1}
     */
    public Rotary {
        Objects.requireNonNull(pairing, "pairing");
        if (nHeads < 1) {
            throw new IllegalArgumentException("rotary embedding with nHeads=" + nHeads + ": nHeads >= 1");
        }
    }
}
