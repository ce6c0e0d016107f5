package org.icl4j.kernels.scalar;

import java.util.Optional;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.provider.EpilogueSteps;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.KernelProvider;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * The specification: plain loops, every intermediate value in double, one rounding when a result is
 * stored. It runs everywhere, on one thread, and gives the same bits everywhere ({@link
 * StrictMath}).
 */
public final class ScalarProvider implements KernelProvider {
    @Override
    public <A> KernelParts<A> open(Precision<A> precision, WorkerPool workers) {
        Elements<A> elements = new Elements<>(precision);
        ScalarRows<A> rows = new ScalarRows<>(elements);
        ScalarActivations<A> activations = new ScalarActivations<>(elements);
        return new KernelParts<>(
                new ScalarProducts<>(precision, new EpilogueSteps<>(precision, rows, activations)),
                rows,
                activations,
                new ScalarAttention<>(elements),
                new ScalarOptimizers<>(elements),
                new ScalarGates<>(elements),
                new ScalarPositions<>(elements),
                new ScalarLinearAttention<>(elements),
                new ScalarRecurrences<>(elements),
                new ScalarStateSpaces<>(elements),
                new ScalarReductions<>(elements),
                new ScalarLosses<>(elements),
                0,
                false,
                1,
                Optional.empty(),
                () -> {});
    }
}
