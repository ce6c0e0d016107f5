package org.icl4j.kernels.workload;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Gelu;
import org.icl4j.kernels.Matrix;

/** A workload for each kernel: small ones to check with, and the shapes of transformers to time. */
public final class KernelWorkloads {
    /** Vector instructions of one exponential: reduction, polynomial of degree 6, scaling, and the two ends. */
    static final int EXP = 17;

    /** Those of the rational normal tail, without its division and its exponential. */
    static final int TAIL = 15;

    private KernelWorkloads() {}

    /** Every kernel once, on operands that fit the second-level cache. */
    public static <A> List<Workload<A>> small() {
        List<Workload<A>> all = new ArrayList<>();
        all.addAll(ProductWorkloads.small());
        all.addAll(rows(512, 256));
        all.addAll(softmax(512, 256));
        all.addAll(layerNorm(512, 256));
        all.addAll(activations(512, 256));
        all.addAll(attention(4, 4, 64, 32));
        all.add(adamW(512, 256));
        all.addAll(GateWorkloads.all(512, 256, 256));
        all.addAll(ScanWorkloads.small());
        all.addAll(LossWorkloads.rmsNorm(512, 256));
        all.addAll(LossWorkloads.crossEntropy(512, 256));
        all.addAll(LossWorkloads.reductions(512, 256));
        return all;
    }

    /** The shapes by which icl4j is judged: linear layers, heads and rows of small transformers. */
    public static <A> List<Workload<A>> benchmark() {
        List<Workload<A>> all = new ArrayList<>(ProductWorkloads.benchmark());
        all.addAll(rows(2624, 1024));
        all.addAll(softmax(4096, 64));
        all.addAll(softmax(20992, 41));
        all.addAll(layerNorm(2624, 256));
        all.addAll(activations(2624, 1024));
        all.addAll(attention(64, 8, 41, 32));
        all.addAll(attention(1, 12, 1024, 64));
        all.add(adamW(1160, 8192));
        all.addAll(GateWorkloads.all(2624, 256, 1024));
        all.addAll(ScanWorkloads.benchmark());
        all.addAll(LossWorkloads.rmsNorm(2624, 256));
        all.addAll(LossWorkloads.crossEntropy(2624, 512));
        all.addAll(LossWorkloads.reductions(1160, 8192));
        return all;
    }

    static String shape(int rows, int cols) {
        return rows + "x" + cols;
    }

    private static <A> List<Workload<A>> rows(int rows, int cols) {
        double size = (double) rows * cols;
        return List.of(
                new Workload<>(
                        "addBias",
                        shape(rows, cols),
                        4,
                        Cost.stream(size, 0, size, size).updating(),
                        (kernels, operands) -> {
                            Matrix<A> x = operands.result(operands.random(1, rows, cols));
                            Matrix<A> bias = operands.random(1, 1, cols);
                            return () -> kernels.addBias(x, bias);
                        }),
                new Workload<>(
                        "sumRows", shape(rows, cols), 64, Cost.stream(size, 0, size, cols), (kernels, operands) -> {
                            Matrix<A> x = operands.positive(1, rows, cols);
                            Matrix<A> sum = operands.result(1, 1, cols);
                            return () -> kernels.sumRows(x, 0, sum);
                        }));
    }

    private static <A> List<Workload<A>> softmax(int rows, int cols) {
        double size = (double) rows * cols;
        Cost forward = Cost.stream((EXP + 4) * size, 0, size, size);
        Cost backward = Cost.stream(3 * size, 0, 2 * size, size);
        return List.of(
                new Workload<>("softmax", shape(rows, cols), 16, forward, (kernels, operands) -> {
                    Matrix<A> x = operands.random(1, rows, cols);
                    Matrix<A> y = operands.result(1, rows, cols);
                    return () -> kernels.softmax(x, y);
                }),
                new Workload<>("softmaxBackward", shape(rows, cols), 32, backward, (kernels, operands) -> {
                    Matrix<A> y = operands.random(1, rows, cols);
                    kernels.softmax(y, y);
                    Matrix<A> dy = operands.random(1, rows, cols);
                    Matrix<A> dx = operands.result(1, rows, cols);
                    return () -> kernels.softmaxBackward(y, dy, dx);
                }));
    }

    private static <A> List<Workload<A>> layerNorm(int rows, int cols) {
        double size = (double) rows * cols;
        Cost forward = Cost.stream(6 * size, rows, size, size);
        Cost backward = Cost.stream(10 * size, 0, 2 * size, size);
        return List.of(
                new Workload<>("layerNorm", shape(rows, cols), 16, forward, (kernels, operands) -> {
                    Matrix<A> x = operands.random(1, rows, cols);
                    Matrix<A> gamma = operands.positive(1, 1, cols);
                    Matrix<A> beta = operands.random(1, 1, cols);
                    Matrix<A> y = operands.result(1, rows, cols);
                    Matrix<A> mean = operands.result(1, 1, rows);
                    Matrix<A> rstd = operands.result(1, 1, rows);
                    return () -> kernels.layerNorm(x, gamma, beta, 1e-5, y, mean, rstd);
                }),
                new Workload<>("layerNormBackward", shape(rows, cols), 64, backward, (kernels, operands) -> {
                    Matrix<A> x = operands.random(1, rows, cols);
                    Matrix<A> gamma = operands.positive(1, 1, cols);
                    Matrix<A> mean = operands.random(1, 1, rows);
                    Matrix<A> rstd = operands.random(1, 1, rows);
                    Matrix<A> dx = operands.result(1, rows, cols);
                    kernels.layerNorm(x, gamma, gamma, 1e-5, dx, mean, rstd);
                    Matrix<A> dy = operands.random(1, rows, cols);
                    Matrix<A> dGamma = operands.result(1, 1, cols);
                    Matrix<A> dBeta = operands.result(1, 1, cols);
                    return () -> kernels.layerNormBackward(x, gamma, mean, rstd, dy, dx, dGamma, dBeta);
                }));
    }

    private static <A> List<Workload<A>> activations(int rows, int cols) {
        String shape = shape(rows, cols);
        double size = (double) rows * cols;
        return List.of(
                new Workload<>("relu", shape, 1, Cost.stream(size, 0, size, size), (kernels, operands) -> {
                    Matrix<A> x = operands.random(1, rows, cols);
                    Matrix<A> y = operands.result(1, rows, cols);
                    return () -> kernels.relu(x, y);
                }),
                new Workload<>(
                        "reluBackward", shape, 1, Cost.stream(2 * size, 0, 2 * size, size), (kernels, operands) -> {
                            Matrix<A> x = operands.random(1, rows, cols);
                            Matrix<A> dy = operands.random(1, rows, cols);
                            Matrix<A> dx = operands.result(1, rows, cols);
                            return () -> kernels.reluBackward(x, dy, dx);
                        }),
                gelu(rows, cols, Gelu.TANH, EXP + 7),
                geluBackward(rows, cols, Gelu.TANH, EXP + 15),
                gelu(rows, cols, Gelu.EXACT, TAIL + EXP + 11),
                geluBackward(rows, cols, Gelu.EXACT, TAIL + 2 * EXP + 17));
    }

    private static String shape(int rows, int cols, Gelu form) {
        return shape(rows, cols) + (form == Gelu.TANH ? " tanh" : " exact");
    }

    private static <A> Workload<A> gelu(int rows, int cols, Gelu form, int instructions) {
        double size = (double) rows * cols;
        Cost cost = Cost.stream(instructions * size, size, size, size);
        return new Workload<>("gelu", shape(rows, cols, form), 4, cost, (kernels, operands) -> {
            Matrix<A> x = operands.random(1, rows, cols);
            Matrix<A> y = operands.result(1, rows, cols);
            return () -> kernels.gelu(form, x, y);
        });
    }

    private static <A> Workload<A> geluBackward(int rows, int cols, Gelu form, int instructions) {
        double size = (double) rows * cols;
        Cost cost = Cost.stream(instructions * size, size, 2 * size, size);
        return new Workload<>("geluBackward", shape(rows, cols, form), 8, cost, (kernels, operands) -> {
            Matrix<A> x = operands.random(1, rows, cols);
            Matrix<A> dy = operands.random(1, rows, cols);
            Matrix<A> dx = operands.result(1, rows, cols);
            return () -> kernels.geluBackward(form, x, dy, dx);
        });
    }

    /** Only the pairs that the causal mask leaves are counted. */
    private static <A> List<Workload<A>> attention(int batch, int nHeads, int length, int dHead) {
        AttentionHeads heads = AttentionHeads.scaled(nHeads, dHead);
        int dModel = nHeads * dHead;
        double pairs = batch * nHeads * (length * (length + 1.0) / 2);
        double size = (double) batch * length * dModel;
        String shape = "B" + batch + " H" + nHeads + " T" + length + " D" + dHead;
        Cost forward = Cost.products(2 * dHead * pairs, (EXP + 3) * pairs, 3 * size, size);
        Cost backward = Cost.products(5 * dHead * pairs, (EXP + 4) * pairs, 5 * size, 3 * size);
        return List.of(
                new Workload<>("attention", shape, 16, forward, (kernels, operands) -> {
                    Matrix<A> q = operands.random(batch, length, dModel);
                    Matrix<A> k = operands.random(batch, length, dModel);
                    Matrix<A> v = operands.random(batch, length, dModel);
                    Matrix<A> out = operands.result(batch, length, dModel);
                    Matrix<A> logSumExp = operands.result(batch, nHeads, length);
                    return () -> kernels.attention(heads, q, k, v, out, logSumExp);
                }),
                new Workload<>("attentionBackward", shape, 64, backward, (kernels, operands) -> {
                    Matrix<A> q = operands.random(batch, length, dModel);
                    Matrix<A> k = operands.random(batch, length, dModel);
                    Matrix<A> v = operands.random(batch, length, dModel);
                    Matrix<A> out = operands.random(batch, length, dModel);
                    Matrix<A> logSumExp = operands.random(batch, nHeads, length);
                    kernels.attention(heads, q, k, v, out, logSumExp);
                    Matrix<A> dOut = operands.random(batch, length, dModel);
                    Matrix<A> dq = operands.result(batch, length, dModel);
                    Matrix<A> dk = operands.result(batch, length, dModel);
                    Matrix<A> dv = operands.result(batch, length, dModel);
                    return () -> kernels.attentionBackward(heads, q, k, v, out, logSumExp, dOut, dq, dk, dv);
                }));
    }

    private static <A> Workload<A> adamW(int rows, int cols) {
        double size = (double) rows * cols;
        Cost cost = Cost.stream(12 * size, 2 * size, 4 * size, 3 * size).updating();
        return new Workload<>("adamW", shape(rows, cols), 8, cost, (kernels, operands) -> {
            Matrix<A> parameter = operands.result(operands.random(1, rows, cols));
            Matrix<A> gradient = operands.random(1, rows, cols);
            Matrix<A> firstMoment = operands.result(operands.random(1, rows, cols));
            Matrix<A> secondMoment = operands.result(operands.positive(1, rows, cols));
            AdamW settings = AdamW.adam(1e-3);
            return () -> kernels.adamW(settings, 1, parameter, gradient, firstMoment, secondMoment);
        });
    }
}
