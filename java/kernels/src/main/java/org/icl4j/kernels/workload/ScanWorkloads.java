package org.icl4j.kernels.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Rotary;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.kernels.RotaryPairing;

/** Workloads of the kernels that go along the positions of a sequence. */
final class ScanWorkloads {
    private ScanWorkloads() {}

    static <A> List<Workload<A>> small() {
        List<Workload<A>> all = new ArrayList<>();
        for (RotaryPairing pairing : RotaryPairing.values()) {
            all.addAll(rotary(4, 4, 64, 32, pairing));
        }
        all.addAll(linearAttention(4, 4, 64, 32));
        return all;
    }

    static <A> List<Workload<A>> benchmark() {
        List<Workload<A>> all = new ArrayList<>();
        for (RotaryPairing pairing : RotaryPairing.values()) {
            all.addAll(rotary(64, 8, 41, 32, pairing));
        }
        all.addAll(linearAttention(64, 8, 41, 32));
        all.addAll(linearAttention(1, 12, 1024, 64));
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
}
