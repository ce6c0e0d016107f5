package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireHeads;
import static org.icl4j.kernels.Checks.requireShape;

import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link PositionKernels}. */
abstract class CheckedPositions<A> extends CheckedLosses<A> implements PositionKernels<A> {
    CheckedPositions(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void rotary(Rotary heads, RotaryAngles<A> angles, Matrix<A> x, Matrix<A> y) {
        requireRotary("rotary", heads, angles, "x", x, "y", y);
        if (!y.isEmpty()) {
            parts.positions().rotary(heads, angles, x, y);
        }
    }

    @Override
    public void rotaryBackward(Rotary heads, RotaryAngles<A> angles, Matrix<A> dy, Matrix<A> dx) {
        requireRotary("rotaryBackward", heads, angles, "dy", dy, "dx", dx);
        if (!dx.isEmpty()) {
            parts.positions().rotaryBackward(heads, angles, dy, dx);
        }
    }

    private void requireRotary(
            String kernel,
            Rotary heads,
            RotaryAngles<A> angles,
            String inName,
            Matrix<A> in,
            String outName,
            Matrix<A> out) {
        beginRowMajor(kernel, angles.cos(), angles.sin(), in, out);
        requireElementwise(kernel, in, outName, out);
        requireHeads(kernel, inName, in, heads.nHeads());
        requireShape(kernel, "cosines", angles.cos(), 1, in.rows(), angles.cos().cols(), inName, in);
        requireDisjoint(kernel, outName, out, "cosines", angles.cos());
        requireDisjoint(kernel, outName, out, "sines", angles.sin());
        int dHead = in.cols() / heads.nHeads();
        if (2L * angles.cos().cols() > dHead) {
            throw new IllegalArgumentException(kernel + ": " + angles.cos().cols()
                    + " pairs need as many columns twice, but dHead=" + dHead + " as " + inName + " is " + in.shape()
                    + " with nHeads=" + heads.nHeads());
        }
    }
}
