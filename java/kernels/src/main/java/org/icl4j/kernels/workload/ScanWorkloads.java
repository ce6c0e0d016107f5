package org.icl4j.kernels.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.Rotary;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.kernels.RotaryPairing;
import org.icl4j.kernels.SelectiveScan;

/** Workloads of the kernels that go along the positions of a sequence. */
final class ScanWorkloads {
    /** Vector instructions of one exponential. */
    private static final int EXP = 17;

    /** Vector instructions of a rational tanh, without its division. */
    private static final int TANH = 15;

    /** Those of the logistic function. */
    private static final int SIGMOID = 20;

    private ScanWorkloads() {}

    static <A> List<Workload<A>> small() {
        List<Workload<A>> all = new ArrayList<>();
        for (RotaryPairing pairing : RotaryPairing.values()) {
            all.addAll(rotary(4, 4, 64, 32, pairing));
        }
        all.addAll(linearAttention(4, 4, 64, 32));
        all.addAll(linearSelfAttention(40, 6, 11));
        all.addAll(rnn(8, 32, 64));
        all.addAll(gru(8, 32, 64));
        all.addAll(diagonalScan(8, 64, 256));
        all.addAll(selectiveScan(4, 32, 64, 8));
        return all;
    }

    static <A> List<Workload<A>> benchmark() {
        List<Workload<A>> all = new ArrayList<>();
        for (RotaryPairing pairing : RotaryPairing.values()) {
            all.addAll(rotary(64, 8, 41, 32, pairing));
        }
        all.addAll(linearAttention(64, 8, 41, 32));
        all.addAll(linearAttention(1, 12, 1024, 64));
        all.addAll(linearSelfAttention(256, 20, 41));
        all.addAll(rnn(64, 41, 256));
        all.addAll(gru(64, 41, 256));
        all.addAll(diagonalScan(64, 41, 256));
        all.addAll(selectiveScan(64, 41, 32, 8));
        all.addAll(selectiveScan(1, 1024, 256, 16));
        return all;
    }

    private static String shape(int batch, int nHeads, int length, int dHead) {
        return "B" + batch + " H" + nHeads + " T" + length + " D" + dHead;
    }

    private static <A> List<Workload<A>> rotary(int batch, int nHeads, int length, int dHead, RotaryPairing pairing) {
        Rotary heads = new Rotary(nHeads, pairing);
        int dModel = nHeads * dHead;
        double size = (double) batch * length * dModel;
        Cost cost = Cost.stream(2 * size, 0, size + (double) length * dHead, size);
        String shape =
                shape(batch, nHeads, length, dHead) + " " + pairing.name().toLowerCase(Locale.ROOT);
        return List.of(
                new Workload<>("rotary", shape, 2, cost, (kernels, operands) -> {
                    RotaryAngles<A> angles = angles(operands, length, dHead);
                    Matrix<A> x = operands.random(batch, length, dModel);
                    Matrix<A> y = operands.result(batch, length, dModel);
                    return () -> kernels.rotary(heads, angles, x, y);
                }),
                new Workload<>("rotaryBackward", shape, 2, cost, (kernels, operands) -> {
                    RotaryAngles<A> angles = angles(operands, length, dHead);
                    Matrix<A> dy = operands.random(batch, length, dModel);
                    Matrix<A> dx = operands.result(batch, length, dModel);
                    return () -> kernels.rotaryBackward(heads, angles, dy, dx);
                }));
    }

    private static <A> RotaryAngles<A> angles(Operands<A> operands, int length, int dHead) {
        // Numbers that are the same in either precision, which cosines rounded to f32 are not.
        return new RotaryAngles<>(operands.random(1, length, dHead / 2), operands.random(1, length, dHead / 2));
    }

    /** The recurrence as it stands: two multiply-adds an element of the state and position, and half as many products again backward. */
    private static <A> List<Workload<A>> linearAttention(int batch, int nHeads, int length, int dHead) {
        AttentionHeads heads = AttentionHeads.scaled(nHeads, dHead);
        int dModel = nHeads * dHead;
        double size = (double) batch * length * dModel;
        double states = (double) batch * dModel * dHead;
        Cost forward = Cost.products(2 * size * dHead, 0, 3 * size + states, size + states);
        Cost backward = Cost.products(5 * size * dHead, 0, 4 * size + 2 * states, 3 * size + states);
        String shape = shape(batch, nHeads, length, dHead);
        return List.of(
                new Workload<>("linearAttention", shape, 16, forward, (kernels, operands) -> {
                    Matrix<A> q = operands.random(batch, length, dModel);
                    Matrix<A> k = operands.random(batch, length, dModel);
                    Matrix<A> v = operands.random(batch, length, dModel);
                    Matrix<A> initial = operands.random(batch, dModel, dHead);
                    Matrix<A> out = operands.result(batch, length, dModel);
                    Matrix<A> last = operands.result(batch, dModel, dHead);
                    return () -> kernels.linearAttention(heads, q, k, v, initial, out, last);
                }),
                new Workload<>("linearAttentionBackward", shape, 32, backward, (kernels, operands) -> {
                    Matrix<A> q = operands.random(batch, length, dModel);
                    Matrix<A> k = operands.random(batch, length, dModel);
                    Matrix<A> v = operands.random(batch, length, dModel);
                    Matrix<A> initial = operands.random(batch, dModel, dHead);
                    Matrix<A> dOut = operands.random(batch, length, dModel);
                    Matrix<A> dLast = operands.random(batch, dModel, dHead);
                    Matrix<A> dq = operands.result(batch, length, dModel);
                    Matrix<A> dk = operands.result(batch, length, dModel);
                    Matrix<A> dv = operands.result(batch, length, dModel);
                    Matrix<A> dInitial = operands.result(batch, dModel, dHead);
                    return () ->
                            kernels.linearAttentionBackward(heads, q, k, v, initial, dOut, dLast, dq, dk, dv, dInitial);
                }));
    }

    /** Read at the query: of each pass two products of every token's width. */
    private static <A> List<Workload<A>> linearSelfAttention(int batch, int dims, int length) {
        int width = dims + 1;
        double tokens = (double) batch * length;
        Cost forward = Cost.products(2 * tokens * width, 0, tokens * width + batch * width + width, 2 * tokens + batch);
        Cost backward = Cost.products(
                2 * tokens * width, 0, tokens * width + 2 * tokens + batch + width, batch * width + width);
        double scale = 1.0 / (length - 1);
        String shape = "B" + batch + " T" + length + " d" + dims;
        return List.of(
                new Workload<>("linearSelfAttention", shape, 16, forward, (kernels, operands) -> {
                    Matrix<A> e = operands.random(batch, width, length);
                    Matrix<A> p = operands.random(1, 1, width);
                    Matrix<A> v = operands.random(1, batch, width);
                    Matrix<A> scores = operands.result(1, batch, length);
                    Matrix<A> values = operands.result(1, batch, length);
                    Matrix<A> out = operands.result(1, 1, batch);
                    return () -> kernels.linearSelfAttention(scale, e, p, v, scores, values, out);
                }),
                new Workload<>("linearSelfAttentionBackward", shape, 64, backward, (kernels, operands) -> {
                    Matrix<A> e = operands.random(batch, width, length);
                    Matrix<A> scores = operands.random(1, batch, length);
                    Matrix<A> values = operands.random(1, batch, length);
                    Matrix<A> dOut = operands.random(1, 1, batch);
                    Matrix<A> dP = operands.result(1, 1, width);
                    Matrix<A> dV = operands.result(1, batch, width);
                    return () -> kernels.linearSelfAttentionBackward(scale, e, scores, values, dOut, dP, dV);
                }));
    }

    private static String shape(int batch, int length, int width) {
        return "B" + batch + " T" + length + " H" + width;
    }

    /** Weights of variance 1/width: what a state adds to the next does not grow. */
    private static <A> Matrix<A> weights(Operands<A> operands, int rows, int width) {
        return multiplied(operands, operands.random(1, rows, width), (float) (1 / Math.sqrt(width)));
    }

    /** Multiplied in f32 whatever the precision, so that both work on the same numbers. */
    private static <A> Matrix<A> multiplied(Operands<A> operands, Matrix<A> matrix, float factor) {
        Precision<A> precision = operands.precision();
        for (int i = 0; i < precision.length(matrix.array()); i++) {
            precision.set(matrix.array(), i, (float) precision.get(matrix.array(), i) * factor);
        }
        return matrix;
    }

    private static <A> List<Workload<A>> rnn(int batch, int length, int width) {
        double size = (double) batch * length * width;
        double parameters = (double) width * width;
        Cost forward = Cost.products(size * width, TANH * size, size + parameters, size);
        Cost backward = Cost.products(2 * size * width, 3 * size, 2 * size + 2 * parameters, size + parameters);
        return List.of(
                new Workload<>("rnn", shape(batch, length, width), 64, forward, (kernels, operands) -> {
                    Matrix<A> recurrent = weights(operands, width, width);
                    Matrix<A> initial = operands.random(batch, 1, width);
                    Matrix<A> pre = operands.random(batch, length, width);
                    Matrix<A> h = operands.result(batch, length, width);
                    return () -> kernels.rnn(recurrent, initial, pre, h);
                }),
                new Workload<>("rnnBackward", shape(batch, length, width), 64, backward, (kernels, operands) -> {
                    Matrix<A> recurrent = weights(operands, width, width);
                    Matrix<A> initial = operands.random(batch, 1, width);
                    Matrix<A> h = operands.random(batch, length, width);
                    kernels.rnn(recurrent, initial, h, h);
                    Matrix<A> dH = operands.random(batch, length, width);
                    Matrix<A> dPre = operands.result(batch, length, width);
                    Matrix<A> dRecurrent = operands.result(1, width, width);
                    Matrix<A> dInitial = operands.result(batch, 1, width);
                    return () -> kernels.rnnBackward(recurrent, initial, h, dH, dPre, dRecurrent, dInitial);
                }));
    }

    private static <A> List<Workload<A>> gru(int batch, int length, int width) {
        double size = (double) batch * length * width;
        double parameters = 3.0 * width * width;
        Cost forward = Cost.products(3 * size * width, (TANH + 2 * SIGMOID) * size, 3 * size + parameters, 5 * size);
        Cost backward = Cost.products(6 * size * width, 18 * size, 6 * size + 2 * parameters, 3 * size + parameters);
        return List.of(
                new Workload<>("gru", shape(batch, length, width), 64, forward, (kernels, operands) -> {
                    Matrix<A> recurrent = weights(operands, 3 * width, width);
                    Matrix<A> bias = operands.random(1, 1, 3 * width);
                    Matrix<A> initial = operands.random(batch, 1, width);
                    Matrix<A> pre = operands.random(batch, length, 3 * width);
                    Matrix<A> gates = operands.result(batch, length, 4 * width);
                    Matrix<A> h = operands.result(batch, length, width);
                    return () -> kernels.gru(recurrent, bias, initial, pre, gates, h);
                }),
                new Workload<>("gruBackward", shape(batch, length, width), 64, backward, (kernels, operands) -> {
                    Matrix<A> recurrent = weights(operands, 3 * width, width);
                    Matrix<A> bias = operands.random(1, 1, 3 * width);
                    Matrix<A> initial = operands.random(batch, 1, width);
                    Matrix<A> pre = operands.random(batch, length, 3 * width);
                    Matrix<A> gates = operands.random(batch, length, 4 * width);
                    Matrix<A> h = operands.random(batch, length, width);
                    kernels.gru(recurrent, bias, initial, pre, gates, h);
                    Matrix<A> dH = operands.random(batch, length, width);
                    Matrix<A> dPre = operands.result(batch, length, 3 * width);
                    Matrix<A> dRecurrent = operands.result(1, 3 * width, width);
                    Matrix<A> dBias = operands.result(1, 1, 3 * width);
                    Matrix<A> dInitial = operands.result(batch, 1, width);
                    return () ->
                            kernels.gruBackward(recurrent, initial, gates, h, dH, dPre, dRecurrent, dBias, dInitial);
                }));
    }

    private static <A> List<Workload<A>> diagonalScan(int batch, int length, int width) {
        double size = (double) batch * length * width;
        Cost forward = Cost.stream(size, 0, size, size);
        Cost backward = Cost.stream(2 * size, 0, 2 * size, size);
        String shape = "B" + batch + " T" + length + " N" + width;
        return List.of(
                new Workload<>("diagonalScan", shape, 8, forward, (kernels, operands) -> {
                    Matrix<A> a = fading(operands, width);
                    Matrix<A> initial = operands.random(batch, 1, width);
                    Matrix<A> x = operands.random(batch, length, width);
                    Matrix<A> h = operands.result(batch, length, width);
                    return () -> kernels.diagonalScan(a, initial, x, h);
                }),
                new Workload<>("diagonalScanBackward", shape, 16, backward, (kernels, operands) -> {
                    Matrix<A> a = fading(operands, width);
                    Matrix<A> initial = operands.random(batch, 1, width);
                    Matrix<A> h = operands.random(batch, length, width);
                    Matrix<A> dH = operands.random(batch, length, width);
                    Matrix<A> dX = operands.result(batch, length, width);
                    Matrix<A> dA = operands.result(1, 1, width);
                    Matrix<A> dInitial = operands.result(batch, 1, width);
                    return () -> kernels.diagonalScanBackward(a, initial, h, dH, dX, dA, dInitial);
                }));
    }

    /** Factors in (−0.87, 0.87). */
    private static <A> Matrix<A> fading(Operands<A> operands, int width) {
        return multiplied(operands, operands.random(1, 1, width), 0.5f);
    }

    private static <A> List<Workload<A>> selectiveScan(int batch, int length, int nChannels, int nStates) {
        double size = (double) batch * length * nChannels;
        double small = (double) batch * length * nStates;
        double states = (double) batch * nChannels * nStates;
        Cost forward = Cost.stream((EXP + 4) * size * nStates, 0, 2 * size + 2 * small + states, size + states);
        Cost backward = Cost.stream(
                (EXP + 4 + 10) * size * nStates, 0, 3 * size + 2 * small + 2 * states, 2 * size + 2 * small + states);
        String shape = "B" + batch + " T" + length + " D" + nChannels + " N" + nStates;
        return List.of(
                new Workload<>("selectiveScan", shape, 16, forward, (kernels, operands) -> {
                    SelectiveScan<A> inputs = selectiveInputs(operands, batch, length, nChannels, nStates);
                    Matrix<A> y = operands.result(batch, length, nChannels);
                    Matrix<A> last = operands.result(batch, nChannels, nStates);
                    return () -> kernels.selectiveScan(inputs, y, last);
                }),
                new Workload<>("selectiveScanBackward", shape, 32, backward, (kernels, operands) -> {
                    SelectiveScan<A> inputs = selectiveInputs(operands, batch, length, nChannels, nStates);
                    Matrix<A> dY = operands.random(batch, length, nChannels);
                    Matrix<A> dLast = operands.random(batch, nChannels, nStates);
                    SelectiveScan<A> gradients = new SelectiveScan<>(
                            operands.result(batch, length, nChannels),
                            operands.result(batch, length, nChannels),
                            operands.result(1, nChannels, nStates),
                            operands.result(batch, length, nStates),
                            operands.result(batch, length, nStates),
                            operands.result(1, 1, nChannels),
                            operands.result(batch, nChannels, nStates));
                    return () -> kernels.selectiveScanBackward(inputs, dY, dLast, gradients);
                }));
    }

    private static <A> SelectiveScan<A> selectiveInputs(
            Operands<A> operands, int batch, int length, int nChannels, int nStates) {
        return new SelectiveScan<>(
                operands.random(batch, length, nChannels),
                multiplied(operands, operands.positive(batch, length, nChannels), 0.25f),
                multiplied(operands, operands.positive(1, nChannels, nStates), -1),
                operands.random(batch, length, nStates),
                operands.random(batch, length, nStates),
                operands.random(1, 1, nChannels),
                operands.random(batch, nChannels, nStates));
    }
}
