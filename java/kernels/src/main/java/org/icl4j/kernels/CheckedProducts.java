package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireFactor;
import static org.icl4j.kernels.Checks.requireFactors;
import static org.icl4j.kernels.Checks.requireRowMajor;
import static org.icl4j.kernels.Checks.requireShape;
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
        requireProduct(alpha, a, b, beta, c);
        if (!c.isEmpty()) {
            parts.products().gemm(precision.round(alpha), a, b, precision.round(beta), c);
        }
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c, Epilogue<A> epilogue) {
        requireProduct(alpha, a, b, beta, c);
        requireEpilogue(epilogue, c, a);
        requireKeptApart(epilogue, b, "operand");
        if (!c.isEmpty()) {
            parts.products().gemm(precision.round(alpha), a, b, precision.round(beta), c, epilogue);
        }
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c) {
        requireProduct(alpha, a, b, beta, c);
        if (!c.isEmpty()) {
            parts.products().gemm(precision.round(alpha), a, b, precision.round(beta), c);
        }
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c, Epilogue<A> epilogue) {
        requireProduct(alpha, a, b, beta, c);
        requireEpilogue(epilogue, c, a);
        if (!c.isEmpty()) {
            parts.products().gemm(precision.round(alpha), a, b, precision.round(beta), c, epilogue);
        }
    }

    private void requireProduct(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c) {
        requireOpen(); // Each operand by itself: a list of them would be an array for every call.
        requirePrecision(a);
        requirePrecision(b);
        requirePrecision(c);
        requireFactors("gemm", a, b, c);
        requireDisjoint("gemm", "C", c, "B", b);
        requireUpdate(alpha, a, beta, c);
    }

    private void requireProduct(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c) {
        requireOpen();
        requirePrecision(a);
        requirePrecision(c);
        requireFactors("gemm", a, b, c);
        requireUpdate(alpha, a, beta, c);
    }

    private void requireUpdate(double alpha, Matrix<A> a, double beta, Matrix<A> c) {
        requireWritable("gemm", "C", c);
        requireDisjoint("gemm", "C", c, "A", a);
        requireFactor(precision, "gemm", "alpha", alpha);
        requireFactor(precision, "gemm", "beta", beta);
    }

    private void requireEpilogue(Epilogue<A> epilogue, Matrix<A> c, Matrix<A> a) {
        requireRowMajor("gemm", c); // No lambdas, which would be garbage.
        if (epilogue.bias().isPresent()) {
            Matrix<A> bias = epilogue.bias().get();
            beginRowMajor("gemm", bias);
            requireShape("gemm", "bias", bias, 1, 1, c.cols(), "C", c);
            requireDisjoint("gemm", "C", c, "bias", bias);
        }
        if (epilogue.residual().isPresent()) {
            Matrix<A> residual = epilogue.residual().get();
            beginRowMajor("gemm", residual);
            requireLike("gemm", "residual", residual, "C", c);
            requireDisjoint("gemm", "C", c, "residual", residual);
        }
        if (epilogue.kept().isPresent()) {
            Matrix<A> kept = epilogue.kept().get();
            beginRowMajor("gemm", kept);
            requireLike("gemm", "kept", kept, "C", c);
            requireWritable("gemm", "kept", kept);
            requireDisjoint("gemm", "kept", kept, "C", c);
        }
        requireKeptApart(epilogue, a, "operand");
        if (epilogue.bias().isPresent()) {
            requireKeptApart(epilogue, epilogue.bias().get(), "bias");
        }
        if (epilogue.residual().isPresent()) {
            requireKeptApart(epilogue, epilogue.residual().get(), "residual");
        }
    }

    private void requireKeptApart(Epilogue<A> epilogue, Matrix<A> input, String name) {
        if (epilogue.kept().isPresent()) {
            requireDisjoint("gemm", "kept", epilogue.kept().get(), name, input);
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
        requireShape("pack", "B", b, 1, b.rows(), b.cols(), () -> "a packed matrix is one that serves for a batch");
        return parts.products().pack(b, type);
    }

    @Override
    public PackedMatrix<A> pack(StoredMatrix b) {
        requireOpen();
        return parts.products().pack(b);
    }
}
