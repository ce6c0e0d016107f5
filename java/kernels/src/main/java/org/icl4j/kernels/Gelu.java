package org.icl4j.kernels;

/**
 * The two forms of GELU in use. They differ by up to 4.8e-4: a model trained with one is not the
 * other's.
 */
public enum Gelu {
    /** x·½·(1 + erf(x/√2)). */
    EXACT,

    /** ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as in GPT-2. */
    TANH
}
