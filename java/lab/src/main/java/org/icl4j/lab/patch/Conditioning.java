package org.icl4j.lab.patch;

import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The size of a vector x that a change of a weight acts on, ΔW = …·xᵀ/‖x‖², beside that of what it is to stand for: |A(x)| and |A(C, x)|
 * in the theorem. The relative rounding error of x comes back times {@link #value}, and of x = 0 no weight makes anything: a hypothesis
 * that the papers leave unsaid.
 *
 * @param size ‖x‖
 * @param target ‖what x is to stand for‖
 */
public record Conditioning(double size, double target) {
    /** Below this part of the target a vector counts as 0. */
    private static final double LIMIT_F32 = 1e-6;

    private static final double LIMIT_F64 = 1e-14;

    /** That of two vectors, or of two lists of them. */
    public static Conditioning of(Tensor<?> x, Tensor<?> target) {
        return new Conditioning(x.norm(), target.norm());
    }

    /** ‖target‖/‖x‖: how much errors grow; 1 if both are 0, infinite if x alone is. */
    public double value() {
        return size == target ? 1 : target / size;
    }

    /**
     * Checks that there is a change that acts on x. What is not finite passes, so that whoever compares notices.
     *
     * @param what that is to be changed
     * @param nameOfX in the words of whoever asks
     * @param nameOfTarget as well
     * @throws NoPatchException if x is 0, or no more than 1e-6 (f32) or 1e-14 (f64) of the target
     */
    public void require(Precision<?> precision, String what, String nameOfX, String nameOfTarget) {
        require(limit(precision), what, nameOfX, nameOfTarget);
    }

    /**
     * The same for one component of a vector, that a change of a gain divides by. Components near 0 are nothing unusual, and their
     * rounding error does not come back, as the gain acts on the very same number; so the limit is the square of that for vectors.
     *
     * @throws NoPatchException if x is 0, or no more than 1e-12 (f32) or 1e-28 (f64) of the target
     */
    public void requireOfComponent(Precision<?> precision, String what, String nameOfX, String nameOfTarget) {
        require(Math.pow(limit(precision), 2), what, nameOfX, nameOfTarget);
    }

    private static double limit(Precision<?> precision) {
        return precision == Precision.F32 ? LIMIT_F32 : LIMIT_F64;
    }

    private void require(double limit, String what, String nameOfX, String nameOfTarget) {
        if (size <= limit * target && Double.isFinite(target)) {
            throw new NoPatchException("no change of " + what + " stands for the context: " + nameOfX + " is " + size
                    + " against " + target + ", " + nameOfTarget + "; it must be above " + limit + " of that");
        }
    }
}
