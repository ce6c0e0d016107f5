package org.icl4j.lab.rank1;

import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.lab.patch.Conditioning;
import org.icl4j.lab.patch.NoPatchException;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Theorem 2.2 of Dherin et al. (2025): ΔW = (W·δ)·aᵀ/‖a‖², the change of least Frobenius norm, ‖ΔW‖ = ‖W·δ‖/‖a‖. There is none
 * for a = 0, a hypothesis that the paper leaves unsaid.
 */
final class RankOneUpdate implements UpdateRule {
    /**
     * @throws NoPatchException if a is 0, or so small against a + δ that no digit of the result would hold; numbers that
     *     are not finite go on into the update, so that whoever compares notices
     */
    @Override
    public <A> Tensor<A> update(Kernels<A> kernels, Tensor<A> w, Tensor<A> delta, Tensor<A> a) {
        Conditioning.of(a, a.plus(delta)).require(a.precision(), "W", "|A(x)|", "|A(C,x)|");
        Matrix<A> aRow = a.matrix();
        Tensor<A> squaredNorm = Tensor.zeros(kernels.precision(), 1);
        kernels.gemm(1, aRow, aRow.transposed(), 0, squaredNorm.matrix());
        Tensor<A> change = Tensor.zeros(kernels.precision(), w.dim(0), 1);
        kernels.gemm(1, w.matrix(), delta.matrix().transposed(), 0, change.matrix());
        Tensor<A> update = w.zerosLike();
        kernels.gemm(1 / squaredNorm.get(0), change.matrix(), aRow, 0, update.matrix());
        return update;
    }
}
