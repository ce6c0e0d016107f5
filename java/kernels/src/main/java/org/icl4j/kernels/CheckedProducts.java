package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireFactor;
import static org.icl4j.kernels.Checks.requireFactors;
import static org.icl4j.kernels.Checks.requireWritable;

import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link ProductKernels}. */
abstract class CheckedProducts<A> extends CheckedFront<A> implements ProductKernels<A> {
    CheckedProducts(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c) {
        begin(a, b, c);
        requireFactors("gemm", a, b, c);
        requireWritable("gemm", "C", c);
        requireDisjoint("gemm", "C", c, "A", a);
        requireDisjoint("gemm", "C", c, "B", b);
        double storedAlpha = requireFactor(precision, "gemm", "alpha", alpha);
        double storedBeta = requireFactor(precision, "gemm", "beta", beta);
        if (!c.isEmpty()) {
            parts.products().gemm(storedAlpha, a, b, storedBeta, c);
        }
    }
}
