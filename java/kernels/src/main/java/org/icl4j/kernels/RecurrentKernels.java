package org.icl4j.kernels;

/**
 * Recurrent layers, given what their inputs contribute: pre = x·Wᵢₕᵀ + bᵢₕ for the whole sequence is one product, by {@link
 * ProductKernels#gemm}. Weights and equations are those of PyTorch: W is [out, in].
 *
 * <p>The state before the first position is {@code initial}, [B, 1, H]; with one row a batch entry it may be the last row of an
 * earlier call's result, {@code h.rows(t - 1, t)}, which continues that sequence, by {@code vector} with the very bits of one call
 * for the whole. A batch entry has the bits that it has alone.
 *
 * <p>A step's error in f32, given the state before it, is ≤ (H + 8)·ε/2·(|pre| + |W|·|h| + |b|) in the argument of tanh or of the
 * logistic function σ, and 4·ε more in its value. What it grows to along the sequence is the recurrence's own doing.
 */
public interface RecurrentKernels<A> {
    /**
     * Elman's network (1990): h[t] ← tanh(pre[t] + h[t − 1]·Wᵀ), with h[−1] = initial.
     *
     * @param recurrent W, [H, H], not modified
     * @param initial [B, 1, H], not modified
     * @param pre [B, T, H], not modified unless it is h; with both biases in it
     * @param h [B, T, H], overwritten; may be pre itself
     */
    void rnn(Matrix<A> recurrent, Matrix<A> initial, Matrix<A> pre, Matrix<A> h);

    /**
     * Gradient of {@link #rnn}, through time from t = T − 1 to 0, with dPre[T] = 0:
     *
     * <pre>
     * dPre[t] ← (dH[t] + dPre[t + 1]·W)∘(1 − h[t]²)
     * dInitial ← dPre[0]·W,  dRecurrent ← dRecurrent + Σ dPre[t]⊗h[t − 1]
     * </pre>
     *
     * @param h what the forward pass gave
     * @param dH gradient with respect to h, not modified unless it is dPre
     * @param dPre overwritten; may be dH itself
     * @param dRecurrent [H, H], added to
     * @param dInitial [B, 1, H], overwritten
     */
    void rnnBackward(
            Matrix<A> recurrent,
            Matrix<A> initial,
            Matrix<A> h,
            Matrix<A> dH,
            Matrix<A> dPre,
            Matrix<A> dRecurrent,
            Matrix<A> dInitial);

    /**
     * Gated recurrent unit (Cho et al. 2014, in the form of PyTorch, with the reset gate behind the product). With a = pre[t], u =
     * h[t − 1]·Wᵀ + b, each in three parts r, z, n of H columns:
     *
     * <pre>
     * r = σ(a_r + u_r),  z = σ(a_z + u_z),  n = tanh(a_n + r∘u_n),  h[t] ← (1 − z)∘n + z∘h[t − 1]
     * </pre>
     *
     * @param recurrent W, [3·H, H]
     * @param bias b, [1, 3·H]: b_hh, apart from b_ih because its last part stands inside the reset gate
     * @param initial [B, 1, H]
     * @param pre [B, T, 3·H]
     * @param gates [B, T, 4·H], overwritten by r, z, u_n and n, which the backward pass needs
     * @param h [B, T, H], overwritten
     */
    void gru(Matrix<A> recurrent, Matrix<A> bias, Matrix<A> initial, Matrix<A> pre, Matrix<A> gates, Matrix<A> h);

    /**
     * Gradient of {@link #gru}, through time from t = T − 1 to 0. With g the gradient with respect to h[t], from dH[t] and from
     * the step after it, and dU = (dPre_r, dPre_z, dPre_n∘r):
     *
     * <pre>
     * dPre_n[t] ← g∘(1 − z)∘(1 − n²),  dPre_z[t] ← g∘(h[t − 1] − n)∘z∘(1 − z),  dPre_r[t] ← dPre_n∘u_n∘r∘(1 − r)
     * g of t − 1 = dH[t − 1] + g∘z + dU·W
     * dInitial ← the last of these without dH,  dRecurrent ← dRecurrent + Σ dU⊗h[t − 1],  dBias ← dBias + Σ dU
     * </pre>
     *
     * @param gates what the forward pass gave
     * @param h what the forward pass gave
     * @param dH gradient with respect to h
     * @param dPre [B, T, 3·H], overwritten
     * @param dRecurrent [3·H, H], added to
     * @param dBias [1, 3·H], added to
     * @param dInitial [B, 1, H], overwritten
     */
    void gruBackward(
            Matrix<A> recurrent,
            Matrix<A> initial,
            Matrix<A> gates,
            Matrix<A> h,
            Matrix<A> dH,
            Matrix<A> dPre,
            Matrix<A> dRecurrent,
            Matrix<A> dBias,
            Matrix<A> dInitial);
}
