package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireColumns;
import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireShape;

import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link LossKernels}. */
abstract class CheckedLosses<A> extends CheckedReductions<A> implements LossKernels<A> {
    CheckedLosses(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void crossEntropy(Matrix<A> logits, Targets targets, Matrix<A> losses, Matrix<A> logSumExp) {
        beginRowMajor("crossEntropy", logits, losses, logSumExp);
        requireColumns("crossEntropy", "logits", logits);
        requireOnePerRow("crossEntropy", "losses", losses, logits);
        requireOnePerRow("crossEntropy", "logSumExp", logSumExp, logits);
        requireOutputs("crossEntropy", new Matrix<?>[] {losses, logSumExp}, logits);
        requireTargets("crossEntropy", targets, logits);
        if (!logits.isEmpty()) {
            parts.losses().crossEntropy(logits, targets, losses, logSumExp);
        }
    }

    @Override
    public void crossEntropyBackward(
            Matrix<A> logits, Targets targets, Matrix<A> logSumExp, Matrix<A> dLosses, Matrix<A> dLogits) {
        beginRowMajor("crossEntropyBackward", logits, logSumExp, dLosses, dLogits);
        requireColumns("crossEntropyBackward", "logits", logits);
        requireElementwise("crossEntropyBackward", logits, "dLogits", dLogits);
        requireOnePerRow("crossEntropyBackward", "logSumExp", logSumExp, logits);
        requireOnePerRow("crossEntropyBackward", "dLosses", dLosses, logits);
        requireDisjoint("crossEntropyBackward", "dLogits", dLogits, "logSumExp", logSumExp);
        requireDisjoint("crossEntropyBackward", "dLogits", dLogits, "dLosses", dLosses);
        requireTargets("crossEntropyBackward", targets, logits);
        if (!logits.isEmpty()) {
            parts.losses().crossEntropyBackward(logits, targets, logSumExp, dLosses, dLogits);
        }
    }

    private static void requireOnePerRow(String kernel, String name, Matrix<?> m, Matrix<?> logits) {
        long rows = (long) logits.count() * logits.rows();
        requireShape(kernel, name, m, 1, 1, rows, () -> "logits are " + logits.shape());
    }

    private static void requireTargets(String kernel, Targets targets, Matrix<?> logits) {
        long rows = (long) logits.count() * logits.rows();
        int given = targets.array().length - targets.offset();
        if (given < rows) {
            throw new IllegalArgumentException(kernel + ": " + given + " targets (array of " + targets.array().length
                    + " from offset=" + targets.offset() + " on), but logits " + logits.shape() + " have " + rows
                    + " rows");
        }
        for (int row = 0; row < rows; row++) {
            int target = targets.get(row);
            if (target < Targets.IGNORED || target >= logits.cols()) {
                throw new IllegalArgumentException(kernel + ": target " + target + " of row " + row + ", but logits "
                        + logits.shape() + " have classes 0 to " + (logits.cols() - 1) + "; " + Targets.IGNORED
                        + " ignores a row");
            }
        }
    }
}
