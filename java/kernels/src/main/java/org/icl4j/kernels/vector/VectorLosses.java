package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.RowTasks.rowStart;

import java.util.Arrays;
import org.icl4j.kernels.LossKernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Targets;

/** {@link LossKernels} on vectors. */
final class VectorLosses implements LossKernels<float[]> {
    private final RowTasks tasks;
    private final Scratch scratch;

    VectorLosses(RowTasks tasks, Scratch scratch) {
        this.tasks = tasks;
        this.scratch = scratch;
    }

    @Override
    public void crossEntropy(
            Matrix<float[]> logits, Targets targets, Matrix<float[]> losses, Matrix<float[]> logSumExp) {
        tasks.forEachRows(logits, (from, rows) -> {
            float[] s = scratch.take(CrossEntropy.SCRATCH_LENGTH);
            for (int row = from; row < from + rows; row++) {
                int at = rowStart(logits, row);
                int target = targets.get(row);
                double value = CrossEntropy.logSumExp(logits.array(), at, logits.cols(), s);
                logSumExp.array()[logSumExp.offset() + row] = (float) value;
                losses.array()[losses.offset() + row] =
                        target == Targets.IGNORED ? 0 : (float) (value - logits.array()[at + target]);
            }
            scratch.giveBack(s);
        });
    }

    @Override
    public void crossEntropyBackward(
            Matrix<float[]> logits,
            Targets targets,
            Matrix<float[]> logSumExp,
            Matrix<float[]> dLosses,
            Matrix<float[]> dLogits) {
        tasks.forEachRow(logits, row -> {
            int at = rowStart(dLogits, row);
            int n = logits.cols();
            int target = targets.get(row);
            if (target == Targets.IGNORED) {
                Arrays.fill(dLogits.array(), at, at + n, 0);
                return;
            }
            float weight = dLosses.array()[dLosses.offset() + row];
            float shift = logSumExp.array()[logSumExp.offset() + row];
            int logitsAt = rowStart(logits, row);
            double p = StrictMath.exp((double) logits.array()[logitsAt + target] - shift);
            CrossEntropy.weightedSoftmax(logits.array(), logitsAt, shift, weight, dLogits.array(), at, n);
            dLogits.array()[at + target] = (float) (weight * (p - 1));
        });
    }
}
