package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.OptimizerKernels;

/** {@link OptimizerKernels} on vectors. */
final class VectorOptimizers implements OptimizerKernels<float[]> {
    private final RowTasks tasks;

    VectorOptimizers(RowTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public void adamW(
            AdamW settings,
            long step,
            Matrix<float[]> parameter,
            Matrix<float[]> gradient,
            Matrix<float[]> firstMoment,
            Matrix<float[]> secondMoment) {
        Factors factors = Factors.of(settings, step);
        tasks.forEachStretch(
                parameter,
                gradient,
                firstMoment,
                secondMoment,
                (pAt, gAt, mAt, vAt, n) -> update(
                        factors,
                        parameter.array(),
                        pAt,
                        gradient.array(),
                        gAt,
                        firstMoment.array(),
                        mAt,
                        secondMoment.array(),
                        vAt,
                        n));
    }

    /** The step's constants, worked out in double; {@code unbias2} is 1/√(1 − β₂ᵗ). */
    private record Factors(
            float beta1, float rest1, float beta2, float rest2, float rate, float unbias2, float epsilon, float keep) {
        static Factors of(AdamW s, long step) {
            return new Factors(
                    (float) s.beta1(),
                    (float) (1 - s.beta1()),
                    (float) s.beta2(),
                    (float) (1 - s.beta2()),
                    (float) (s.learningRate() / (1 - StrictMath.pow(s.beta1(), step))),
                    (float) (1 / Math.sqrt(1 - StrictMath.pow(s.beta2(), step))),
                    (float) s.epsilon(),
                    (float) (1 - s.learningRate() * s.weightDecay()));
        }
    }

    private static void update(
            Factors f, float[] p, int pAt, float[] g, int gAt, float[] m, int mAt, float[] v, int vAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector gradient = fromArray(SPECIES, g, gAt + i, mask);
            FloatVector first =
                    fromArray(SPECIES, m, mAt + i, mask).mul(f.beta1).add(gradient.mul(f.rest1));
            // In this order neither g² nor v̂ overflows where v does not.
            FloatVector second = fromArray(SPECIES, v, vAt + i, mask)
                    .mul(f.beta2)
                    .add(gradient.mul(f.rest2).mul(gradient));
            FloatVector root = second.sqrt().mul(f.unbias2).add(f.epsilon);
            FloatVector kept = fromArray(SPECIES, p, pAt + i, mask).mul(f.keep);
            kept.sub(first.mul(f.rate).div(root)).intoArray(p, pAt + i, mask);
            first.intoArray(m, mAt + i, mask);
            second.intoArray(v, vAt + i, mask);
        }
    }
}
