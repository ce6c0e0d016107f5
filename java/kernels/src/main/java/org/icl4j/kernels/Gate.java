package org.icl4j.kernels;

/** Gated products a(g)∘x, which differ in the activation a of the gate (Shazeer 2020, eqs. 5 and 6). */
public enum Gate {
    /** g·σ(g)·x, as in Llama. */
    SWIGLU,

    /** gelu(g)·x with {@link Gelu#EXACT}. */
    GEGLU_EXACT,

    /** gelu(g)·x with {@link Gelu#TANH}. */
    GEGLU_TANH
}
