package org.icl4j.kernels;

/**
 * Elementwise non-linearities. x, y and the gradients have one shape; outputs may be the very view
 * of an input.
 */
public interface ActivationKernels<A> {
    /**
     * y ← max(x, 0). NaN stays NaN; −0 becomes +0.
     *
     * @param y overwritten; may be x itself
     */
    void relu(Matrix<A> x, Matrix<A> y);

    /**
     * dx ← dy where x > 0, else 0 (the subgradient 0 at 0). Where x is NaN, dx is NaN.
     *
     * @param x the input, or, as the sign is all that counts, the output of the forward pass
     * @param dx overwritten; may be dy or x itself
     */
    void reluBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx);

    /**
     * y ← x·Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016), or its
     * approximation by tanh.
     *
     * <p>Error ≤ 2·ε·max(|y|, |x|/2), and 2⁻¹⁴⁹ more in f32. In the left tail, where y vanishes, the error relative to y is ≤
     * 2·ε·(1 + 2·|u|) for TANH, u the argument of tanh; for EXACT it is ≤ 8·ε in f64, and in f32 ≤ ε·(4 + x²) down to x = −6
     * and ≤ 4000·ε below. In f32, y may be flushed to 0 where |y| ≤ 2⁻¹²², in f64 where |y| ≤ 2⁻¹⁰¹⁸. gelu(+∞) = +∞, gelu(−∞) = −0.
     *
     * @param y overwritten; may be x itself
     */
    void gelu(Gelu form, Matrix<A> x, Matrix<A> y);

    /**
     * dx ← dy·gelu′(x).
     *
     * <p>Error ≤ 5·ε·|dy|.
     *
     * @param x the input of the forward pass
     * @param dx overwritten; may be dy or x itself
     */
    void geluBackward(Gelu form, Matrix<A> x, Matrix<A> dy, Matrix<A> dx);
}
