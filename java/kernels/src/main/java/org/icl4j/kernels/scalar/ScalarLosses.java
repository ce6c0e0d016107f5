package org.icl4j.kernels.scalar;

import static org.icl4j.kernels.scalar.Elements.forEachRow;

import org.icl4j.kernels.LossKernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Targets;

/** {@link LossKernels} by their formulas. */
final class ScalarLosses<A> implements LossKernels<A> {
    private final Elements<A> at;

    ScalarLosses(Elements<A> at) {
        this.at = at;
    }

    @Override
    public void crossEntropy(Matrix<A> logits, Targets targets, Matrix<A> losses, Matrix<A> logSumExp) {
        forEachRow(logits, (b, i) -> {
            int row = b * logits.rows() + i;
            int target = targets.get(row);
            double value = logSumExp(logits, b, i);
            at.set(logSumExp, row, value);
            at.set(losses, row, target == Targets.IGNORED ? 0 : value - at.get(logits, b, i, target));
        });
    }

    private double logSumExp(Matrix<A> logits, int b, int i) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < logits.cols(); j++) {
            max = Math.max(max, at.get(logits, b, i, j));
        }
        double sum = 0;
        for (int j = 0; j < logits.cols(); j++) {
            sum += StrictMath.exp(at.get(logits, b, i, j) - max);
        }
        return max + StrictMath.log(sum);
    }

    @Override
    public void crossEntropyBackward(
            Matrix<A> logits, Targets targets, Matrix<A> logSumExp, Matrix<A> dLosses, Matrix<A> dLogits) {
        forEachRow(logits, (b, i) -> {
            int row = b * logits.rows() + i;
            int target = targets.get(row);
            for (int j = 0; j < logits.cols(); j++) {
                double p = StrictMath.exp(at.get(logits, b, i, j) - at.get(logSumExp, row));
                double slope = j == target ? p - 1 : p;
                at.set(dLogits, b, i, j, target == Targets.IGNORED ? 0 : at.get(dLosses, row) * slope);
            }
        });
    }
}
