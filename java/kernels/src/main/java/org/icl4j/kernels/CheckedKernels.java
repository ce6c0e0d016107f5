package org.icl4j.kernels;

import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** The front of every provider: checks the arguments once, then hands them to the parts. */
final class CheckedKernels<A> extends CheckedLosses<A> implements Kernels<A> {
    CheckedKernels(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }
}
