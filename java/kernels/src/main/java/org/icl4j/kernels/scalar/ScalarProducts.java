package org.icl4j.kernels.scalar;

import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.PackedMatrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.ProductKernels;
import org.icl4j.kernels.StoredMatrix;
import org.icl4j.kernels.WeightType;
import org.icl4j.kernels.provider.EpilogueSteps;
import org.icl4j.kernels.provider.Weights;

/** {@link ProductKernels} by the definition of the product. */
final class ScalarProducts<A> implements ProductKernels<A> {
    private final Precision<A> precision;
    private final EpilogueSteps<A> steps;

    ScalarProducts(Precision<A> precision, EpilogueSteps<A> steps) {
        this.precision = precision;
        this.steps = steps;
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c) {
        A cArray = c.array();
        for (int batch = 0; batch < c.count(); batch++) {
            int aBatch = a.count() == 1 ? 0 : batch;
            int bBatch = b.count() == 1 ? 0 : batch;
            for (int i = 0; i < c.rows(); i++) {
                for (int j = 0; j < c.cols(); j++) {
                    double product = alpha == 0 ? 0 : alpha * dot(a, aBatch, i, b, bBatch, j);
                    int at = c.index(batch, i, j);
                    precision.set(cArray, at, beta == 0 ? product : product + beta * precision.get(cArray, at));
                }
            }
        }
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c, Epilogue<A> epilogue) {
        gemm(alpha, a, b, beta, c);
        steps.apply(epilogue, c);
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c, Epilogue<A> epilogue) {
        gemm(alpha, a, b, beta, c);
        steps.apply(epilogue, c);
    }

    @Override
    public PackedMatrix<A> pack(Matrix<A> b) {
        return pack(b, WeightType.F32);
    }

    @Override
    public PackedMatrix<A> pack(Matrix<A> b, WeightType type) {
        return Weights.of(b, type).plain(precision);
    }

    @Override
    public PackedMatrix<A> pack(StoredMatrix b) {
        return Weights.of(b, precision).plain(precision);
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c) {
        gemm(alpha, a, Weights.plain(b), beta, c);
    }

    /** Row i of A times column j of B. */
    private double dot(Matrix<A> a, int aBatch, int i, Matrix<A> b, int bBatch, int j) {
        A aArray = a.array();
        A bArray = b.array();
        int aAt = a.index(aBatch, i, 0);
        int bAt = b.index(bBatch, 0, j);
        int aStep = a.colStep();
        int bStep = b.rowStep();
        double sum = 0;
        for (int p = 0; p < a.cols(); p++) {
            sum += precision.get(aArray, aAt + p * aStep) * precision.get(bArray, bAt + p * bStep);
        }
        return sum;
    }
}
