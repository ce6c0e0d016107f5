package org.icl4j.kernels;

import java.util.Objects;

/**
 * The right class of each row: that of row i, counted through all matrices of a batch, stands at {@code array[offset + i]}.
 *
 * @param array classes from 0 on, or {@link #IGNORED}; not copied
 * @param offset where row 0's stands
 */
public record Targets(int[] array, int offset) {
    /** A row that does not count. */
    public static final int IGNORED = -1;

    /**
     * Checks the offset.
     *
     * @throws IllegalArgumentException if {@code offset} is negative or beyond the array
     */
    public Targets {
        Objects.requireNonNull(array, "array");
        if (offset < 0 || offset > array.length) {
            throw new IllegalArgumentException(
                    "targets from offset=" + offset + " on of " + array.length + ": allowed are 0 to " + array.length);
        }
    }

    /** All of {@code array}. */
    public static Targets of(int... array) {
        return new Targets(array, 0);
    }

    /** The target of row {@code row}. */
    public int get(int row) {
        return array[offset + row];
    }
}
