package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireFactor;
import static org.icl4j.kernels.Checks.requireSetting;

import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link OptimizerKernels}. */
abstract class CheckedOptimizers<A> extends CheckedAttention<A> implements OptimizerKernels<A> {
    CheckedOptimizers(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void adamW(
            AdamW settings,
            long step,
            Matrix<A> parameter,
            Matrix<A> gradient,
            Matrix<A> firstMoment,
            Matrix<A> secondMoment) {
        beginRowMajor("adamW", parameter, gradient, firstMoment, secondMoment);
        if (step < 1) {
            throw new IllegalArgumentException("adamW: step=" + step + ", but steps are counted from 1");
        }
        requireSetting(precision, "adamW", "epsilon", settings.epsilon());
        double rate = settings.learningRate() / (1 - StrictMath.pow(settings.beta1(), step));
        requireFactor(precision, "adamW", "learningRate / (1 - beta1^step)", rate);
        requireLike("adamW", "gradient", gradient, "parameter", parameter);
        requireLike("adamW", "firstMoment", firstMoment, "parameter", parameter);
        requireLike("adamW", "secondMoment", secondMoment, "parameter", parameter);
        requireOutputs("adamW", parameter, firstMoment, secondMoment);
        requireInput("adamW", gradient, parameter, firstMoment, secondMoment);
        if (!parameter.isEmpty()) {
            parts.optimizers().adamW(settings, step, parameter, gradient, firstMoment, secondMoment);
        }
    }
}
