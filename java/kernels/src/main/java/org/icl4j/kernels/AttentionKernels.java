package org.icl4j.kernels;

import java.util.Optional;

/**
 * Causal softmax attention with many heads.
 *
 * <p>The queries are the <em>last</em> nQueries of nKeys positions: query i stands at key last(i) = nKeys − nQueries + i and sees
 * the keys first(i) … last(i), with first(i) = 0, or last(i) − window + 1 if that is more. So nQueries = nKeys is a full causal
 * pass, and nQueries = 1 the last position alone against a key/value cache: keys and values of earlier calls, kept in a matrix
 * that grows by a row a position, of which {@link Matrix#rows(int, int)} gives the part in use. A query's result has the same bits
 * either way with the providers {@code scalar} and {@code vector}.
 *
 * <p>Head h has the columns h·D … (h+1)·D − 1 of queries and outputs, and those of its key head of keys and values, as {@link
 * AttentionHeads} says. Operands may be parts of one array, such as the three thirds of a joint projection [B, T, 3·C].
 */
public interface AttentionKernels<A> {
    /**
     * For each batch entry and head, over the keys that query i sees,
     *
     * <pre>
     * s[i, j] = cap(scale·q[i]·k[j]) + bias[i, j],   cap(s) = softCap·tanh(s/softCap),   p = softmax(s)
     * out[i, :] ← Σⱼ p[i, j]·v[j, :],  logSumExp[h, i] ← log Σⱼ exp(s[i, j])
     * </pre>
     *
     * <p>Error: |out − exact| ≤ 4e-6·max|v| in f32 for scores of moderate size (|s| ≤ 30), the maximum over those values of the
     * column that query i sees, and |logSumExp − exact| ≤ 16·ε·(1 + |logSumExp|). The provider {@code vector} sums over
     * blocks of 64 keys and adds the blocks with compensation (Kahan 1965), so that the bound holds for any number of keys. A NaN in
     * a query or in a key or value it sees makes its output NaN; so do scores that are all −∞. With D = 0 and no bias only logSumExp
     * is written: the logarithm of the number of keys seen.
     *
     * @param bias added to the scores, such as ALiBi's slopes (Press et al. 2022) or a mask of 0 and −∞: [1 or H, nQueries, nKeys],
     *     one matrix for all heads or one for each, the same for the whole batch. What a query does not see is not read.
     * @param q [B, nQueries, H·D]
     * @param k [B, nKeys, Hk·D], nKeys ≥ nQueries, Hk key heads
     * @param v [B, nKeys, Hk·D]
     * @param out [B, nQueries, H·D], overwritten
     * @param logSumExp [B, H, nQueries], overwritten; what the backward pass needs to find p again
     * @throws IllegalArgumentException if shapes disagree, 5·(nKeys + 512)·D > 2³⁰, D rounded up to a multiple of 32, or the scale
     *     or a finite cap is neither 0 nor a normal number of the storage type
     */
    void attention(
            AttentionHeads heads,
            Optional<Matrix<A>> bias,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> out,
            Matrix<A> logSumExp);

    /** {@link #attention(AttentionHeads, Optional, Matrix, Matrix, Matrix, Matrix, Matrix)} without a bias. */
    default void attention(
            AttentionHeads heads, Matrix<A> q, Matrix<A> k, Matrix<A> v, Matrix<A> out, Matrix<A> logSumExp) {
        attention(heads, Optional.empty(), q, k, v, out, logSumExp);
    }

    /**
     * Gradient of {@link #attention} (the formulas of Dao et al. 2022, Appendix B). With p as above, dp[i, j] = dOut[i]·v[j] and
     * ds = p∘(dp − dOut[i]·out[i])∘cap′:
     *
     * <pre>
     * dv[j] ← Σᵢ p[i, j]·dOut[i],  dq[i] ← scale·Σⱼ ds[i, j]·k[j],  dk[j] ← scale·Σᵢ ds[i, j]·q[i]
     * </pre>
     *
     * <p>Gradients of keys and values are summed over the heads that share them. The bias is a constant: it has no gradient.
     *
     * <p>Error in f32, for the out and logSumExp given and scores of moderate size, ≤ 40·ε·G on all that is tested, up to 1,024 keys,
     * with G the same sums of magnitudes, |dOut[i]|·(|v[j]| + |out[i]|) for dp − dOut·out and 1 for cap′.
     *
     * <p>Where a head has a NaN or an infinity among its operands, all of its gradients may be NaN; none is a finite number that
     * should not be.
     *
     * @param bias what the forward pass was given
     * @param out what the forward pass gave
     * @param logSumExp what the forward pass gave
     * @param dOut gradient with respect to out
     * @param dq as q, overwritten
     * @param dk as k, overwritten
     * @param dv as v, overwritten
     */
    void attentionBackward(
            AttentionHeads heads,
            Optional<Matrix<A>> bias,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> out,
            Matrix<A> logSumExp,
            Matrix<A> dOut,
            Matrix<A> dq,
            Matrix<A> dk,
            Matrix<A> dv);

    /** The gradient without a bias. */
    default void attentionBackward(
            AttentionHeads heads,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> out,
            Matrix<A> logSumExp,
            Matrix<A> dOut,
            Matrix<A> dq,
            Matrix<A> dk,
            Matrix<A> dv) {
        attentionBackward(heads, Optional.empty(), q, k, v, out, logSumExp, dOut, dq, dk, dv);
    }
}
