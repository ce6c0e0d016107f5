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
}
