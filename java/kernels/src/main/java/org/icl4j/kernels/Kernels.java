package org.icl4j.kernels;

/**
 * The numeric kernels of small transformers, on heap arrays, in one precision.
 *
 * <pre>{@code
 * try (Kernels<float[]> kernels = Kernels.open(Precision.F32, KernelOptions.defaults().threads(2))) {
 *     kernels.gemm(1, Matrix.of(a, m, k), Matrix.of(b, k, n), 0, Matrix.of(c, m, n));
 * }
 * }</pre>
 *
 * <p>The kernels stand in small interfaces by kind of work; this is their sum. Every
 * implementation is held by the same tests to the specification, the provider {@code scalar}: plain
 * loops with double accumulation.
 *
 * <p><b>Legend</b> of the shapes: B batch, T position, C = dModel, H heads, D = dHead.
 *
 * <p><b>Checks.</b> Shapes, precision and overlap are checked before anything is written; a
 * violation is an {@link IllegalArgumentException} that carries the numbers. Unless a kernel says
 * otherwise, an output must not share elements with an input or another output, and inputs are not
 * modified.
 *
 * <p><b>Special values.</b> NaN in gives NaN out wherever the element enters the result. Nothing is
 * flushed to zero unless a kernel says so.
 *
 * <p><b>Determinism.</b> The providers {@code scalar} and {@code vector} give the same bits
 * whatever the number of threads, and element (i, j) of a product the same bits whatever the rows,
 * columns and batch around it. {@code openblas} promises an error bound for its products only.
 *
 * <p><b>Allocation.</b> Once the JVM has compiled it, a call of {@code vector} makes at most 1 KiB of small objects, whatever
 * the size of its operands; working arrays are kept from call to call. {@link #pack} makes a matrix. In some
 * processes attention boxes a few vectors more, some hundred bytes for each head.
 *
 * <p><b>Threads.</b> Any number of threads may share one instance. {@link #close} ends the
 * instance's own threads; a call after it is an {@link IllegalStateException}.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Kernels<A>
        extends ProductKernels<A>,
                RowKernels<A>,
                ActivationKernels<A>,
                AttentionKernels<A>,
                OptimizerKernels<A>,
                GateKernels<A>,
                PositionKernels<A>,
                LinearAttentionKernels<A>,
                RecurrentKernels<A>,
                StateSpaceKernels<A>,
                ReductionKernels<A>,
                LossKernels<A>,
                AutoCloseable {

    /**
     * Opens the provider that {@code options} name, else the one that {@code -Dicl4j.provider} names, else the best
     * of this machine.
     *
     * <p>Each provider passed over is logged once, as a warning that names the reason and the cure;
     * the one chosen is logged in one line. {@link KernelLookup} holds the order.
     *
     * @throws KernelUnavailableException if a provider was named and cannot run here
     */
    static <A> Kernels<A> open(Precision<A> precision, KernelOptions options) {
        return KernelLookup.open(precision, options);
    }

    /** The storage type of every operand. */
    Precision<A> precision();

    /** What runs, and why. */
    KernelsInfo info();

    /** Ends the threads and gives back native memory. Closing twice has no further effect. */
    @Override
    void close();
}
