package org.icl4j.kernels.scalar;

import static org.icl4j.kernels.scalar.Elements.forEachRow;

import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.OptimizerKernels;

/** {@link OptimizerKernels} by their formulas. */
final class ScalarOptimizers<A> implements OptimizerKernels<A> {
    private final Elements<A> at;

    ScalarOptimizers(Elements<A> at) {
        this.at = at;
    }

    @Override
    public void adamW(
            AdamW settings,
            long step,
            Matrix<A> parameter,
            Matrix<A> gradient,
            Matrix<A> firstMoment,
            Matrix<A> secondMoment) {
        double unbias1 = 1 - StrictMath.pow(settings.beta1(), step);
        double unbias2 = 1 - StrictMath.pow(settings.beta2(), step);
        forEachRow(parameter, (b, i) -> {
            for (int j = 0; j < parameter.cols(); j++) {
                double g = at.get(gradient, b, i, j);
                double p = at.get(parameter, b, i, j);
                double newM = settings.beta1() * at.get(firstMoment, b, i, j) + (1 - settings.beta1()) * g;
                double newV = settings.beta2() * at.get(secondMoment, b, i, j) + (1 - settings.beta2()) * g * g;
                at.set(firstMoment, b, i, j, newM);
                at.set(secondMoment, b, i, j, newV);
                double m = at.get(firstMoment, b, i, j);
                double v = at.get(secondMoment, b, i, j);
                double decayed = (1 - settings.learningRate() * settings.weightDecay()) * p;
                double update = m / unbias1 / (Math.sqrt(v / unbias2) + settings.epsilon());
                at.set(parameter, b, i, j, decayed - settings.learningRate() * update);
            }
        });
    }
}
