package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A kernel as a call on a list of operands, for the tests that treat all kernels alike.
 *
 * @param name its method, and a form in capitals if it has several, or " with " what other operands it takes
 * @param inPlace pairs "output=input" that may be one view
 * @param free "operand.dimension" pairs that no other operand's shape follows from
 */
record KernelCall<A>(String name, List<Slot> slots, Set<String> inPlace, Set<String> free, Body<A> body) {
    /** What a kernel does with an operand. */
    enum Role {
        READ,
        OVERWRITTEN,
        UPDATED
    }

    /** The place of an operand and its shape. */
    record Slot(String name, Role role, int count, int rows, int cols) {
        boolean isOutput() {
            return role != Role.READ;
        }

        int size() {
            return count * rows * cols;
        }

        /** A view of {@code array} from {@code offset} on, without gaps. */
        <A> Matrix<A> view(A array, int offset) {
            return Matrix.batch(array, offset, count, rows * cols, rows, cols, cols);
        }
    }

    /** The call itself. */
    @FunctionalInterface
    interface Body<A> {
        void run(Kernels<A> kernels, List<Matrix<A>> operands);
    }

    @Override
    public String toString() {
        return name;
    }

    /** The operands after a call, and the numbers that it returned: where these are the same bits, so is the result. */
    record Outcome(List<float[]> operands, List<Double> returned) {
        static Outcome of(KernelCall<float[]> call, Kernels<float[]> kernels, List<Matrix<float[]>> operands) {
            List<Double> returned = new ArrayList<>();
            call.body().run(InterceptedKernels.recording(kernels, returned), operands);
            return new Outcome(operands.stream().map(Matrix::array).toList(), returned);
        }

        void assertSame(Outcome other, String what) {
            for (int i = 0; i < operands.size(); i++) {
                assertArrayEquals(operands.get(i), other.operands.get(i), "operand " + i + " of " + what);
            }
            assertEquals(returned, other.returned, what);
        }
    }

    /** The name without the form. */
    String kernel() {
        return name.replaceFirst(" [A-Z_]+$", "");
    }

    /** Whether it takes transposed operands, and one A or B for a batch. */
    boolean isProduct() {
        return name.contains("gemm");
    }

    boolean mayBeOne(Slot output, Slot other) {
        return inPlace.contains(output.name + "=" + other.name) || inPlace.contains(other.name + "=" + output.name);
    }

    /** Every kernel on operands with {@code count} matrices of {@code rows} rows and {@code cols} columns, an even number. */
    static <A> List<KernelCall<A>> all(int count, int rows, int cols) {
        List<KernelCall<A>> all = new ArrayList<>();
        all.add(new Builder<A>("gemm")
                .slot("A", Role.READ, count, rows, cols)
                .slot("B", Role.READ, count, cols, rows + 1)
                .slot("C", Role.UPDATED, count, rows, rows + 1)
                .build((k, m) -> k.gemm(0.5, m.get(0), m.get(1), 2, m.get(2))));
        all.add(new Builder<A>("gemm with epilogue")
                .slot("A", Role.READ, count, rows, cols)
                .slot("B", Role.READ, count, cols, rows + 1)
                .slot("bias", Role.READ, 1, 1, rows + 1)
                .slot("residual", Role.READ, count, rows, rows + 1)
                .slot("kept", Role.OVERWRITTEN, count, rows, rows + 1)
                .slot("C", Role.UPDATED, count, rows, rows + 1)
                .build((k, m) -> k.gemm(
                        0.5,
                        m.get(0),
                        m.get(1),
                        2,
                        m.get(5),
                        Epilogue.<A>none()
                                .bias(m.get(2))
                                .activation(Epilogue.Activation.GELU_TANH)
                                .residual(m.get(3))
                                .keeping(m.get(4)))));
        all.add(new Builder<A>("pack and gemm")
                .slot("A", Role.READ, count, rows, cols)
                .slot("C", Role.UPDATED, count, rows, rows + 1)
                .build((k, m) -> k.gemm(0.5, m.get(0), k.pack(weights(k, cols, rows + 1)), 2, m.get(1))));
        all.add(new Builder<A>("pack and gemm with stored weights")
                .slot("A", Role.READ, count, rows, cols)
                .slot("C", Role.UPDATED, count, rows, rows + 1)
                .build((k, m) -> k.gemm(0.5, m.get(0), k.pack(storedWeights(cols, rows + 1)), 2, m.get(1))));
        all.add(new Builder<A>("pack and gemm with epilogue")
                .slot("A", Role.READ, count, rows, cols)
                .slot("C", Role.UPDATED, count, rows, rows + 1)
                .slot("bias", Role.READ, 1, 1, rows + 1)
                .build((k, m) -> k.gemm(
                        0.5,
                        m.get(0),
                        k.pack(weights(k, cols, rows + 1), WeightType.F32),
                        2,
                        m.get(1),
                        Epilogue.<A>none().bias(m.get(2)))));
        all.add(new Builder<A>("addBias")
                .slot("x", Role.UPDATED, count, rows, cols)
                .slot("bias", Role.READ, 1, 1, cols)
                .free("x.count", "x.rows")
                .build((k, m) -> k.addBias(m.get(0), m.get(1))));
        all.add(new Builder<A>("sumRows")
                .slot("x", Role.READ, count, rows, cols)
                .slot("sum", Role.UPDATED, 1, 1, cols)
                .free("x.count", "x.rows")
                .build((k, m) -> k.sumRows(m.get(0), 0.5, m.get(1))));
        all.add(new Builder<A>("softmax")
                .slot("x", Role.READ, count, rows, cols)
                .slot("y", Role.OVERWRITTEN, count, rows, cols)
                .inPlace("y=x")
                .build((k, m) -> k.softmax(m.get(0), m.get(1))));
        all.add(new Builder<A>("softmaxBackward")
                .slot("y", Role.READ, count, rows, cols)
                .slot("dy", Role.READ, count, rows, cols)
                .slot("dx", Role.OVERWRITTEN, count, rows, cols)
                .inPlace("dx=dy")
                .build((k, m) -> k.softmaxBackward(m.get(0), m.get(1), m.get(2))));
        addLayerNorm(all, count, rows, cols);
        addActivations(all, count, rows, cols);
        addAttention(all, count, rows, cols);
        addAttentionWithBias(all, count, rows, cols);
        all.add(new Builder<A>("adamW")
                .slot("parameter", Role.UPDATED, count, rows, cols)
                .slot("gradient", Role.READ, count, rows, cols)
                .slot("firstMoment", Role.UPDATED, count, rows, cols)
                .slot("secondMoment", Role.UPDATED, count, rows, cols)
                .build((k, m) ->
                        k.adamW(new AdamW(0.1, 0.9, 0.999, 1e-8, 0.1), 1, m.get(0), m.get(1), m.get(2), m.get(3))));
        GateCalls.addTo(all, count, rows, cols);
        ScanCalls.addTo(all, count, rows, cols);
        LossCalls.addTo(all, count, rows, cols);
        return all;
    }

    private static float weight(int i) {
        return 0.25f * (i % 7 - 3) + 0.1f;
    }

    private static <A> Matrix<A> weights(Kernels<A> kernels, int rows, int cols) {
        A values = kernels.precision().allocate(rows * cols);
        for (int i = 0; i < rows * cols; i++) {
            kernels.precision().set(values, i, weight(i));
        }
        return Matrix.of(values, rows, cols);
    }

    private static StoredMatrix storedWeights(int rows, int cols) {
        float[] values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            values[i] = weight(i);
        }
        return StoredMatrix.of(WeightType.F32, MemorySegment.ofArray(values), rows, cols);
    }

    private static <A> void addLayerNorm(List<KernelCall<A>> all, int count, int rows, int cols) {
        all.add(new Builder<A>("layerNorm")
                .slot("x", Role.READ, count, rows, cols)
                .slot("gamma", Role.READ, 1, 1, cols)
                .slot("beta", Role.READ, 1, 1, cols)
                .slot("y", Role.OVERWRITTEN, count, rows, cols)
                .slot("mean", Role.OVERWRITTEN, 1, 1, count * rows)
                .slot("rstd", Role.OVERWRITTEN, 1, 1, count * rows)
                .inPlace("y=x")
                .build((k, m) -> k.layerNorm(m.get(0), m.get(1), m.get(2), 1e-5, m.get(3), m.get(4), m.get(5))));
        all.add(new Builder<A>("layerNormBackward")
                .slot("x", Role.READ, count, rows, cols)
                .slot("gamma", Role.READ, 1, 1, cols)
                .slot("mean", Role.READ, 1, 1, count * rows)
                .slot("rstd", Role.READ, 1, 1, count * rows)
                .slot("dy", Role.READ, count, rows, cols)
                .slot("dx", Role.OVERWRITTEN, count, rows, cols)
                .slot("dGamma", Role.UPDATED, 1, 1, cols)
                .slot("dBeta", Role.UPDATED, 1, 1, cols)
                .inPlace("dx=dy")
                .build((k, m) -> k.layerNormBackward(
                        m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), m.get(6), m.get(7))));
    }

    private static <A> void addActivations(List<KernelCall<A>> all, int count, int rows, int cols) {
        all.add(new Builder<A>("relu")
                .slot("x", Role.READ, count, rows, cols)
                .slot("y", Role.OVERWRITTEN, count, rows, cols)
                .inPlace("y=x")
                .build((k, m) -> k.relu(m.get(0), m.get(1))));
        all.add(new Builder<A>("reluBackward")
                .slot("x", Role.READ, count, rows, cols)
                .slot("dy", Role.READ, count, rows, cols)
                .slot("dx", Role.OVERWRITTEN, count, rows, cols)
                .inPlace("dx=x", "dx=dy")
                .build((k, m) -> k.reluBackward(m.get(0), m.get(1), m.get(2))));
        for (Gelu form : Gelu.values()) {
            all.add(new Builder<A>("gelu " + form)
                    .slot("x", Role.READ, count, rows, cols)
                    .slot("y", Role.OVERWRITTEN, count, rows, cols)
                    .inPlace("y=x")
                    .build((k, m) -> k.gelu(form, m.get(0), m.get(1))));
            all.add(new Builder<A>("geluBackward " + form)
                    .slot("x", Role.READ, count, rows, cols)
                    .slot("dy", Role.READ, count, rows, cols)
                    .slot("dx", Role.OVERWRITTEN, count, rows, cols)
                    .inPlace("dx=x", "dx=dy")
                    .build((k, m) -> k.geluBackward(form, m.get(0), m.get(1), m.get(2))));
        }
    }

    /** Four heads that share two heads of keys, with a cap, a window and a bias for each; one key more than queries. */
    private static <A> void addAttentionWithBias(List<KernelCall<A>> all, int count, int rows, int cols) {
        AttentionHeads heads =
                new AttentionHeads(4, 0.5).withKeyHeads(2).withSoftCap(2).withWindow(3);
        all.add(new Builder<A>("attention with bias")
                .slot("bias", Role.READ, 4, rows, rows + 1)
                .slot("q", Role.READ, count, rows, 2 * cols)
                .slot("k", Role.READ, count, rows + 1, cols)
                .slot("v", Role.READ, count, rows + 1, cols)
                .slot("out", Role.OVERWRITTEN, count, rows, 2 * cols)
                .slot("logSumExp", Role.OVERWRITTEN, count, 4, rows)
                .build((k, m) ->
                        k.attention(heads, Optional.of(m.get(0)), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5))));
        all.add(new Builder<A>("attentionBackward with bias")
                .slot("bias", Role.READ, 4, rows, rows + 1)
                .slot("q", Role.READ, count, rows, 2 * cols)
                .slot("k", Role.READ, count, rows + 1, cols)
                .slot("v", Role.READ, count, rows + 1, cols)
                .slot("out", Role.READ, count, rows, 2 * cols)
                .slot("logSumExp", Role.READ, count, 4, rows)
                .slot("dOut", Role.READ, count, rows, 2 * cols)
                .slot("dq", Role.OVERWRITTEN, count, rows, 2 * cols)
                .slot("dk", Role.OVERWRITTEN, count, rows + 1, cols)
                .slot("dv", Role.OVERWRITTEN, count, rows + 1, cols)
                .build((k, m) -> k.attentionBackward(
                        heads,
                        Optional.of(m.get(0)),
                        m.get(1),
                        m.get(2),
                        m.get(3),
                        m.get(4),
                        m.get(5),
                        m.get(6),
                        m.get(7),
                        m.get(8),
                        m.get(9))));
    }

    /** Two heads; one key more than queries. */
    private static <A> void addAttention(List<KernelCall<A>> all, int count, int rows, int cols) {
        AttentionHeads heads = new AttentionHeads(2, 0.5);
        all.add(new Builder<A>("attention")
                .slot("q", Role.READ, count, rows, cols)
                .slot("k", Role.READ, count, rows + 1, cols)
                .slot("v", Role.READ, count, rows + 1, cols)
                .slot("out", Role.OVERWRITTEN, count, rows, cols)
                .slot("logSumExp", Role.OVERWRITTEN, count, 2, rows)
                .build((k, m) -> k.attention(heads, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4))));
        all.add(new Builder<A>("attentionBackward")
                .slot("q", Role.READ, count, rows, cols)
                .slot("k", Role.READ, count, rows + 1, cols)
                .slot("v", Role.READ, count, rows + 1, cols)
                .slot("out", Role.READ, count, rows, cols)
                .slot("logSumExp", Role.READ, count, 2, rows)
                .slot("dOut", Role.READ, count, rows, cols)
                .slot("dq", Role.OVERWRITTEN, count, rows, cols)
                .slot("dk", Role.OVERWRITTEN, count, rows + 1, cols)
                .slot("dv", Role.OVERWRITTEN, count, rows + 1, cols)
                .build((k, m) -> k.attentionBackward(
                        heads, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), m.get(6), m.get(7),
                        m.get(8))));
    }

    /** Gathers the operands of one kernel. */
    static final class Builder<A> {
        private final String name;
        private final List<Slot> slots = new ArrayList<>();
        private Set<String> inPlace = Set.of();
        private Set<String> free = Set.of();

        Builder(String name) {
            this.name = name;
        }

        Builder<A> slot(String slot, Role role, int count, int rows, int cols) {
            slots.add(new Slot(slot, role, count, rows, cols));
            return this;
        }

        Builder<A> inPlace(String... pairs) {
            inPlace = Set.of(pairs);
            return this;
        }

        Builder<A> free(String... dimensions) {
            free = Set.of(dimensions);
            return this;
        }

        KernelCall<A> build(Body<A> body) {
            return new KernelCall<>(name, List.copyOf(slots), inPlace, free, body);
        }
    }
}
