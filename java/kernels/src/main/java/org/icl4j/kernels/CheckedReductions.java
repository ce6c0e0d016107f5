package org.icl4j.kernels;

import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link ReductionKernels}. */
abstract class CheckedReductions<A> extends CheckedGates<A> implements ReductionKernels<A> {
    CheckedReductions(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public double sum(Matrix<A> x) {
        beginRowMajor("sum", x);
        return x.isEmpty() ? 0 : parts.reductions().sum(x);
    }

    @Override
    public double sumOfSquares(Matrix<A> x) {
        beginRowMajor("sumOfSquares", x);
        return x.isEmpty() ? 0 : parts.reductions().sumOfSquares(x);
    }

    @Override
    public double dot(Matrix<A> x, Matrix<A> z) {
        beginRowMajor("dot", x, z);
        requireLike("dot", "z", z, "x", x);
        return x.isEmpty() ? 0 : parts.reductions().dot(x, z);
    }

    @Override
    public double max(Matrix<A> x) {
        beginRowMajor("max", x);
        return x.isEmpty() ? Double.NEGATIVE_INFINITY : parts.reductions().max(x);
    }
}
