package org.icl4j.kernels;

/** Which two columns of a head rotary embedding turns together; P pairs stand in its first 2·P columns. */
public enum RotaryPairing {
    /** Columns 2·i and 2·i + 1, as in the paper and in GPT-J. */
    INTERLEAVED,
    /** Columns i and i + P, as in GPT-NeoX and Llama. */
    HALVES
}
