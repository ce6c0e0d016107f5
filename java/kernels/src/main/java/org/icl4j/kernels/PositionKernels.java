package org.icl4j.kernels;

/**
 * Rotary position embedding (Su et al. 2021, RoFormer, eq. 34): queries and keys are turned by angles that grow with their
 * positions, so that their products depend on distances alone.
 *
 * <p>Head h has the columns h·D … (h+1)·D − 1. Of these the first 2·P are turned, P the number of pairs of the angles; the others,
 * if any, are copied. The rows of the angles are those of x in the same order: for a key/value cache, {@link
 * RotaryAngles#rows} gives those of the new positions.
 */
public interface PositionKernels<A> {
    /**
     * For every pair (a, b) of columns of a head, at position t with the angle θ of the pair:
     *
     * <pre>y[t, a] ← x[t, a]·cos θ − x[t, b]·sin θ,  y[t, b] ← x[t, b]·cos θ + x[t, a]·sin θ</pre>
     *
     * <p>Error ≤ ε·(|x[t, a]| + |x[t, b]|) against the angles as they are stored, for cosines and sines of at most 1. A NaN reaches both columns of its pair.
     *
     * @param angles [T, P] each, not modified; 2·P ≤ D
     * @param x [B, T, H·D], not modified unless it is y
     * @param y [B, T, H·D], overwritten; may be x itself
     * @throws IllegalArgumentException if shapes disagree, nHeads does not divide the columns of x, or 2·P &gt; D
     */
    void rotary(Rotary heads, RotaryAngles<A> angles, Matrix<A> x, Matrix<A> y);

    /**
     * Gradient of {@link #rotary}, which is the rotation by −θ; so it also undoes it. Error and exceptions are the same.
     *
     * @param dy gradient with respect to y, not modified unless it is dx
     * @param dx overwritten; may be dy itself
     */
    void rotaryBackward(Rotary heads, RotaryAngles<A> angles, Matrix<A> dy, Matrix<A> dx);
}
