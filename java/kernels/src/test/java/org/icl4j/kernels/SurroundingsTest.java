package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.icl4j.kernels.KernelCall.Slot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The vector provider's promise that a result has the same bits whatever stands around it: other entries, other heads, other queries. */
@ExtendWith(CaseReport.class)
class SurroundingsTest {
    private static final int BATCH = 5;
    private static final int KEYS = 150;

    private final Tested<float[]> vector = Tested.vector();
    private final RandomGenerator random = TestSeed.random("surroundings");

    private Operand<float[]> gaussians(int count, int rows, int cols) {
        return Operand.batch(Precision.F32, count, rows, cols, random::nextGaussian);
    }

    private static void assertSame(Matrix<float[]> expected, Matrix<float[]> actual, String what) {
        assertEquals(expected.shape(), actual.shape(), what);
        for (int b = 0; b < expected.count(); b++) {
            for (int i = 0; i < expected.rows(); i++) {
                for (int j = 0; j < expected.cols(); j++) {
                    assertEquals(
                            expected.array()[expected.index(b, i, j)],
                            actual.array()[actual.index(b, i, j)],
                            what + " [" + b + ", " + i + ", " + j + "], " + TestSeed.hint());
                }
            }
        }
    }

    /** An entry of a batch alone, for every kernel whose outputs each belong to one entry. */
    @Test
    void entriesOfABatch() {
        Set<String> kinds = new HashSet<>();
        try (Kernels<float[]> kernels = vector.open(2)) {
            int rows = random.nextInt(6, 40);
            int cols = 2 * random.nextInt(22, 40);
            for (KernelCall<float[]> call : KernelCall.<float[]>all(BATCH, rows, cols)) {
                // Cross-entropy's targets are no operand.
                if (!call.name().startsWith("crossEntropy")) {
                    entries(kernels, call, BATCH * rows, kinds);
                }
            }
        }
        assertTrue(kinds.size() > 30, "compared only " + kinds);
    }

    private void entries(Kernels<float[]> kernels, KernelCall<float[]> call, int allRows, Set<String> kinds) {
        List<Operand<float[]>> whole = new ArrayList<>();
        List<Operand<float[]>> before = new ArrayList<>();
        for (Slot slot : call.slots()) {
            whole.add(gaussians(slot.count(), slot.rows(), slot.cols()));
            before.add(whole.getLast().copy());
        }
        call.body().run(kernels, whole.stream().map(operand -> operand.view).toList());
        int b = random.nextInt(BATCH);
        List<Matrix<float[]>> alone = before.stream()
                .map(operand -> entry(operand.copy().view, b, allRows))
                .toList();
        call.body().run(kernels, alone);
        for (int i = 0; i < alone.size(); i++) {
            Matrix<float[]> all = whole.get(i).view;
            Matrix<float[]> part = entry(all, b, allRows);
            if (call.slots().get(i).isOutput() && part != all) {
                assertSame(part, alone.get(i), call + " " + call.slots().get(i).name() + " of entry " + b);
                kinds.add(call.name());
                vector.count(1);
            }
        }
    }

    /** What belongs to entry b: its matrix, its row, its numbers; or all where the entries share it. */
    private static Matrix<float[]> entry(Matrix<float[]> m, int b, int allRows) {
        if (m.count() == BATCH) {
            return m.at(b);
        }
        if (m.count() == 1 && m.rows() == BATCH) {
            return m.rows(b, b + 1);
        }
        int each = m.cols() / BATCH;
        return m.rows() == 1 && (m.cols() == allRows || m.cols() == BATCH) ? m.columns(b * each, (b + 1) * each) : m;
    }

    /** A query of attention in the whole of it, in a part of its rows, and in its head alone. */
    @Test
    void queriesOfAttention() {
        try (Kernels<float[]> kernels = vector.open(2)) {
            for (int round = 0; round < 40; round++) {
                int nKeys = random.nextInt(1, KEYS);
                int nQueries = random.nextInt(1, nKeys + 1);
                int dHead = random.nextInt(1, 70);
                AttentionHeads heads = AttentionHeads.scaled(6, dHead).withKeyHeads(3);
                heads = random.nextBoolean() ? heads : heads.withSoftCap(2);
                heads = random.nextBoolean() ? heads : heads.withWindow(random.nextInt(1, KEYS));
                Forward whole = new Forward(heads, nQueries, nKeys, dHead);
                whole.run(kernels);
                whole.someQueries(kernels);
                whole.oneHead(kernels);
                vector.count(2);
            }
        }
    }

    /** The operands of attention with a bias for each head. */
    private final class Forward {
        private final AttentionHeads heads;
        private final int dHead;
        private final Matrix<float[]> bias;
        private final Matrix<float[]> q;
        private final Matrix<float[]> k;
        private final Matrix<float[]> v;
        private final Matrix<float[]> out;
        private final Matrix<float[]> logSumExp;

        Forward(AttentionHeads heads, int nQueries, int nKeys, int dHead) {
            this.heads = heads;
            this.dHead = dHead;
            bias = AttentionKernelsCase.bias(Precision.F32, heads.nHeads(), nQueries, nKeys, random).view;
            q = gaussians(2, nQueries, heads.nHeads() * dHead).view;
            k = gaussians(2, nKeys, heads.nKeyHeads() * dHead).view;
            v = gaussians(2, nKeys, heads.nKeyHeads() * dHead).view;
            out = gaussians(2, nQueries, heads.nHeads() * dHead).view;
            logSumExp = gaussians(2, heads.nHeads(), nQueries).view;
        }

        void run(Kernels<float[]> kernels) {
            kernels.attention(heads, Optional.of(bias), q, k, v, out, logSumExp);
        }

        /** Queries from..to against the keys that the last of them sees. */
        void someQueries(Kernels<float[]> kernels) {
            int from = random.nextInt(q.rows());
            int to = random.nextInt(from, q.rows()) + 1;
            int keys = k.rows() - q.rows() + to;
            Matrix<float[]> part = gaussians(2, to - from, q.cols()).view;
            Matrix<float[]> partSums = gaussians(2, heads.nHeads(), to - from).view;
            kernels.attention(
                    heads,
                    Optional.of(bias.rows(from, to).columns(0, keys)),
                    q.rows(from, to),
                    k.rows(0, keys),
                    v.rows(0, keys),
                    part,
                    partSums);
            String what = heads + " queries " + from + " to " + to + " of " + q.shape() + ", keys of " + k.shape();
            assertSame(out.rows(from, to), part, what);
            assertSame(logSumExp.columns(from, to), partSums, what + " logSumExp");
        }

        /** One head of one entry. */
        void oneHead(Kernels<float[]> kernels) {
            int b = random.nextInt(2);
            int h = random.nextInt(heads.nHeads());
            int column = h * dHead;
            int keyColumn = h / heads.groupSize() * dHead;
            Matrix<float[]> part = gaussians(1, q.rows(), dHead).view;
            Matrix<float[]> partSums = gaussians(1, 1, q.rows()).view;
            kernels.attention(
                    new AttentionHeads(1, 1, heads.scale(), heads.softCap(), heads.window()),
                    Optional.of(bias.at(h)),
                    q.at(b).columns(column, column + dHead),
                    k.at(b).columns(keyColumn, keyColumn + dHead),
                    v.at(b).columns(keyColumn, keyColumn + dHead),
                    part,
                    partSums);
            String what = heads + " head " + h + " of " + q.shape() + ", keys of " + k.shape();
            assertSame(out.at(b).columns(column, column + dHead), part, what);
            assertSame(logSumExp.at(b).rows(h, h + 1), partSums, what + " logSumExp");
        }
    }
}
