package org.icl4j.kernels;

import java.util.Objects;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link ActivationKernels}. */
abstract class CheckedActivations<A> extends CheckedRows<A> implements ActivationKernels<A> {
    CheckedActivations(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void relu(Matrix<A> x, Matrix<A> y) {
        beginRowMajor("relu", x, y);
        requireElementwise("relu", x, "y", y);
        if (!y.isEmpty()) {
            parts.activations().relu(x, y);
        }
    }

    @Override
    public void reluBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        beginRowMajor("reluBackward", x, dy, dx);
        requireElementwise("reluBackward", x, "dx", dx);
        requireElementwise("reluBackward", dy, "dx", dx);
        if (!dx.isEmpty()) {
            parts.activations().reluBackward(x, dy, dx);
        }
    }

    @Override
    public void gelu(Gelu form, Matrix<A> x, Matrix<A> y) {
        Objects.requireNonNull(form, "form");
        beginRowMajor("gelu", x, y);
        requireElementwise("gelu", x, "y", y);
        if (!y.isEmpty()) {
            parts.activations().gelu(form, x, y);
        }
    }

    @Override
    public void geluBackward(Gelu form, Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        Objects.requireNonNull(form, "form");
        beginRowMajor("geluBackward", x, dy, dx);
        requireElementwise("geluBackward", x, "dx", dx);
        requireElementwise("geluBackward", dy, "dx", dx);
        if (!dx.isEmpty()) {
            parts.activations().geluBackward(form, x, dy, dx);
        }
    }
}
