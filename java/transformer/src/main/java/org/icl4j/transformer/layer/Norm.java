package org.icl4j.transformer.layer;

/** What a layer's input is normalised by, position by position. */
public enum Norm {
    /** Not at all. */
    NONE,
    /** Mean and standard deviation (Ba, Kiros, Hinton 2016); {@code weight} and {@code bias}. */
    LAYER,
    /** Root mean square (Zhang and Sennrich 2019); {@code weight}. */
    RMS
}
