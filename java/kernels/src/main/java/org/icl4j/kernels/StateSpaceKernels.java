package org.icl4j.kernels;

/** Linear recurrences whose states do not mix: diagonal state-space models, with fixed and with selective decay. States are real. */
public interface StateSpaceKernels<A> {
    /**
     * h[t] ← a∘h[t − 1] + x[t], with h[−1] = initial: a diagonal state-space model (Gu, Gupta, Goel and Ré 2022, S4D-Real), x
     * what the input projection gives and y = h·Cᵀ a product behind it.
     *
     * <p>Error in f32 ≤ (T + 1)·ε/2·G, with G the same recurrence on magnitudes. A sequence continued from the last row of an
     * earlier result, {@code h.rows(t - 1, t)}, has the very bits of one call for the whole.
     *
     * @param a [1, N], not modified
     * @param initial [B, 1, N], not modified
     * @param x [B, T, N], not modified unless it is h
     * @param h [B, T, N], overwritten; may be x itself
     */
    void diagonalScan(Matrix<A> a, Matrix<A> initial, Matrix<A> x, Matrix<A> h);

    /**
     * Gradient of {@link #diagonalScan}, from t = T − 1 to 0:
     *
     * <pre>
     * dX[T − 1] ← dH[T − 1],  dX[t] ← dH[t] + a∘dX[t + 1],  dInitial ← a∘dX[0]
     * dA ← dA + Σ dX[t]∘h[t − 1]
     * </pre>
     *
     * <p>Error in f32, with G the same on magnitudes: of dX ≤ (T + 1)·ε/2·G, of dInitial ≤ (T + 2)·ε/2·G, of dA ≤
     * (2·T + B + 2)·ε/2·G.
     *
     * @param h what the forward pass gave
     * @param dH gradient with respect to h, not modified unless it is dX
     * @param dX overwritten; may be dH itself
     * @param dA [1, N], added to: first over the positions of a batch entry, then over the batch
     * @param dInitial [B, 1, N], overwritten
     */
    void diagonalScanBackward(
            Matrix<A> a, Matrix<A> initial, Matrix<A> h, Matrix<A> dH, Matrix<A> dX, Matrix<A> dA, Matrix<A> dInitial);

    /**
     * The selective scan. For channel d and state n, with h[−1] = initial:
     *
     * <pre>
     * h[t, d, n] = exp(δ[t, d]·a[d, n])·h[t − 1, d, n] + δ[t, d]·x[t, d]·b[t, n]
     * y[t, d] ← Σₙ c[t, n]·h[t, d, n] + skip[d]·x[t, d],  last ← h[T − 1]
     * </pre>
     *
     * <p>Error in f32 ≤ (T·(2 + m/2) + N/2 + 3)·ε·G, with m the largest |δ·a| and G the same on magnitudes of x, b, c, skip and
     * initial, as long as nothing overflows; decays below the smallest normal number are 0. States handed on continue a sequence
     * with, by {@code vector} and in f64, the very bits of one call for the whole.
     *
     * @param inputs not modified, unless initial is last
     * @param y [B, T, D], overwritten
     * @param last [B, D, N], overwritten; may be initial itself
     */
    void selectiveScan(SelectiveScan<A> inputs, Matrix<A> y, Matrix<A> last);

    /**
     * Gradient of {@link #selectiveScan}. The states are computed again; nothing but the inputs need be kept. With e = exp(δ·a),
     * g[T] = dLast and t = T − 1 … 0:
     *
     * <pre>
     * g = e[t + 1]·g[t + 1] + dY[t]·c[t]  (without e for t = T − 1)
     * dX = δ·Σₙ g·b + skip·dY,  dDelta = x·Σₙ g·b + Σₙ g·e·h[t − 1]·a
     * dB[t, n] = Σ_d g·δ·x,  dC[t, n] = Σ_d dY·h[t],  dInitial = e[0]·g[0]
     * dA += Σ g·e·h[t − 1]·δ,  dSkip += Σ dY·x
     * </pre>
     *
     * <p>Error in f32, for operands of size 1 and states that do not grow, ≤ (6·T + N + D + 3)·ε·(1 + the largest element of the result).
     *
     * @param dY gradient with respect to y, [B, T, D]
     * @param dLast gradient with respect to last, [B, D, N]; zeros where the last states are not used
     * @param gradients x, delta, b, c and initial are overwritten, a and skip added to; initial may be dLast itself
     * @throws IllegalArgumentException if shapes disagree, or 48·(T + 1)·N, the working memory of a batch entry, exceeds 2³⁰
     */
    void selectiveScanBackward(SelectiveScan<A> inputs, Matrix<A> dY, Matrix<A> dLast, SelectiveScan<A> gradients);
}
