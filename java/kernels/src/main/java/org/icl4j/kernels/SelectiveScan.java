package org.icl4j.kernels;

/**
 * The operands of a selective state-space model (Gu and Dao 2023, Mamba, Algorithm 2), or the gradients with respect to them: D
 * channels with N states each.
 *
 * @param x input, [B, T, D]
 * @param delta step size of each channel and position, [B, T, D]
 * @param a decay rate of each state of each channel, [D, N]; negative where the state shall fade
 * @param b how the input of a position enters the states, [B, T, N]
 * @param c how the states of a position give the output, [B, T, N]
 * @param skip factor of the input that by-passes the states, [1, D]
 * @param initial states before the first position, [B, D, N]
 */
public record SelectiveScan<A>(
        Matrix<A> x, Matrix<A> delta, Matrix<A> a, Matrix<A> b, Matrix<A> c, Matrix<A> skip, Matrix<A> initial) {}
