package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.ProductKernels;
import org.icl4j.kernels.RecurrentKernels;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * {@link RecurrentKernels} on vectors: a step is a product of a few batch entries with weights packed once a call, and a pass
 * over their rows ({@link GruStep} for that of the GRU). Threads share the batch; the gradients of the weights are products over
 * all its positions ({@link PositionProducts}).
 */
final class VectorRecurrences implements RecurrentKernels<float[]> {
    /** Batch entries that one task takes are a multiple of it, the rows of {@link StepWeights}' tall tile. */
    private static final int ENTRIES = 4;

    private final WorkerPool workers;
    private final Scratch scratch;
    private final ProductKernels<float[]> products;

    VectorRecurrences(WorkerPool workers, Scratch scratch, ProductKernels<float[]> products) {
        this.workers = workers;
        this.scratch = scratch;
        this.products = products;
    }

    /** Calls {@code body} with the first of some batch entries and their number, until all have had their turn. */
    private void forEachGroup(int batch, RowTasks.Part body) {
        int entries = Math.ceilDiv(Math.ceilDiv(batch, workers.threads()), ENTRIES) * ENTRIES;
        new RowTasks(workers).split(batch, entries, body);
    }

    private void withPacked(Matrix<float[]> weights, Consumer<StepWeights> body) {
        scratch.lend(
                StepWeights.length(weights.rows(), weights.cols()),
                packed -> body.accept(StepWeights.pack(weights, packed)));
    }

    @Override
    public void rnn(Matrix<float[]> recurrent, Matrix<float[]> initial, Matrix<float[]> pre, Matrix<float[]> h) {
        withPacked(
                recurrent.transposed(),
                weights -> forEachGroup(h.count(), (first, entries) -> {
                    for (int t = 0; t < h.rows(); t++) {
                        copyRows(pre, h, t, first, entries);
                        addContribution(
                                weights, initial, h, t, first, entries, h.array(), h.index(first, t, 0), h.stride());
                        for (int b = first; b < first + entries; b++) {
                            tanh(h.array(), h.index(b, t, 0), h.cols());
                        }
                    }
                }));
    }

    private static void copyRows(Matrix<float[]> from, Matrix<float[]> to, int t, int first, int entries) {
        for (int b = first; b < first + entries; b++) {
            System.arraycopy(from.array(), from.index(b, t, 0), to.array(), to.index(b, t, 0), to.cols());
        }
    }

    /** y += h[t − 1]·W. */
    private static void addContribution(
            StepWeights weights,
            Matrix<float[]> initial,
            Matrix<float[]> h,
            int t,
            int first,
            int entries,
            float[] y,
            int yAt,
            int yStep) {
        Matrix<float[]> before = t == 0 ? initial : h;
        int row = Math.max(0, t - 1);
        weights.addProduct(entries, before.array(), before.index(first, row, 0), before.stride(), y, yAt, yStep);
    }

    private static void tanh(float[] x, int at, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            Hyperbolic.tanh(fromArray(SPECIES, x, at + i, mask)).intoArray(x, at + i, mask);
        }
    }

    @Override
    public void rnnBackward(
            Matrix<float[]> recurrent,
            Matrix<float[]> initial,
            Matrix<float[]> h,
            Matrix<float[]> dH,
            Matrix<float[]> dPre,
            Matrix<float[]> dRecurrent,
            Matrix<float[]> dInitial) {
        int n = h.cols();
        withPacked(
                recurrent,
                weights -> forEachGroup(
                        h.count(),
                        (first, entries) -> scratch.lend(Math.multiplyExact(entries, n), later -> {
                            Arrays.fill(later, 0, entries * n, 0);
                            for (int t = h.rows() - 1; t >= 0; t--) {
                                for (int b = first; b < first + entries; b++) {
                                    rnnSlope(later, (b - first) * n, h, dH, dPre, b, t);
                                }
                                Arrays.fill(later, 0, entries * n, 0);
                                weights.addProduct(
                                        entries, dPre.array(), dPre.index(first, t, 0), dPre.stride(), later, 0, n);
                            }
                            storeRows(later, dInitial, first, entries);
                        })));
        PositionProducts.Row row =
                (b, t, to, at) -> System.arraycopy(dPre.array(), dPre.index(b, t, 0), to, at, dPre.cols());
        new PositionProducts(initial, h, row).addTo(dRecurrent, products, scratch);
    }

    /** dPre[t] ← (dH[t] + later)∘(1 − h[t]²). */
    private static void rnnSlope(
            float[] later, int laterAt, Matrix<float[]> h, Matrix<float[]> dH, Matrix<float[]> dPre, int b, int t) {
        int n = h.cols();
        int hAt = h.index(b, t, 0);
        int dHAt = dH.index(b, t, 0);
        int dPreAt = dPre.index(b, t, 0);
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector g =
                    fromArray(SPECIES, dH.array(), dHAt + i, mask).add(fromArray(SPECIES, later, laterAt + i, mask));
            FloatVector slope = Hyperbolic.tanhSlope(fromArray(SPECIES, h.array(), hAt + i, mask));
            g.mul(slope).intoArray(dPre.array(), dPreAt + i, mask);
        }
    }

    private static void storeRows(float[] rows, Matrix<float[]> dInitial, int first, int entries) {
        int n = dInitial.cols();
        for (int b = first; b < first + entries; b++) {
            System.arraycopy(rows, (b - first) * n, dInitial.array(), dInitial.index(b, 0, 0), n);
        }
    }

    @Override
    public void gru(
            Matrix<float[]> recurrent,
            Matrix<float[]> bias,
            Matrix<float[]> initial,
            Matrix<float[]> pre,
            Matrix<float[]> gates,
            Matrix<float[]> h) {
        int n = h.cols();
        withPacked(
                recurrent.transposed(),
                weights -> forEachGroup(h.count(), (first, entries) -> {
                    for (int t = 0; t < h.rows(); t++) {
                        for (int b = first; b < first + entries; b++) {
                            System.arraycopy(bias.array(), bias.offset(), gates.array(), gates.index(b, t, 0), 3 * n);
                        }
                        addContribution(
                                weights,
                                initial,
                                h,
                                t,
                                first,
                                entries,
                                gates.array(),
                                gates.index(first, t, 0),
                                gates.stride());
                        for (int b = first; b < first + entries; b++) {
                            GruStep.forward(initial, pre, gates, h, b, t);
                        }
                    }
                }));
    }

    @Override
    public void gruBackward(
            Matrix<float[]> recurrent,
            Matrix<float[]> initial,
            Matrix<float[]> gates,
            Matrix<float[]> h,
            Matrix<float[]> dH,
            Matrix<float[]> dPre,
            Matrix<float[]> dRecurrent,
            Matrix<float[]> dBias,
            Matrix<float[]> dInitial) {
        int n = h.cols();
        withPacked(
                recurrent,
                weights -> forEachGroup(
                        h.count(),
                        (first, entries) -> scratch.lend(Math.multiplyExact(entries, 4 * n), rows -> {
                            int dU = entries * n;
                            Arrays.fill(rows, 0, dU, 0);
                            for (int t = h.rows() - 1; t >= 0; t--) {
                                for (int b = first; b < first + entries; b++) {
                                    int entry = b - first;
                                    GruStep.backward(
                                            rows, entry * n, dU + entry * 3 * n, initial, gates, h, dH, dPre, b, t);
                                }
                                weights.addProduct(entries, rows, dU, 3 * n, rows, 0, n);
                            }
                            storeRows(rows, dInitial, first, entries);
                        })));
        PositionProducts.Row row = (b, t, to, at) -> GruStep.contributionGradient(dPre, gates, b, t, to, at, dBias);
        new PositionProducts(initial, h, row).addTo(dRecurrent, products, scratch);
    }
}
