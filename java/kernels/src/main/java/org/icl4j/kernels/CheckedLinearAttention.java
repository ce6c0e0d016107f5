package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireHeads;
import static org.icl4j.kernels.Checks.requireSetting;
import static org.icl4j.kernels.Checks.requireShape;

import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link LinearAttentionKernels}. */
abstract class CheckedLinearAttention<A> extends CheckedPositions<A> implements LinearAttentionKernels<A> {
    CheckedLinearAttention(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void linearAttention(
            AttentionHeads heads,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> initial,
            Matrix<A> out,
            Matrix<A> last) {
        beginRowMajor("linearAttention", q, k, v, initial, out, last);
        requireSequence("linearAttention", heads, q, k, v, initial);
        requireLike("linearAttention", "out", out, "q", q);
        requireElementwise("linearAttention", initial, "last", last);
        requireOutputs("linearAttention", new Matrix<?>[] {out, last}, q, k, v);
        requireDisjoint("linearAttention", "out", out, "initial", initial);
        if (!last.isEmpty()) {
            parts.linearAttention().linearAttention(heads, q, k, v, initial, out, last);
        }
    }

    @Override
    public void linearAttentionBackward(
            AttentionHeads heads,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> initial,
            Matrix<A> dOut,
            Matrix<A> dLast,
            Matrix<A> dq,
            Matrix<A> dk,
            Matrix<A> dv,
            Matrix<A> dInitial) {
        String kernel = "linearAttentionBackward";
        beginRowMajor(kernel, q, k, v, initial, dOut, dLast, dq, dk, dv, dInitial);
        requireSequence(kernel, heads, q, k, v, initial);
        requireLike(kernel, "dOut", dOut, "q", q);
        requireLike(kernel, "dLast", dLast, "initial", initial);
        requireLike(kernel, "dq", dq, "q", q);
        requireLike(kernel, "dk", dk, "q", q);
        requireLike(kernel, "dv", dv, "q", q);
        requireElementwise(kernel, dLast, "dInitial", dInitial);
        requireOutputs(kernel, new Matrix<?>[] {dq, dk, dv, dInitial}, q, k, v, initial, dOut);
        requireOutputs(kernel, new Matrix<?>[] {dq, dk, dv}, dLast);
        if (!dInitial.isEmpty()) {
            parts.linearAttention().linearAttentionBackward(heads, q, k, v, initial, dOut, dLast, dq, dk, dv, dInitial);
        }
    }

    private void requireSequence(
            String kernel, AttentionHeads heads, Matrix<A> q, Matrix<A> k, Matrix<A> v, Matrix<A> initial) {
        requireSetting(precision, kernel, "scale", heads.scale());
        requireHeads(kernel, "q", q, heads.nHeads());
        requireLike(kernel, "k", k, "q", q);
        requireLike(kernel, "v", v, "q", q);
        int dHead = q.cols() / heads.nHeads();
        requireShape(
                kernel,
                "initial",
                initial,
                q.count(),
                q.cols(),
                dHead,
                () -> "q is " + q.shape() + " with nHeads=" + heads.nHeads());
    }
}
