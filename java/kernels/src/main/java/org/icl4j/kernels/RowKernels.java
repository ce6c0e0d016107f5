package org.icl4j.kernels;

/** Kernels that work row by row on [rows, n], or sum rows up. A batch counts as more rows. */
public interface RowKernels<A> {
    /**
     * x[i, :] ← x[i, :] + bias.
     *
     * @param x [rows, n], overwritten
     * @param bias [1, n], not modified
     */
    void addBias(Matrix<A> x, Matrix<A> bias);

    /**
     * sum ← β·sum + Σᵢ x[i, :], the gradient of a bias. Terms are added in ascending i. β is rounded to the storage type first;
     * where it is 0 then, sum is not read.
     *
     * @param x [rows, n], not modified
     * @param sum [1, n], overwritten
     */
    void sumRows(Matrix<A> x, double beta, Matrix<A> sum);

    /**
     * y[i, j] ← exp(x[i, j] − maxⱼ x[i, j]) / Σⱼ exp(…).
     *
     * <p>Error in f32 ≤ ε·(9 + ½·(max x − x[i, j]) + ½·ln n) relative for any data, and ≤ 4·ε·(1 + max x − x[i, j]) on all that is
     * tested, up to n = 2²⁴; in f64, where the sum is a plain one, up to n·ε/2 more. Terms below the smallest normal number are
     * flushed to 0. A NaN or +∞ in a row, or a row of −∞ only, makes the whole row NaN. n = 0 does
     * nothing.
     *
     * @param x [rows, n], not modified unless it is y
     * @param y [rows, n], overwritten; may be x itself
     */
    void softmax(Matrix<A> x, Matrix<A> y);

    /**
     * dx[i, j] ← y[i, j]·(dy[i, j] − Σₗ y[i, l]·dy[i, l]).
     *
     * <p>Error in f32 ≤ (n + 6)·ε/2·y·(|dy| + Σ y·|dy|), but for numbers that underflow.
     *
     * @param y what {@link #softmax} gave, not modified
     * @param dy gradient with respect to y, not modified unless it is dx
     * @param dx overwritten; may be dy itself
     */
    void softmaxBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx);

    /**
     * y[i, j] ← γ[j]·(x[i, j] − μᵢ)·rᵢ + β[j], with μᵢ the mean of row i and rᵢ = 1/√(varᵢ + eps),
     * var the mean of squared deviations (no Bessel correction), in two passes: no cancellation for
     * rows far from 0 (Ba, Kiros, Hinton 2016). Rows of any finite numbers are right, also where their squares overflow. A NaN
     * or an infinity makes its row of y and rstd NaN.
     *
     * <p>Error in f32, but for numbers that underflow, with u = (n + 8)·ε/2, m = mean |x| and x̂ = (x − μ)·r: of μ ≤ u·m, of r ≤
     * u·r·(1 + m·r), of y ≤ u·(|γ|·(|x̂| + (1 + |x̂|)·m·r) + |β|).
     *
     * @param x [rows, n], n ≥ 1, not modified unless it is y
     * @param gamma [1, n]
     * @param beta [1, n]
     * @param eps > 0, a normal number of the storage type
     * @param y [rows, n], overwritten; may be x itself if no backward pass follows
     * @param mean [1, rows], overwritten by μ; ±∞ or NaN where x has an infinity
     * @param rstd [1, rows], overwritten by r
     * @throws IllegalArgumentException if n = 0, eps is out of its range, or shapes disagree
     */
    void layerNorm(
            Matrix<A> x, Matrix<A> gamma, Matrix<A> beta, double eps, Matrix<A> y, Matrix<A> mean, Matrix<A> rstd);

    /**
     * Gradient of {@link #layerNorm}. With x̂ = (x − μ)·r and g = γ∘dy:
     *
     * <pre>
     * dx ← r·(g − mean(g) − x̂·mean(g∘x̂)),  dGamma ← dGamma + Σᵢ dy∘x̂,  dBeta ← dBeta + Σᵢ dy
     * </pre>
     *
     * <p>x − μ must fit the storage type.
     *
     * <p>Error in f32, given μ and r and but for numbers that underflow: of dx ≤ (n + 10)·ε/2·r·(|g| + mean |g| +
     * |x̂|·mean |g∘x̂|), of dGamma and dBeta ≤ (rows + 8)·ε/2 times the sum of their terms' magnitudes.
     *
     * @param x the input of the forward pass
     * @param mean μ of the forward pass
     * @param rstd r of the forward pass
     * @param dy gradient with respect to y, not modified unless it is dx
     * @param dx overwritten; may be dy itself
     * @param dGamma [1, n], added to
     * @param dBeta [1, n], added to
     */
    void layerNormBackward(
            Matrix<A> x,
            Matrix<A> gamma,
            Matrix<A> mean,
            Matrix<A> rstd,
            Matrix<A> dy,
            Matrix<A> dx,
            Matrix<A> dGamma,
            Matrix<A> dBeta);

    /**
     * y[i, j] ← γ[j]·x[i, j]·rᵢ with rᵢ = 1/√(meanⱼ x[i, j]² + eps) (Zhang and Sennrich 2019, eq. 4). Rows of any finite numbers
     * are right, in f32 also where their squares overflow; in f64 such a row becomes NaN. A NaN or an infinity makes its row of y and rstd NaN.
     *
     * <p>Error in f32 ≤ (n + 8)·ε/2 relative, of y and rstd, but for numbers that underflow.
     *
     * @param x [rows, n], n ≥ 1, not modified unless it is y
     * @param gamma [1, n]
     * @param eps > 0, a normal number of the storage type
     * @param y [rows, n], overwritten; may be x itself if no backward pass follows
     * @param rstd [1, rows], overwritten by r
     * @throws IllegalArgumentException if n = 0, eps is out of its range, or shapes disagree
     */
    void rmsNorm(Matrix<A> x, Matrix<A> gamma, double eps, Matrix<A> y, Matrix<A> rstd);

    /**
     * Gradient of {@link #rmsNorm}. With x̂ = x·r and g = γ∘dy:
     *
     * <pre>
     * dx ← r·(g − x̂·mean(g∘x̂)),  dGamma ← dGamma + Σᵢ dy∘x̂
     * </pre>
     *
     * <p>Error in f32, given r and but for numbers that underflow: of dx ≤ (n + 10)·ε/2·r·(|g| + |x̂|·mean |g∘x̂|), of dGamma ≤
     * (rows + 8)·ε/2 times the sum of its terms' magnitudes.
     *
     * @param x the input of the forward pass
     * @param rstd r of the forward pass
     * @param dy gradient with respect to y, not modified unless it is dx
     * @param dx overwritten; may be dy itself
     * @param dGamma [1, n], added to
     */
    void rmsNormBackward(Matrix<A> x, Matrix<A> gamma, Matrix<A> rstd, Matrix<A> dy, Matrix<A> dx, Matrix<A> dGamma);
}
