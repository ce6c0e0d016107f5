package org.icl4j.kernels;

import java.util.List;
import org.icl4j.kernels.KernelCall.Builder;
import org.icl4j.kernels.KernelCall.Role;

/** The part of {@link KernelCall}'s table that goes along the positions of a sequence: rows are positions. */
final class ScanCalls {
    private ScanCalls() {}

    static <A> void addTo(List<KernelCall<A>> all, int count, int rows, int cols) {
        for (RotaryPairing pairing : RotaryPairing.values()) {
            addRotary(all, pairing, count, rows, cols);
        }
        addLinearAttention(all, count, rows, cols);
        addLinearSelfAttention(all, count, rows, cols);
        addRnn(all, count, rows, cols);
        addGru(all, count, rows, cols);
        addDiagonalScan(all, count, rows, cols);
        addSelectiveScan(all, count, rows, cols);
    }

    /** All columns turned. */
    private static <A> void addRotary(List<KernelCall<A>> all, RotaryPairing pairing, int count, int rows, int cols) {
        Rotary heads = new Rotary(1, pairing);
        int pairs = cols / 2;
        all.add(new Builder<A>("rotary " + pairing)
                .slot("cosines", Role.READ, 1, rows, pairs)
                .slot("sines", Role.READ, 1, rows, pairs)
                .slot("x", Role.READ, count, rows, cols)
                .slot("y", Role.OVERWRITTEN, count, rows, cols)
                .inPlace("y=x")
                .build((k, m) -> k.rotary(heads, new RotaryAngles<>(m.get(0), m.get(1)), m.get(2), m.get(3))));
        all.add(new Builder<A>("rotaryBackward " + pairing)
                .slot("cosines", Role.READ, 1, rows, pairs)
                .slot("sines", Role.READ, 1, rows, pairs)
                .slot("dy", Role.READ, count, rows, cols)
                .slot("dx", Role.OVERWRITTEN, count, rows, cols)
                .inPlace("dx=dy")
                .build((k, m) -> k.rotaryBackward(heads, new RotaryAngles<>(m.get(0), m.get(1)), m.get(2), m.get(3))));
    }

    private static <A> void addLinearAttention(List<KernelCall<A>> all, int count, int rows, int cols) {
        AttentionHeads heads = new AttentionHeads(2, 0.5);
        all.add(new Builder<A>("linearAttention")
                .slot("q", Role.READ, count, rows, cols)
                .slot("k", Role.READ, count, rows, cols)
                .slot("v", Role.READ, count, rows, cols)
                .slot("initial", Role.READ, count, cols, cols / 2)
                .slot("out", Role.OVERWRITTEN, count, rows, cols)
                .slot("last", Role.OVERWRITTEN, count, cols, cols / 2)
                .inPlace("last=initial")
                .build((k, m) -> k.linearAttention(heads, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5))));
        all.add(new Builder<A>("linearAttentionBackward")
                .slot("q", Role.READ, count, rows, cols)
                .slot("k", Role.READ, count, rows, cols)
                .slot("v", Role.READ, count, rows, cols)
                .slot("initial", Role.READ, count, cols, cols / 2)
                .slot("dOut", Role.READ, count, rows, cols)
                .slot("dLast", Role.READ, count, cols, cols / 2)
                .slot("dq", Role.OVERWRITTEN, count, rows, cols)
                .slot("dk", Role.OVERWRITTEN, count, rows, cols)
                .slot("dv", Role.OVERWRITTEN, count, rows, cols)
                .slot("dInitial", Role.OVERWRITTEN, count, cols, cols / 2)
                .inPlace("dInitial=dLast")
                .build((k, m) -> k.linearAttentionBackward(
                        heads, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), m.get(6), m.get(7), m.get(8),
                        m.get(9))));
    }

    /** Here positions are columns. */
    private static <A> void addLinearSelfAttention(List<KernelCall<A>> all, int count, int rows, int cols) {
        all.add(new Builder<A>("linearSelfAttention")
                .slot("E", Role.READ, count, rows, cols)
                .slot("p", Role.READ, 1, 1, rows)
                .slot("v", Role.READ, 1, count, rows)
                .slot("scores", Role.OVERWRITTEN, 1, count, cols)
                .slot("values", Role.OVERWRITTEN, 1, count, cols)
                .slot("out", Role.OVERWRITTEN, 1, 1, count)
                .build((k, m) ->
                        k.linearSelfAttention(0.25, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5))));
        all.add(new Builder<A>("linearSelfAttentionBackward")
                .slot("E", Role.READ, count, rows, cols)
                .slot("scores", Role.READ, 1, count, cols)
                .slot("values", Role.READ, 1, count, cols)
                .slot("dOut", Role.READ, 1, 1, count)
                .slot("dP", Role.UPDATED, 1, 1, rows)
                .slot("dV", Role.OVERWRITTEN, 1, count, rows)
                .build((k, m) -> k.linearSelfAttentionBackward(
                        0.25, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5))));
    }

    private static <A> void addRnn(List<KernelCall<A>> all, int count, int rows, int cols) {
        all.add(new Builder<A>("rnn")
                .slot("W", Role.READ, 1, cols, cols)
                .slot("initial", Role.READ, count, 1, cols)
                .slot("pre", Role.READ, count, rows, cols)
                .slot("h", Role.OVERWRITTEN, count, rows, cols)
                .inPlace("h=pre")
                .build((k, m) -> k.rnn(m.get(0), m.get(1), m.get(2), m.get(3))));
        all.add(new Builder<A>("rnnBackward")
                .slot("W", Role.READ, 1, cols, cols)
                .slot("initial", Role.READ, count, 1, cols)
                .slot("h", Role.READ, count, rows, cols)
                .slot("dH", Role.READ, count, rows, cols)
                .slot("dPre", Role.OVERWRITTEN, count, rows, cols)
                .slot("dRecurrent", Role.UPDATED, 1, cols, cols)
                .slot("dInitial", Role.OVERWRITTEN, count, 1, cols)
                .inPlace("dPre=dH")
                .build((k, m) -> k.rnnBackward(m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), m.get(6))));
    }

    private static <A> void addGru(List<KernelCall<A>> all, int count, int rows, int cols) {
        all.add(new Builder<A>("gru")
                .slot("W", Role.READ, 1, 3 * cols, cols)
                .slot("bias", Role.READ, 1, 1, 3 * cols)
                .slot("initial", Role.READ, count, 1, cols)
                .slot("pre", Role.READ, count, rows, 3 * cols)
                .slot("gates", Role.OVERWRITTEN, count, rows, 4 * cols)
                .slot("h", Role.OVERWRITTEN, count, rows, cols)
                .build((k, m) -> k.gru(m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5))));
        all.add(new Builder<A>("gruBackward")
                .slot("W", Role.READ, 1, 3 * cols, cols)
                .slot("initial", Role.READ, count, 1, cols)
                .slot("gates", Role.READ, count, rows, 4 * cols)
                .slot("h", Role.READ, count, rows, cols)
                .slot("dH", Role.READ, count, rows, cols)
                .slot("dPre", Role.OVERWRITTEN, count, rows, 3 * cols)
                .slot("dRecurrent", Role.UPDATED, 1, 3 * cols, cols)
                .slot("dBias", Role.UPDATED, 1, 1, 3 * cols)
                .slot("dInitial", Role.OVERWRITTEN, count, 1, cols)
                .build((k, m) -> k.gruBackward(
                        m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), m.get(6), m.get(7), m.get(8))));
    }

    private static <A> void addDiagonalScan(List<KernelCall<A>> all, int count, int rows, int cols) {
        all.add(new Builder<A>("diagonalScan")
                .slot("a", Role.READ, 1, 1, cols)
                .slot("initial", Role.READ, count, 1, cols)
                .slot("x", Role.READ, count, rows, cols)
                .slot("h", Role.OVERWRITTEN, count, rows, cols)
                .inPlace("h=x")
                .build((k, m) -> k.diagonalScan(m.get(0), m.get(1), m.get(2), m.get(3))));
        all.add(new Builder<A>("diagonalScanBackward")
                .slot("a", Role.READ, 1, 1, cols)
                .slot("initial", Role.READ, count, 1, cols)
                .slot("h", Role.READ, count, rows, cols)
                .slot("dH", Role.READ, count, rows, cols)
                .slot("dX", Role.OVERWRITTEN, count, rows, cols)
                .slot("dA", Role.UPDATED, 1, 1, cols)
                .slot("dInitial", Role.OVERWRITTEN, count, 1, cols)
                .inPlace("dX=dH")
                .build((k, m) ->
                        k.diagonalScanBackward(m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), m.get(6))));
    }

    /** Three states a channel. */
    private static <A> void addSelectiveScan(List<KernelCall<A>> all, int count, int rows, int cols) {
        all.add(selectiveSlots(new Builder<A>("selectiveScan"), "", Role.READ, Role.READ, count, rows, cols)
                .slot("y", Role.OVERWRITTEN, count, rows, cols)
                .slot("last", Role.OVERWRITTEN, count, cols, 3)
                .inPlace("last=initial")
                .build((k, m) -> k.selectiveScan(selective(m, 0), m.get(7), m.get(8))));
        Builder<A> inputs = selectiveSlots(
                        new Builder<A>("selectiveScanBackward"), "", Role.READ, Role.READ, count, rows, cols)
                .slot("dY", Role.READ, count, rows, cols)
                .slot("dLast", Role.READ, count, cols, 3);
        all.add(selectiveSlots(inputs, "d-", Role.OVERWRITTEN, Role.UPDATED, count, rows, cols)
                .inPlace("d-initial=dLast")
                .build((k, m) -> k.selectiveScanBackward(selective(m, 0), m.get(7), m.get(8), selective(m, 9))));
    }

    private static <A> Builder<A> selectiveSlots(
            Builder<A> builder, String prefix, Role role, Role parameters, int count, int rows, int cols) {
        return builder.slot(prefix + "x", role, count, rows, cols)
                .slot(prefix + "delta", role, count, rows, cols)
                .slot(prefix + "a", parameters, 1, cols, 3)
                .slot(prefix + "b", role, count, rows, 3)
                .slot(prefix + "c", role, count, rows, 3)
                .slot(prefix + "skip", parameters, 1, 1, cols)
                .slot(prefix + "initial", role, count, cols, 3);
    }

    private static <A> SelectiveScan<A> selective(List<Matrix<A>> m, int from) {
        return new SelectiveScan<>(
                m.get(from),
                m.get(from + 1),
                m.get(from + 2),
                m.get(from + 3),
                m.get(from + 4),
                m.get(from + 5),
                m.get(from + 6));
    }
}
