package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireHeadFits;
import static org.icl4j.kernels.Checks.requireHeads;
import static org.icl4j.kernels.Checks.requireSetting;
import static org.icl4j.kernels.Checks.requireShape;
import static org.icl4j.kernels.Checks.requireWritable;

import java.util.Optional;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** Checks the arguments of {@link AttentionKernels}. */
abstract class CheckedAttention<A> extends CheckedActivations<A> implements AttentionKernels<A> {
    CheckedAttention(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        super(precision, parts, workers, info);
    }

    @Override
    public void attention(
            AttentionHeads heads,
            Optional<Matrix<A>> bias,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> out,
            Matrix<A> logSumExp) {
        beginRowMajor("attention", q, k, v);
        beginRowMajor("attention", out, logSumExp);
        requireAttention("attention", heads, q, k, v);
        if (bias.isPresent()) {
            requireBias("attention", heads, bias.get(), q, k, out, logSumExp);
        }
        requireLike("attention", "out", out, "q", q);
        requireShape("attention", "logSumExp", logSumExp, q.count(), heads.nHeads(), q.rows(), "q", q);
        requireWritable("attention", "out", out);
        requireWritable("attention", "logSumExp", logSumExp);
        requireDisjoint("attention", "logSumExp", logSumExp, "out", out);
        requireApart("attention", "out", out, q, k, v);
        requireApart("attention", "logSumExp", logSumExp, q, k, v);
        if (!logSumExp.isEmpty()) {
            parts.attention().attention(heads, bias, q, k, v, out, logSumExp);
        }
    }

    @Override
    public void attentionBackward(
            AttentionHeads heads,
            Optional<Matrix<A>> bias,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> out,
            Matrix<A> logSumExp,
            Matrix<A> dOut,
            Matrix<A> dq,
            Matrix<A> dk,
            Matrix<A> dv) {
        beginRowMajor("attentionBackward", q, k, v);
        beginRowMajor("attentionBackward", out, logSumExp, dOut);
        beginRowMajor("attentionBackward", dq, dk, dv);
        requireAttention("attentionBackward", heads, q, k, v);
        if (bias.isPresent()) {
            requireBias("attentionBackward", heads, bias.get(), q, k, dq, dk, dv);
        }
        requireLike("attentionBackward", "out", out, "q", q);
        requireLike("attentionBackward", "dOut", dOut, "q", q);
        requireLike("attentionBackward", "dq", dq, "q", q);
        requireLike("attentionBackward", "dk", dk, "k", k);
        requireLike("attentionBackward", "dv", dv, "v", v);
        requireShape("attentionBackward", "logSumExp", logSumExp, q.count(), heads.nHeads(), q.rows(), "q", q);
        requireOutputs("attentionBackward", dq, dk, dv);
        requireInput("attentionBackward", q, dq, dk, dv);
        requireInput("attentionBackward", k, dq, dk, dv);
        requireInput("attentionBackward", v, dq, dk, dv);
        requireInput("attentionBackward", out, dq, dk, dv);
        requireInput("attentionBackward", logSumExp, dq, dk, dv);
        requireInput("attentionBackward", dOut, dq, dk, dv);
        if (!dq.isEmpty() || !dk.isEmpty()) {
            parts.attention().attentionBackward(heads, bias, q, k, v, out, logSumExp, dOut, dq, dk, dv);
        }
    }

    private static void requireApart(
            String kernel, String name, Matrix<?> output, Matrix<?> q, Matrix<?> k, Matrix<?> v) {
        requireDisjoint(kernel, name, output, "q", q);
        requireDisjoint(kernel, name, output, "k", k);
        requireDisjoint(kernel, name, output, "v", v);
    }

    private void requireAttention(String kernel, AttentionHeads heads, Matrix<A> q, Matrix<A> k, Matrix<A> v) {
        requireSetting(precision, kernel, "scale", heads.scale());
        if (heads.isCapped()) {
            requireSetting(precision, kernel, "softCap", heads.softCap());
        }
        requireHeads(kernel, "q", q, heads.nHeads());
        requireHeadFits(kernel, q.cols() / heads.nHeads(), k.rows());
        requireShape(kernel, "k", k, q.count(), k.rows(), q.cols() / heads.groupSize(), "q", q);
        requireLike(kernel, "v", v, "k", k);
        if (k.rows() < q.rows()) {
            throw new IllegalArgumentException(kernel
                    + ": "
                    + q.rows()
                    + " queries but only "
                    + k.rows()
                    + " keys; the queries are the last of the keys' positions");
        }
    }

    @SafeVarargs
    private void requireBias(
            String kernel, AttentionHeads heads, Matrix<A> given, Matrix<A> q, Matrix<A> k, Matrix<A>... outputs) {
        beginRowMajor(kernel, given);
        int matrices = given.count() == 1 ? 1 : heads.nHeads();
        requireShape(kernel, "bias", given, matrices, q.rows(), k.rows(), "q", q);
        for (Matrix<A> output : outputs) {
            requireDisjoint(kernel, "an output", output, "bias", given);
        }
    }
}
