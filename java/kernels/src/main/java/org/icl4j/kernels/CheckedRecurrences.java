package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireShape;

import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link RecurrentKernels}. */
abstract class CheckedRecurrences<A> extends CheckedLinearAttention<A> implements RecurrentKernels<A> {
    CheckedRecurrences(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void rnn(Matrix<A> recurrent, Matrix<A> initial, Matrix<A> pre, Matrix<A> h) {
        beginRowMajor("rnn", recurrent, initial, pre, h);
        requireElementwise("rnn", pre, "h", h);
        requireStates("rnn", 1, recurrent, initial, h);
        requireOutputs("rnn", new Matrix<?>[] {h}, recurrent, initial);
        if (!h.isEmpty()) {
            parts.recurrences().rnn(recurrent, initial, pre, h);
        }
    }

    @Override
    public void rnnBackward(
            Matrix<A> recurrent,
            Matrix<A> initial,
            Matrix<A> h,
            Matrix<A> dH,
            Matrix<A> dPre,
            Matrix<A> dRecurrent,
            Matrix<A> dInitial) {
        beginRowMajor("rnnBackward", recurrent, initial, h, dH, dPre, dRecurrent, dInitial);
        requireStates("rnnBackward", 1, recurrent, initial, h);
        requireLike("rnnBackward", "dH", dH, "h", h);
        requireElementwise("rnnBackward", dH, "dPre", dPre);
        requireLike("rnnBackward", "dRecurrent", dRecurrent, "W", recurrent);
        requireLike("rnnBackward", "dInitial", dInitial, "initial", initial);
        requireOutputs("rnnBackward", new Matrix<?>[] {dPre, dRecurrent, dInitial}, recurrent, initial, h);
        requireOutputs("rnnBackward", new Matrix<?>[] {dRecurrent, dInitial}, dH);
        if (!dInitial.isEmpty()) {
            parts.recurrences().rnnBackward(recurrent, initial, h, dH, dPre, dRecurrent, dInitial);
        }
    }

    @Override
    public void gru(
            Matrix<A> recurrent, Matrix<A> bias, Matrix<A> initial, Matrix<A> pre, Matrix<A> gates, Matrix<A> h) {
        beginRowMajor("gru", recurrent, bias, initial, pre, gates, h);
        requireStates("gru", 3, recurrent, initial, h);
        requireShape("gru", "bias", bias, 1, 1, 3L * h.cols(), "h", h);
        requireGated("gru", "pre", pre, 3, h);
        requireGated("gru", "gates", gates, 4, h);
        requireOutputs("gru", new Matrix<?>[] {gates, h}, recurrent, bias, initial, pre);
        if (!h.isEmpty()) {
            parts.recurrences().gru(recurrent, bias, initial, pre, gates, h);
        }
    }

    @Override
    public void gruBackward(
            Matrix<A> recurrent,
            Matrix<A> initial,
            Matrix<A> gates,
            Matrix<A> h,
            Matrix<A> dH,
            Matrix<A> dPre,
            Matrix<A> dRecurrent,
            Matrix<A> dBias,
            Matrix<A> dInitial) {
        beginRowMajor("gruBackward", recurrent, initial, gates, h, dH, dPre, dRecurrent, dBias, dInitial);
        requireStates("gruBackward", 3, recurrent, initial, h);
        requireGated("gruBackward", "gates", gates, 4, h);
        requireLike("gruBackward", "dH", dH, "h", h);
        requireGated("gruBackward", "dPre", dPre, 3, h);
        requireLike("gruBackward", "dRecurrent", dRecurrent, "W", recurrent);
        requireShape("gruBackward", "dBias", dBias, 1, 1, 3L * h.cols(), "h", h);
        requireLike("gruBackward", "dInitial", dInitial, "initial", initial);
        requireOutputs(
                "gruBackward", new Matrix<?>[] {dPre, dRecurrent, dBias, dInitial}, recurrent, initial, gates, h, dH);
        if (!dInitial.isEmpty()) {
            parts.recurrences().gruBackward(recurrent, initial, gates, h, dH, dPre, dRecurrent, dBias, dInitial);
        }
    }

    private static <A> void requireStates(
            String kernel, int nGates, Matrix<A> recurrent, Matrix<A> initial, Matrix<A> h) {
        requireShape(kernel, "initial", initial, h.count(), 1, h.cols(), "h", h);
        if (recurrent.rows() != (long) nGates * h.cols()) {
            throw new IllegalArgumentException(kernel + ": W is " + recurrent.shape() + ", but must have "
                    + (long) nGates * h.cols() + " rows, as h is " + h.shape());
        }
        requireShape(kernel, "W", recurrent, 1, recurrent.rows(), h.cols(), "h", h);
    }

    private static <A> void requireGated(String kernel, String name, Matrix<A> m, int nGates, Matrix<A> h) {
        requireShape(kernel, name, m, h.count(), h.rows(), (long) nGates * h.cols(), "h", h);
    }
}
