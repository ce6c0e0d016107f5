package org.icl4j.kernels;

/**
 * Causal linear attention, unnormalised: attention without the softmax (Katharopoulos et al. 2020, eq. 16–20, with the identity
 * as feature map), or fast weights written by outer products (Schmidhuber 1992).
 *
 * <p>Head h has the columns h·D … (h+1)·D − 1 of q, k, v and out, and the rows h·D … (h+1)·D − 1 of a state, which is
 * Σ kⱼ⊗vⱼ over the positions so far: row by key, column by value. A state handed on continues a sequence; by {@code vector}, and
 * in f64, with the very bits that one call for the whole of it would give. Where there is none, {@code initial} is zeros, of which
 * one matrix serves for a whole batch with stride 0 ({@link Matrix#batch}).
 */
public interface LinearAttentionKernels<A> {
    /**
     * For each batch entry and head, with S₋₁ = initial and i = 0 … T − 1:
     *
     * <pre>Sᵢ = Sᵢ₋₁ + kᵢ⊗vᵢ,  out[i, :] ← scale·qᵢ·Sᵢ,  last ← S of the last position</pre>
     *
     * <p>so that out[i] = scale·Σ_{j ≤ i} (qᵢ·kⱼ)·vⱼ + scale·qᵢ·initial.
     *
     * <p>Error in f32 ≤ (T + D + 4)·ε/2·G, with G = |scale|·|q|·(|initial| + Σ |k|⊗|v|) elementwise for out and the bracket
     * alone for last, as long as nothing overflows. A NaN in a query reaches its own output, one in a key all outputs from there on, one in a value
     * its own column of them.
     *
     * @param heads the scale is 1 for the plain sum, 1/T or 1/D for a mean
     * @param q [B, T, H·D]
     * @param k [B, T, H·D]
     * @param v [B, T, H·D]
     * @param initial [B, H·D, D], not modified unless it is last
     * @param out [B, T, H·D], overwritten
     * @param last [B, H·D, D], overwritten; may be initial itself
     * @throws IllegalArgumentException if shapes disagree, or the scale is neither 0 nor a normal number of the storage type
     */
    void linearAttention(
            AttentionHeads heads,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> initial,
            Matrix<A> out,
            Matrix<A> last);

    /**
     * Gradient of {@link #linearAttention}. With Sᵢ as above, R_T = dLast and i = T − 1 … 0:
     *
     * <pre>
     * Rᵢ = Rᵢ₊₁ + scale·qᵢ⊗dOutᵢ
     * dq[i, :] ← scale·Sᵢ·dOutᵢ,  dk[i, :] ← Rᵢ·vᵢ,  dv[i, :] ← kᵢ·Rᵢ,  dInitial ← R₀
     * </pre>
     *
     * <p>The states are computed again; nothing but the inputs need be kept. Errors as in the forward pass.
     *
     * @param dOut gradient with respect to out
     * @param dLast gradient with respect to last, [B, H·D, D]; zeros where the last state is not used
     * @param dq as q, overwritten
     * @param dk as k, overwritten
     * @param dv as v, overwritten
     * @param dInitial as initial, overwritten; may be dLast itself
     */
    void linearAttentionBackward(
            AttentionHeads heads,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> initial,
            Matrix<A> dOut,
            Matrix<A> dLast,
            Matrix<A> dq,
            Matrix<A> dk,
            Matrix<A> dv,
            Matrix<A> dInitial);
}
