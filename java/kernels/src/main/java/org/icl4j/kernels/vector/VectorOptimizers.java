package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.RowTasks.isFlat;
import static org.icl4j.kernels.vector.RowTasks.rowStart;
import static org.icl4j.kernels.vector.RowTasks.rows;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.OptimizerKernels;

/** {@link OptimizerKernels} on vectors. */
final class VectorOptimizers implements OptimizerKernels<float[]> {
    private final RowTasks tasks;

    /** Those of the last call: all parameters of a model have the same in a step. */
    private volatile Factors last = Factors.of(AdamW.adam(0), 1);

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
        Factors factors = factors(settings, step);
        if (tasks.isAlone(parameter)) {
            boolean flat = isFlat(parameter) && isFlat(gradient) && isFlat(firstMoment) && isFlat(secondMoment);
            int stretches = flat ? 1 : rows(parameter);
            for (int row = 0; row < stretches; row++) {
                update(
                        factors,
                        parameter.array(),
                        rowStart(parameter, row),
                        gradient.array(),
                        rowStart(gradient, row),
                        firstMoment.array(),
                        rowStart(firstMoment, row),
                        secondMoment.array(),
                        rowStart(secondMoment, row),
                        flat ? rows(parameter) * parameter.cols() : parameter.cols());
            }
            return;
        }
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

    private Factors factors(AdamW settings, long step) {
        Factors factors = last;
        if (factors.step != step || !factors.settings.equals(settings)) {
            factors = Factors.of(settings, step);
            last = factors;
        }
        return factors;
    }

    /** The step's constants, worked out in double; {@code unbias2} is 1/√(1 − β₂ᵗ). */
    private record Factors(
            AdamW settings,
            long step,
            float beta1,
            float rest1,
            float beta2,
            float rest2,
            float rate,
            float unbias2,
            float epsilon,
            float keep) {
        static Factors of(AdamW s, long step) {
            return new Factors(
                    s,
                    step,
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
