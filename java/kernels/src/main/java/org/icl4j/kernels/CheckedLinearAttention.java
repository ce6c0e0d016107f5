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

    @Override
    public void linearSelfAttention(
            double scale, Matrix<A> e, Matrix<A> p, Matrix<A> v, Matrix<A> scores, Matrix<A> values, Matrix<A> out) {
        String kernel = "linearSelfAttention";
        beginRowMajor(kernel, e, p, v, scores, values, out);
        requireSetting(precision, kernel, "scale", scale);
        requireShape(kernel, "p", p, 1, 1, e.rows(), "E", e);
        requireShape(kernel, "v", v, 1, e.count(), e.rows(), "E", e);
        requireReadings(kernel, e, scores, values, "out", out);
        requireOutputs(kernel, new Matrix<?>[] {scores, values, out}, e, p, v);
        if (!out.isEmpty()) {
            parts.linearAttention().linearSelfAttention(scale, e, p, v, scores, values, out);
        }
    }

    @Override
    public void linearSelfAttentionBackward(
            double scale, Matrix<A> e, Matrix<A> scores, Matrix<A> values, Matrix<A> dOut, Matrix<A> dP, Matrix<A> dV) {
        String kernel = "linearSelfAttentionBackward";
        beginRowMajor(kernel, e, scores, values, dOut, dP, dV);
        requireSetting(precision, kernel, "scale", scale);
        requireReadings(kernel, e, scores, values, "dOut", dOut);
        requireShape(kernel, "dP", dP, 1, 1, e.rows(), "E", e);
        requireShape(kernel, "dV", dV, 1, e.count(), e.rows(), "E", e);
        requireOutputs(kernel, new Matrix<?>[] {dP, dV}, e, scores, values, dOut);
        if (!dV.isEmpty()) {
            parts.linearAttention().linearSelfAttentionBackward(scale, e, scores, values, dOut, dP, dV);
        }
    }

    /** A number for each token of each prompt, twice, and one for each prompt. */
    private static void requireReadings(
            String kernel, Matrix<?> e, Matrix<?> scores, Matrix<?> values, String outName, Matrix<?> out) {
        requireShape(kernel, "scores", scores, 1, e.count(), e.cols(), "E", e);
        requireShape(kernel, "values", values, 1, e.count(), e.cols(), "E", e);
        requireShape(kernel, outName, out, 1, 1, e.count(), "E", e);
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
