package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import java.util.function.Consumer;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.SelectiveScan;
import org.icl4j.kernels.StateSpaceKernels;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * {@link StateSpaceKernels} on vectors: the diagonal scan a row at a time, the selective one a vector of channels at a time
 * ({@link SelectiveChannels}). Threads share the batch and the columns; what is summed over the batch is summed by entry first.
 */
final class VectorStateSpaces implements StateSpaceKernels<float[]> {
    /** Columns of the diagonal scan that one task takes: three rows of them stay in the first-level cache. */
    private static final int TASK_COLUMNS = 1024;

    private final WorkerPool workers;
    private final Scratch scratch;

    VectorStateSpaces(WorkerPool workers, Scratch scratch) {
        this.workers = workers;
        this.scratch = scratch;
    }

    @Override
    public void diagonalScan(Matrix<float[]> a, Matrix<float[]> initial, Matrix<float[]> x, Matrix<float[]> h) {
        forEachStripe(h, (b, from, n) -> {
            for (int t = 0; t < h.rows(); t++) {
                Matrix<float[]> before = t == 0 ? initial : h;
                multiplyAdd(
                        a.array(),
                        a.index(0, 0, from),
                        before.array(),
                        before.index(b, Math.max(0, t - 1), from),
                        x.array(),
                        x.index(b, t, from),
                        h.array(),
                        h.index(b, t, from),
                        n);
            }
        });
    }

    private void forEachStripe(Matrix<float[]> m, Stripe body) {
        int stripes = Math.ceilDiv(m.cols(), TASK_COLUMNS);
        workers.run(m.count() * stripes, task -> {
            int from = task % stripes * TASK_COLUMNS;
            body.accept(task / stripes, from, Math.min(TASK_COLUMNS, m.cols() - from));
        });
    }

    /** What to do with {@code n} columns from {@code from} on of batch entry {@code b}. */
    @FunctionalInterface
    private interface Stripe {
        void accept(int b, int from, int n);
    }

    /** z ← a∘x + y. */
    private static void multiplyAdd(
            float[] a, int aAt, float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            fromArray(SPECIES, a, aAt + i)
                    .fma(fromArray(SPECIES, x, xAt + i), fromArray(SPECIES, y, yAt + i))
                    .intoArray(z, zAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            fromArray(SPECIES, a, aAt + i, mask)
                    .fma(fromArray(SPECIES, x, xAt + i, mask), fromArray(SPECIES, y, yAt + i, mask))
                    .intoArray(z, zAt + i, mask);
        }
    }

    @Override
    public void diagonalScanBackward(
            Matrix<float[]> a,
            Matrix<float[]> initial,
            Matrix<float[]> h,
            Matrix<float[]> dH,
            Matrix<float[]> dX,
            Matrix<float[]> dA,
            Matrix<float[]> dInitial) {
        int n = h.cols();
        scratch.lend(Math.multiplyExact(h.count(), n), shares -> {
            forEachStripe(h, (b, from, width) -> {
                Arrays.fill(shares, b * n + from, b * n + from + width, 0);
                for (int t = h.rows() - 1; t >= 0; t--) {
                    gradientRow(a, dH, dX, b, t, from, width);
                    Matrix<float[]> before = t == 0 ? initial : h;
                    int beforeAt = before.index(b, Math.max(0, t - 1), from);
                    int share = b * n + from;
                    multiplyAdd(
                            dX.array(),
                            dX.index(b, t, from),
                            before.array(),
                            beforeAt,
                            shares,
                            share,
                            shares,
                            share,
                            width);
                }
                initialGradient(a, dX, dInitial, b, from, width);
            });
            addShares(shares, 0, n, h.count(), dA.array(), dA.offset(), n);
        });
    }

    /** dX[t] ← dH[t] + a∘dX[t + 1]. */
    private static void gradientRow(
            Matrix<float[]> a, Matrix<float[]> dH, Matrix<float[]> dX, int b, int t, int from, int n) {
        int to = dX.index(b, t, from);
        if (t == dX.rows() - 1) {
            System.arraycopy(dH.array(), dH.index(b, t, from), dX.array(), to, n);
        } else {
            multiplyAdd(
                    a.array(),
                    a.index(0, 0, from),
                    dX.array(),
                    dX.index(b, t + 1, from),
                    dH.array(),
                    dH.index(b, t, from),
                    dX.array(),
                    to,
                    n);
        }
    }

    private static void initialGradient(
            Matrix<float[]> a, Matrix<float[]> dX, Matrix<float[]> dInitial, int b, int from, int n) {
        int to = dInitial.index(b, 0, from);
        Arrays.fill(dInitial.array(), to, to + n, 0);
        if (dX.rows() > 0) {
            multiplyAdd(
                    a.array(),
                    a.index(0, 0, from),
                    dX.array(),
                    dX.index(b, 0, from),
                    dInitial.array(),
                    to,
                    dInitial.array(),
                    to,
                    n);
        }
    }

    /** to += Σ_b of {@code count} rows of shares, {@code step} apart, in ascending b. */
    private static void addShares(float[] shares, int at, int step, int count, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i++) {
            float sum = 0;
            for (int b = 0; b < count; b++) {
                sum += shares[at + b * step + i];
            }
            to[toAt + i] += sum;
        }
    }

    @Override
    public void selectiveScan(SelectiveScan<float[]> in, Matrix<float[]> y, Matrix<float[]> last) {
        int blocks = Math.ceilDiv(y.cols(), LENGTH);
        withRates(
                in,
                channels -> workers.run(y.count() * blocks, task -> {
                    float[] states = scratch.take(channels.scratchLength());
                    try {
                        channels.forward(task / blocks, task % blocks * LENGTH, y, last, states);
                    } finally {
                        scratch.giveBack(states);
                    }
                }));
    }

    /** Lends the channels with the decay rates as they want them: [N, D], D in whole vectors. */
    private void withRates(SelectiveScan<float[]> in, Consumer<SelectiveChannels> body) {
        int ld = Lanes.padded(in.a().rows());
        scratch.lend(Math.multiplyExact(in.a().cols(), ld), rates -> {
            transpose(in.a(), rates, ld);
            body.accept(new SelectiveChannels(in, rates));
        });
    }

    /** to[n, d] = a[d, n], rows {@code ld} apart, filled up with zeros. */
    private static void transpose(Matrix<float[]> a, float[] to, int ld) {
        for (int n = 0; n < a.cols(); n++) {
            Arrays.fill(to, n * ld + a.rows(), (n + 1) * ld, 0);
            for (int d = 0; d < a.rows(); d++) {
                to[n * ld + d] = a.array()[a.index(0, d, n)];
            }
        }
    }

    @Override
    public void selectiveScanBackward(
            SelectiveScan<float[]> in, Matrix<float[]> dY, Matrix<float[]> dLast, SelectiveScan<float[]> gradients) {
        int batch = dY.count();
        int nStates = in.a().cols();
        int ld = Lanes.padded(dY.cols());
        int share = Math.multiplyExact(nStates + 1, ld);
        withRates(
                in,
                channels -> scratch.lend(Math.multiplyExact(batch, share), shares -> {
                    workers.run(batch, b -> entryGradients(channels, b, dY, dLast, gradients, shares, b * share));
                    addShares(
                            shares,
                            0,
                            share,
                            batch,
                            gradients.skip().array(),
                            gradients.skip().offset(),
                            dY.cols());
                    addRateShares(shares, ld, share, batch, gradients.a());
                }));
    }

    /** The gradients of one batch entry, and its shares in those that all entries share. */
    private void entryGradients(
            SelectiveChannels channels,
            int b,
            Matrix<float[]> dY,
            Matrix<float[]> dLast,
            SelectiveScan<float[]> gradients,
            float[] shares,
            int share) {
        float[] working = scratch.take(channels.backwardScratchLength());
        try {
            channels.clearSums(working);
            for (int first = 0; first < dY.cols(); first += LENGTH) {
                channels.backward(b, first, dY, dLast, gradients, working, shares, share + first);
            }
            SelectiveChannels.storeSums(working, gradients.b(), gradients.c(), b);
        } finally {
            scratch.giveBack(working);
        }
    }

    /** dA += Σ_b of the shares behind those in the gradient of the by-pass. */
    private static void addRateShares(float[] shares, int ld, int share, int batch, Matrix<float[]> dA) {
        for (int d = 0; d < dA.rows(); d++) {
            for (int n = 0; n < dA.cols(); n++) {
                addShares(shares, (n + 1) * ld + d, share, batch, dA.array(), dA.index(0, d, n), 1);
            }
        }
    }
}
