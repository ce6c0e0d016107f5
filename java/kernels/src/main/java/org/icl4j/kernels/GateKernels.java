package org.icl4j.kernels;

/**
 * Elementwise functions of gated and recurrent networks, and the sum of a residual stream. All operands of a call have one shape;
 * an output may be the very view of an input. NaN gives NaN. To all bounds on errors, f32 adds 2⁻¹⁴⁹, the step of its smallest numbers.
 */
public interface GateKernels<A> {
    /**
     * y ← exp(x).
     *
     * <p>Error ≤ 2·ε·y. In f32, values below the smallest normal number are flushed to 0.
     *
     * @param y overwritten; may be x itself
     */
    void exp(Matrix<A> x, Matrix<A> y);

    /**
     * y ← tanh(x).
     *
     * <p>Error ≤ 2·ε·|y|, also near 0, where y = x·(1 − x²/3 + …); tanh(−0) = −0.
     *
     * @param y overwritten; may be x itself
     */
    void tanh(Matrix<A> x, Matrix<A> y);

    /**
     * dx ← dy·(1 − y²).
     *
     * <p>Error ≤ 2·ε·|dx| for the y given, and 2⁻¹⁴⁸·|dy| more in f32.
     *
     * @param y what {@link #tanh} gave, |y| ≤ 1
     * @param dx overwritten; may be dy or y itself
     */
    void tanhBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx);

    /**
     * y ← σ(x) = 1/(1 + exp(−x)).
     *
     * <p>Error ≤ 2·ε·y. In f32, values below the smallest normal number may be flushed to 0.
     *
     * @param y overwritten; may be x itself
     */
    void sigmoid(Matrix<A> x, Matrix<A> y);

    /**
     * dx ← dy·y·(1 − y).
     *
     * <p>Error ≤ 2·ε·|dx| for the y given, and 2⁻¹⁴⁸·|dy| more in f32.
     *
     * @param y what {@link #sigmoid} gave, 0 ≤ y ≤ 1
     * @param dx overwritten; may be dy or y itself
     */
    void sigmoidBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx);

    /**
     * y ← x·σ(x) (Elfwing, Uchibe, Doya 2018).
     *
     * <p>Error ≤ 3·ε·|y|. In f32, y may be flushed to 0 where |y| ≤ 2⁻¹²¹. silu(+∞) = +∞, silu(−∞) = −0.
     *
     * @param y overwritten; may be x itself
     */
    void silu(Matrix<A> x, Matrix<A> y);

    /**
     * dx ← dy·silu′(x), silu′(x) = σ(x)·(1 + x·(1 − σ(x))).
     *
     * <p>Error ≤ 5·ε·|dy|.
     *
     * @param x the input of the forward pass
     * @param dx overwritten; may be dy or x itself
     */
    void siluBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx);

    /**
     * y ← log(1 + exp(x)) (Dugas et al. 2001), a smooth max(x, 0).
     *
     * <p>Error ≤ 3·ε·y. In f32, values below the smallest normal number are flushed to 0. softplus(+∞) = +∞, softplus(−∞) = 0.
     *
     * @param y overwritten; may be x itself
     */
    void softplus(Matrix<A> x, Matrix<A> y);

    /**
     * dx ← dy·softplus′(x) = dy·σ(x).
     *
     * <p>Error ≤ 3·ε·|dx|. In f32, σ(x) may be flushed to 0 where it is below the smallest normal number.
     *
     * @param x the input of the forward pass
     * @param dx overwritten; may be dy or x itself
     */
    void softplusBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx);

    /**
     * y ← a(g)·x, with a the activation that {@code form} names.
     *
     * <p>Error ≤ 4·ε·|y| for SWIGLU, and ≤ 4·ε·|x|·max(|a(g)|, |g|/2) for the others. In f32, a(g) may be flushed to 0 where
     * |a(g)| ≤ 2⁻¹²¹. a(+∞) = +∞, a(−∞) = −0.
     *
     * @param y overwritten; may be x or g itself
     */
    void gate(Gate form, Matrix<A> x, Matrix<A> g, Matrix<A> y);

    /**
     * Gradient of {@link #gate}: dx ← dy·a(g), dg ← dy·x·a′(g).
     *
     * <p>Error of dx as of y there, with dy for x; of dg ≤ 7·ε·|x·dy|, and 2⁻¹⁴⁹·|dy| more in f32.
     *
     * @param x the input of the forward pass
     * @param g the gate of the forward pass
     * @param dx overwritten; may be x, g or dy itself
     * @param dg overwritten; may be x, g or dy itself, but must share nothing with dx
     */
    void gateBackward(Gate form, Matrix<A> x, Matrix<A> g, Matrix<A> dy, Matrix<A> dx, Matrix<A> dg);

    /**
     * y ← x + z, rounded once.
     *
     * @param y overwritten; may be x or z itself
     */
    void add(Matrix<A> x, Matrix<A> z, Matrix<A> y);
}
