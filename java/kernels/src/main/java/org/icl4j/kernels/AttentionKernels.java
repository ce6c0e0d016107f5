package org.icl4j.kernels;

/**
 * Causal softmax attention with many heads.
 *
 * <p>The queries are the <em>last</em> nQueries of nKeys positions: query i sees keys 0 … nKeys −
 * nQueries + i. So nQueries = nKeys is a full causal pass, and nQueries = 1 the last position
 * alone, as for a key/value cache.
 *
 * <p>Head h has the columns h·D … (h+1)·D − 1 of every operand. Operands may be parts of one array,
 * such as the three thirds of a joint projection [B, T, 3·C].
 */
public interface AttentionKernels<A> {
    /**
     * For each batch entry and head, with s[i, j] = scale·q[i]·k[j] over the keys that i sees and p
     * = softmax(s):
     *
     * <pre>out[i, :] ← Σⱼ p[i, j]·v[j, :],  logSumExp[h, i] ← log Σⱼ exp(s[i, j])</pre>
     *
     * <p>Error: |out − exact| ≤ 4e-6·max|v| in f32 for scores of moderate size (|s| ≤ 30). The provider {@code vector} sums over
     * blocks of 64 keys and adds the blocks with compensation (Kahan 1965), so that the bound holds for any number of keys. A NaN in
     * a query or in a key or value it sees makes its output NaN. With D = 0 only logSumExp is written: the logarithm of the
     * number of keys seen.
     *
     * @param q [B, nQueries, H·D]
     * @param k [B, nKeys, H·D], nKeys ≥ nQueries
     * @param v [B, nKeys, H·D]
     * @param out [B, nQueries, H·D], overwritten
     * @param logSumExp [B, H, nQueries], overwritten; what the backward pass needs to find p again
     * @throws IllegalArgumentException if shapes disagree, 3·(nKeys + 512)·D > 2³⁰, D rounded up to a multiple of 32, or the scale is neither 0 nor a
     *     normal number of the storage type
     */
    void attention(AttentionHeads heads, Matrix<A> q, Matrix<A> k, Matrix<A> v, Matrix<A> out, Matrix<A> logSumExp);

    /**
     * Gradient of {@link #attention} (the formulas of Dao et al. 2022, Appendix B). With p as
     * above, dp[i, j] = dOut[i]·v[j] and ds = p∘(dp − dOut[i]·out[i]):
     *
     * <pre>
     * dv[j] ← Σᵢ p[i, j]·dOut[i],  dq[i] ← scale·Σⱼ ds[i, j]·k[j],  dk[j] ← scale·Σᵢ ds[i, j]·q[i]
     * </pre>
     *
     * <p>Where a head has a NaN or an infinity among its operands, all of its gradients may be NaN; none is a finite number that
     * should not be.
     *
     * @param out what the forward pass gave
     * @param logSumExp what the forward pass gave
     * @param dOut gradient with respect to out
     * @param dq as q, overwritten
     * @param dk as k, overwritten
     * @param dv as v, overwritten
     */
    void attentionBackward(
            AttentionHeads heads,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> out,
            Matrix<A> logSumExp,
            Matrix<A> dOut,
            Matrix<A> dq,
            Matrix<A> dk,
            Matrix<A> dv);
}
