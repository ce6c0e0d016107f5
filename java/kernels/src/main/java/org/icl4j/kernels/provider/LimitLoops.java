package org.icl4j.kernels.provider;

import java.util.function.LongSupplier;

/** Loops that do one thing as fast as the machine can: what its limits are measured with. */
public interface LimitLoops {
    /** The widths of vectors that can be measured, in bits, ascending; 0 stands for no vectors. */
    int[] widths();

    /**
     * A loop that makes some thousand multiply-adds from registers on vectors of {@code width} bits, and returns how many
     * elements.
     */
    LongSupplier multiplyAdds(int width);

    /** Makes some thousand divisions from registers on the widest vectors; returns how many elements. */
    long divisions();

    /** Reads all of {@code from}. */
    void read(float[] from);

    /** Copies {@code from} to {@code to}, which is as long. */
    void copy(float[] from, float[] to);

    /** Changes all of {@code values}, each read and written once. */
    void update(float[] values);
}
