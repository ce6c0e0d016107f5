package org.icl4j.kernels;

/** Updates of parameters. */
public interface OptimizerKernels<A> {
    /**
     * One step of AdamW, all elementwise:
     *
     * <pre>
     * m ← β₁·m + (1 − β₁)·g        m̂ = m / (1 − β₁ᵗ)
     * v ← β₂·v + (1 − β₂)·g²       v̂ = v / (1 − β₂ᵗ)
     * p ← (1 − η·λ)·p − η·m̂ / (√v̂ + ε)
     * </pre>
     *
     * <p>m and v are rounded to the storage type before p is moved. Gradients are right while (1 − β₂)·g² is a normal number
     * there: in f32 with β₂ = 0.999 from |g| = 3.5e-18 to 5.8e20. Below that v loses digits and, from 8e-22 on, is 0, so that ε
     * alone divides; above it v is infinite, and p only decays. A NaN in g or m makes m and p NaN, one in v makes v and p NaN.
     *
     * <p>Error in that range, with M = β₁·|m| + (1 − β₁)·|g|: ≤ 2·ε·M for m, ≤ 2·ε·v for v, and ≤ 2·ε·|p| + 8·ε·η·M/(1 −
     * β₁ᵗ)/(√v̂ + ε) for p, where ε before a term is that of the storage type.
     *
     * @param step t, counted from 1
     * @param parameter p, overwritten
     * @param gradient g, not modified
     * @param firstMoment m, overwritten; zeros before step 1
     * @param secondMoment v, overwritten; zeros before step 1
     * @throws IllegalArgumentException if {@code step < 1}, shapes disagree, ε is no normal number of the storage type, or
     *     η/(1 − β₁ᵗ) is beyond it
     */
    void adamW(
            AdamW settings,
            long step,
            Matrix<A> parameter,
            Matrix<A> gradient,
            Matrix<A> firstMoment,
            Matrix<A> secondMoment);
}
