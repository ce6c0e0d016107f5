package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireDisjoint;

import java.util.Objects;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link GateKernels}. */
abstract class CheckedGates<A> extends CheckedOptimizers<A> implements GateKernels<A> {
    CheckedGates(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void exp(Matrix<A> x, Matrix<A> y) {
        if (isWork("exp", x, "y", y)) {
            parts.gates().exp(x, y);
        }
    }

    @Override
    public void tanh(Matrix<A> x, Matrix<A> y) {
        if (isWork("tanh", x, "y", y)) {
            parts.gates().tanh(x, y);
        }
    }

    @Override
    public void tanhBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx) {
        if (isWork("tanhBackward", y, dy, "dx", dx)) {
            parts.gates().tanhBackward(y, dy, dx);
        }
    }

    @Override
    public void sigmoid(Matrix<A> x, Matrix<A> y) {
        if (isWork("sigmoid", x, "y", y)) {
            parts.gates().sigmoid(x, y);
        }
    }

    @Override
    public void sigmoidBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx) {
        if (isWork("sigmoidBackward", y, dy, "dx", dx)) {
            parts.gates().sigmoidBackward(y, dy, dx);
        }
    }

    @Override
    public void silu(Matrix<A> x, Matrix<A> y) {
        if (isWork("silu", x, "y", y)) {
            parts.gates().silu(x, y);
        }
    }

    @Override
    public void siluBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        if (isWork("siluBackward", x, dy, "dx", dx)) {
            parts.gates().siluBackward(x, dy, dx);
        }
    }

    @Override
    public void softplus(Matrix<A> x, Matrix<A> y) {
        if (isWork("softplus", x, "y", y)) {
            parts.gates().softplus(x, y);
        }
    }

    @Override
    public void softplusBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        if (isWork("softplusBackward", x, dy, "dx", dx)) {
            parts.gates().softplusBackward(x, dy, dx);
        }
    }

    @Override
    public void gate(Gate form, Matrix<A> x, Matrix<A> g, Matrix<A> y) {
        Objects.requireNonNull(form, "form");
        if (isWork("gate", x, g, "y", y)) {
            parts.gates().gate(form, x, g, y);
        }
    }

    @Override
    public void gateBackward(Gate form, Matrix<A> x, Matrix<A> g, Matrix<A> dy, Matrix<A> dx, Matrix<A> dg) {
        Objects.requireNonNull(form, "form");
        boolean work = isWork("gateBackward", x, dy, "dx", dx);
        requireElementwise("gateBackward", g, "dx", dx);
        isWork("gateBackward", x, g, "dg", dg);
        requireElementwise("gateBackward", dy, "dg", dg);
        requireDisjoint("gateBackward", "dg", dg, "dx", dx);
        if (work) {
            parts.gates().gateBackward(form, x, g, dy, dx, dg);
        }
    }

    @Override
    public void add(Matrix<A> x, Matrix<A> z, Matrix<A> y) {
        if (isWork("add", x, z, "y", y)) {
            parts.gates().add(x, z, y);
        }
    }

    /** Checks a kernel with one input; whether there is an element. */
    private boolean isWork(String kernel, Matrix<A> in, String outName, Matrix<A> out) {
        return isWork(kernel, in, in, outName, out);
    }

    /** Checks a kernel with two inputs; whether there is an element. */
    private boolean isWork(String kernel, Matrix<A> first, Matrix<A> second, String outName, Matrix<A> out) {
        beginRowMajor(kernel, first, second, out);
        requireElementwise(kernel, first, outName, out);
        requireElementwise(kernel, second, outName, out);
        return !out.isEmpty();
    }
}
