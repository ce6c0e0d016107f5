package org.icl4j.lab.rank1;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Patches that stand for one context whatever the query (Mazzawi et al. 2025, arXiv 2510.08734; Dherin et al. 2025, later version),
 * found from T calibration queries: with a_t = A(x_t) and δ_t = A(C, x_t) − A(x_t),
 *
 * <ul>
 *   <li>thought vector (eq. 8): b ← b + W·δ̄, δ̄ the mean of δ_t;
 *   <li>thought matrix by least squares: W ← W·(I + M), M = (Σ δ_t·a_tᵀ)·(Σ a_t·a_tᵀ)⁺, the M of least norm among those of least Σ‖M·a_t −
 *       δ_t‖²;
 *   <li>thought matrix by scaling (eq. 24): W ← W + λ·Σ ΔW_t, ΔW_t = W·δ_t·a_tᵀ/‖a_t‖² the rank-1 update of the query alone.
 * </ul>
 */
final class ThoughtPatches<A> {
    /** Directions in which the a_t are smaller than this, relative to the greatest, are rounding. */
    private static final double RANK_LIMIT_F32 = 1e-5;

    private static final double RANK_LIMIT_F64 = 1e-12;

    private final PatchedBlock<A> patching;
    private final Tensor<A> a;
    private final Tensor<A> withContext;

    /**
     * @param calibration prompts of one context, each with its query
     */
    ThoughtPatches(PatchedBlock<A> patching, Prompts<A> calibration) {
        this.patching = patching;
        this.a = patching.block().context(calibration.queries().tokens());
        this.withContext = patching.block().context(calibration.tokens());
    }

    private static RealMatrix rows(Tensor<?> tensor, int count) {
        RealMatrix rows = new Array2DRowRealMatrix(count, tensor.dim(1));
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < tensor.dim(1); j++) {
                rows.setEntry(i, j, tensor.get(tensor.index(i, j)));
            }
        }
        return rows;
    }

    private RealMatrix deltas(int count) {
        return rows(withContext, count).subtract(rows(a, count));
    }

    private double rankLimit() {
        return a.precision() == Precision.F32 ? RANK_LIMIT_F32 : RANK_LIMIT_F64;
    }

    /** Directions that the first {@code count} of a_t span. */
    int rank(int count) {
        double[] values = new SingularValueDecomposition(rows(a, count)).getSingularValues();
        int rank = 0;
        while (rank < values.length && values[rank] > rankLimit() * values[0]) {
            rank++;
        }
        return rank;
    }

    /** The thought vector of the first {@code count} queries, in the bias. */
    ContextualBlock<A> vector(int count) {
        RealMatrix deltas = deltas(count);
        double[] mean = new double[deltas.getColumnDimension()];
        for (int j = 0; j < mean.length; j++) {
            for (int i = 0; i < count; i++) {
                mean[j] += deltas.getEntry(i, j) / count;
            }
        }
        Tensor<A> bias = patching.block().parameters().get(ContextualBlock.MLP_BIAS);
        double[] change = rows(patching.weight(), bias.size()).operate(mean);
        Tensor<A> patched = bias.copy();
        for (int i = 0; i < change.length; i++) {
            patched.set(i, bias.get(i) + change[i]);
        }
        return patching.block().with(ContextualBlock.MLP_BIAS, patched);
    }

    /** The thought matrix by least squares of the first {@code count} queries. */
    ContextualBlock<A> leastSquares(int count) {
        Tensor<A> w = patching.weight();
        RealMatrix change = rows(w, w.dim(0)).multiply(leastSquaresMatrix(count));
        Tensor<A> update = w.zerosLike();
        for (int i = 0; i < w.dim(0); i++) {
            for (int j = 0; j < w.dim(1); j++) {
                update.set(update.index(i, j), change.getEntry(i, j));
            }
        }
        return patching.patchedBy(update);
    }

    /** M, [D, D]: with a = U·Σ·Vᵀ its rows, M = δᵀ·U·Σ⁺·Vᵀ. */
    private RealMatrix leastSquaresMatrix(int count) {
        SingularValueDecomposition a = new SingularValueDecomposition(rows(this.a, count));
        double[] values = a.getSingularValues();
        RealMatrix onto = deltas(count).transpose().multiply(a.getU());
        for (int k = 0; k < values.length; k++) {
            double factor = values[k] > rankLimit() * values[0] ? 1 / values[k] : 0;
            for (int i = 0; i < onto.getRowDimension(); i++) {
                onto.multiplyEntry(i, k, factor);
            }
        }
        return onto.multiply(a.getVT());
    }

    /** Σ ΔW_t of the first queries, for each of these counts of them, which ascend. */
    List<Tensor<A>> sums(List<Integer> counts) {
        Tensor<A> sum = patching.weight().zerosLike();
        List<Tensor<A>> sums = new ArrayList<>();
        int t = 0;
        for (int count : counts) {
            for (; t < count; t++) {
                sum = sum.plus(patching.update(withContext.row(t), a.row(t)));
            }
            sums.add(sum);
        }
        return sums;
    }

    /** The thought matrix by scaling, from Σ ΔW_t. */
    ContextualBlock<A> scaled(Tensor<A> sum, double lambda) {
        Tensor<A> update = sum.zerosLike();
        for (int i = 0; i < update.size(); i++) {
            update.set(i, lambda * sum.get(i));
        }
        return patching.patchedBy(update);
    }
}
