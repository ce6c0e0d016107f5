package org.icl4j.kernels;

/**
 * Linear attention, unnormalised: attention without the softmax (Katharopoulos et al. 2020, eq. 16–20, with the identity
 * as feature map), or fast weights written by outer products (Schmidhuber 1992). Causal over whole sequences, or read at one
 * query ({@link #linearSelfAttention}).
 *
 * <p>Of the causal kernels, head h has the columns h·D … (h+1)·D − 1 of q, k, v and out, and the rows h·D … (h+1)·D − 1 of a state, which is
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

    /**
     * Linear self-attention read at the query: entry (d + 1, N + 1) of f(E) = E + W^PV·E·(Eᵀ·W^KQ·E)/ρ of Zhang, Frei and Bartlett
     * (2023, eq. 3.3 and 3.6; arXiv 2306.09927). Of each prompt E, whose columns e₀ … e_{T−1} are its tokens:
     *
     * <pre>scores[b, j] ← eⱼ·v[b, :],  values[b, j] ← eⱼ·p,  out[b] ← scale·Σⱼ scores[b, j]·values[b, j]</pre>
     *
     * <p>with p the last row of W^PV and v[b, :] = W^KQ·e_query. That the query's own token counts is up to the caller: in the
     * paper it is the last column of E, with 0 for its label, and scale is 1/N = 1/(T − 1).
     *
     * <p>Tokens are columns, as in the paper, and here for speed: a vector's lanes are tokens that lie side by side, so that of all
     * sums only the last, over tokens, goes across lanes. By {@code vector} what is written for a prompt has the same bits whatever
     * the batch around it.
     *
     * <p>Error in f32 ≤ (C + 2)·ε/2·|v|·|E| for scores, the same with p for values, and ≤ (2·C + T + 6)·ε/2·|scale|·Σⱼ (|v|·|eⱼ|)(|p|·|eⱼ|)
     * for out, as long as nothing overflows. A NaN in a token reaches its score, its value and out; one in v[b, :] all scores of
     * prompt b and its out; one in p all values and all of out.
     *
     * @param scale 1/ρ
     * @param e [B, C, T], C = d + 1; without tokens out is 0
     * @param p [1, C]
     * @param v [B, C]: a row for each prompt
     * @param scores [B, T], overwritten; {@link #linearSelfAttentionBackward} needs it
     * @param values [B, T], overwritten; likewise
     * @param out [1, B], overwritten
     * @throws IllegalArgumentException if shapes disagree, or the scale is neither 0 nor a normal number of the storage type
     */
    void linearSelfAttention(
            double scale, Matrix<A> e, Matrix<A> p, Matrix<A> v, Matrix<A> scores, Matrix<A> values, Matrix<A> out);

    /**
     * Gradient of {@link #linearSelfAttention} with respect to p and v; that of the prompts is not made, for they are data. With
     * g_b = scale·dOut[b]:
     *
     * <pre>dP += Σ_b Σⱼ eⱼ·(g_b·scores[b, j]),  dV[b, :] ← g_b·Σⱼ eⱼ·values[b, j]</pre>
     *
     * <p>dP is summed in one order whatever the number of threads. Error in f32 ≤ (T + 6)·ε/2·|g_b|·|E|·|values| for a row of dV
     * and ≤ (B·T + 6)·ε/2·(|dP| + Σ_b |g_b|·|E|·|scores|) for dP, as long as nothing overflows. A NaN in row c of a prompt reaches
     * dP[c] and the prompt's dV[c]; one in scores all of dP; one in values[b, :] all of dV[b, :]; one in dOut[b] both.
     *
     * @param e [B, C, T], the prompts of the forward pass
     * @param scores [B, T], as that pass left them
     * @param values [B, T], likewise
     * @param dOut gradient with respect to out, [1, B]
     * @param dP [1, C], added to
     * @param dV [B, C], overwritten
     * @throws IllegalArgumentException as {@link #linearSelfAttention}
     */
    void linearSelfAttentionBackward(
            double scale, Matrix<A> e, Matrix<A> scores, Matrix<A> values, Matrix<A> dOut, Matrix<A> dP, Matrix<A> dV);
}
