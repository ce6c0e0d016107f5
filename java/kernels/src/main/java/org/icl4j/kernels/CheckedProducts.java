package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireFactor;
import static org.icl4j.kernels.Checks.requireShape;
import static org.icl4j.kernels.Checks.requireShapeOrShared;
import static org.icl4j.kernels.Checks.requireWritable;

import java.util.Objects;
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
        requireShapeOrShared("gemm", "A", a, c.count(), c.rows(), a.cols(), "C is " + c.shape());
        requireShapeOrShared(
                "gemm", "B", b, c.count(), a.cols(), c.cols(), "A is " + a.shape() + ", C is " + c.shape());
        requireWritable("gemm", "C", c);
        requireDisjoint("gemm", "C", c, "A", a);
        requireDisjoint("gemm", "C", c, "B", b);
        double storedAlpha = requireFactor(precision, "gemm", "alpha", alpha);
        double storedBeta = requireFactor(precision, "gemm", "beta", beta);
        if (!c.isEmpty()) {
            parts.products().gemm(storedAlpha, a, b, storedBeta, c);
        }
    }

    @Override
    public PackedMatrix<A> pack(Matrix<A> b) {
        return pack(b, WeightType.F32);
    }

    @Override
    public PackedMatrix<A> pack(Matrix<A> b, WeightType type) {
        Objects.requireNonNull(type, "type");
        begin(b);
        requireShape("pack", "B", b, 1, b.rows(), b.cols(), "a packed matrix is one that serves for a batch");
        return parts.products().pack(b, type);
    }

    @Override
    public PackedMatrix<A> pack(StoredMatrix b) {
        begin();
        return parts.products().pack(b);
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c) {
        begin(a, c);
        String given = "B is " + b.shape() + ", C is " + c.shape();
        requireShapeOrShared("gemm", "A", a, c.count(), c.rows(), b.rows(), given);
        requireShape("gemm", "C", c, c.count(), c.rows(), b.cols(), "B is " + b.shape());
        requireWritable("gemm", "C", c);
        requireDisjoint("gemm", "C", c, "A", a);
        double storedAlpha = requireFactor(precision, "gemm", "alpha", alpha);
        double storedBeta = requireFactor(precision, "gemm", "beta", beta);
        if (!c.isEmpty()) {
            parts.products().gemm(storedAlpha, a, b, storedBeta, c);
        }
    }
}
