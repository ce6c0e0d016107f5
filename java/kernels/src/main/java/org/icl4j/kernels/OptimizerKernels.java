package org.icl4j.kernels;

/** Updates of parameters. */
public interface OptimizerKernels<A> {
    /**
     * One step of AdamW, all elementwise:
     *
     * <pre>
     * m ← β₁·m + (1 − β₁)·g        m̂ = m / (1 − β₁ᵗ)
     * v ← β₂·v + (1 − β₂)·g²       v̂ = v / (1 − β₂ᵗ)
     * p ← p − η·λ·p − η·m̂ / (√v̂ + ε)
     * </pre>
     *
     * @param step t, counted from 1
     * @param parameter p, overwritten
     * @param gradient g, not modified
     * @param firstMoment m, overwritten; zeros before step 1
     * @param secondMoment v, overwritten; zeros before step 1
     * @throws IllegalArgumentException if {@code step < 1} or shapes disagree
     */
    void adamW(
            AdamW settings,
            long step,
            Matrix<A> parameter,
            Matrix<A> gradient,
            Matrix<A> firstMoment,
            Matrix<A> secondMoment);
}
