package org.icl4j.kernels.workload;

import static org.icl4j.kernels.workload.KernelWorkloads.EXP;
import static org.icl4j.kernels.workload.KernelWorkloads.shape;

import java.util.List;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Targets;

/** Workloads of RMSNorm, of the losses and of the reductions. */
final class LossWorkloads {
    private LossWorkloads() {}

    static <A> List<Workload<A>> rmsNorm(int rows, int cols) {
        double size = (double) rows * cols;
        Cost forward = Cost.stream(3 * size, rows, size, size);
        Cost backward = Cost.stream(9 * size, 0, 2 * size, size);
        return List.of(
                new Workload<>("rmsNorm", shape(rows, cols), 16, forward, (kernels, operands) -> {
                    Matrix<A> x = operands.random(1, rows, cols);
                    Matrix<A> gamma = operands.positive(1, 1, cols);
                    Matrix<A> y = operands.result(1, rows, cols);
                    Matrix<A> rstd = operands.result(1, 1, rows);
                    return () -> kernels.rmsNorm(x, gamma, 1e-5, y, rstd);
                }),
                new Workload<>("rmsNormBackward", shape(rows, cols), 64, backward, (kernels, operands) -> {
                    Matrix<A> x = operands.random(1, rows, cols);
                    Matrix<A> gamma = operands.positive(1, 1, cols);
                    Matrix<A> rstd = operands.random(1, 1, rows);
                    Matrix<A> dx = operands.result(1, rows, cols);
                    kernels.rmsNorm(x, gamma, 1e-5, dx, rstd);
                    Matrix<A> dy = operands.random(1, rows, cols);
                    Matrix<A> dGamma = operands.result(1, 1, cols);
                    return () -> kernels.rmsNormBackward(x, gamma, rstd, dy, dx, dGamma);
                }));
    }

    static <A> List<Workload<A>> crossEntropy(int rows, int cols) {
        double size = (double) rows * cols;
        int[] classes = new int[rows];
        for (int i = 0; i < rows; i++) {
            classes[i] = i % cols;
        }
        Targets targets = Targets.of(classes);
        Cost forward = Cost.stream((EXP + 3) * size, 0, size, 2.0 * rows);
        Cost backward = Cost.stream((EXP + 2) * size, 0, size, size);
        return List.of(
                new Workload<>("crossEntropy", shape(rows, cols), 8, forward, (kernels, operands) -> {
                    Matrix<A> logits = operands.random(1, rows, cols);
                    Matrix<A> losses = operands.result(1, 1, rows);
                    Matrix<A> logSumExp = operands.result(1, 1, rows);
                    return () -> kernels.crossEntropy(logits, targets, losses, logSumExp);
                }),
                new Workload<>("crossEntropyBackward", shape(rows, cols), 16, backward, (kernels, operands) -> {
                    Matrix<A> logits = operands.random(1, rows, cols);
                    Matrix<A> logSumExp = operands.random(1, 1, rows);
                    Matrix<A> dLosses = operands.random(1, 1, rows);
                    kernels.crossEntropy(logits, targets, dLosses, logSumExp);
                    Matrix<A> dLogits = operands.result(1, rows, cols);
                    return () -> kernels.crossEntropyBackward(logits, targets, logSumExp, dLosses, dLogits);
                }));
    }

    static <A> List<Workload<A>> reductions(int rows, int cols) {
        double size = (double) rows * cols;
        return List.of(
                reduction("sum", rows, cols, Cost.stream(2 * size, 0, size, 0), (k, x, z) -> k.sum(x)),
                reduction(
                        "sumOfSquares", rows, cols, Cost.stream(2 * size, 0, size, 0), (k, x, z) -> k.sumOfSquares(x)),
                reduction("dot", rows, cols, Cost.stream(2 * size, 0, 2 * size, 0), Kernels::dot),
                reduction("max", rows, cols, Cost.stream(4 * size, 0, size, 0), (k, x, z) -> k.max(x)));
    }

    /** A kernel of one or two operands that gives a number. */
    @FunctionalInterface
    private interface Reduction<A> {
        double of(Kernels<A> kernels, Matrix<A> x, Matrix<A> z);
    }

    private static <A> Workload<A> reduction(String kernel, int rows, int cols, Cost cost, Reduction<A> reduction) {
        return new Workload<>(kernel, shape(rows, cols), 4, cost, (kernels, operands) -> {
            Matrix<A> x = operands.positive(1, rows, cols);
            Matrix<A> z = operands.positive(1, rows, cols);
            Matrix<A> result = operands.result(1, 1, 1);
            return () -> operands.precision().set(result.array(), 0, reduction.of(kernels, x, z));
        });
    }
}
