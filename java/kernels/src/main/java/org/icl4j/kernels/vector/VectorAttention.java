package org.icl4j.kernels.vector;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.AttentionKernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * {@link AttentionKernels} on vectors: one task for each head (in the backward pass, each head of keys) of each batch entry, so that none
 * writes what another does.
 */
final class VectorAttention implements AttentionKernels<float[]> {
    /** Their working memory stays in the second-level cache. */
    private static final int MOST_TOGETHER = 8;

    private final WorkerPool workers;
    private final Scratch scratch;
    private final Idle<HeadForward> forwards;
    private final Idle<GroupBackward> backwards;

    VectorAttention(WorkerPool workers, Scratch scratch) {
        this.workers = workers;
        this.scratch = scratch;
        forwards = new Idle<>(workers.threads(), HeadForward::new);
        backwards = new Idle<>(workers.threads(), GroupBackward::new);
    }

    @Override
    public void attention(
            AttentionHeads heads,
            Optional<Matrix<float[]>> bias,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp) {
        int nHeads = heads.nHeads();
        int together = together(q, k, nHeads);
        int perEntry = Math.ceilDiv(nHeads, together);
        int tasks = q.count() * perEntry;
        if (workers.isAlone(tasks)) {
            for (int task = 0; task < tasks; task++) {
                forward(heads, bias, q, k, v, out, logSumExp, task / perEntry, task % perEntry * together, together);
            }
        } else {
            workers.run(
                    tasks,
                    task -> forward(
                            heads,
                            bias,
                            q,
                            k,
                            v,
                            out,
                            logSumExp,
                            task / perEntry,
                            task % perEntry * together,
                            together));
        }
    }

    /** Heads of a task: several where few queries meet many keys, and 1 where there are threads enough for that. */
    private int together(Matrix<float[]> q, Matrix<float[]> k, int nHeads) {
        boolean isReading = q.rows() <= QueryBlock.QUERIES && k.rows() > QueryBlock.KEYS;
        long heads = (long) q.count() * nHeads / workers.threads();
        return isReading ? Math.clamp(heads, 1, Math.min(nHeads, MOST_TOGETHER)) : 1;
    }

    /** {@code together} heads of entry b, from {@code first} on, or what there is of them. */
    private void forward(
            AttentionHeads heads,
            Optional<Matrix<float[]>> bias,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp,
            int b,
            int first,
            int together) {
        if (together > 1) {
            List<HeadForward> several = IntStream.range(first, Math.min(first + together, heads.nHeads()))
                    .mapToObj(h -> head(heads, bias, q, k, v, out, logSumExp, b, h))
                    .toList();
            HeadForward.runTogether(several, scratch);
            several.forEach(this::giveBack);
            return;
        }
        HeadForward head = head(heads, bias, q, k, v, out, logSumExp, b, first);
        float[] working = scratch.take(head.scratchLength());
        head.run(working);
        scratch.giveBack(working);
        giveBack(head);
    }

    private HeadForward head(
            AttentionHeads heads,
            Optional<Matrix<float[]>> bias,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp,
            int b,
            int h) {
        HeadForward head = forwards.take();
        head.of(heads, bias, q, k, v, out, logSumExp, b, h);
        return head;
    }

    private void giveBack(HeadForward head) {
        head.clear();
        forwards.giveBack(head);
    }

    @Override
    public void attentionBackward(
            AttentionHeads heads,
            Optional<Matrix<float[]>> bias,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp,
            Matrix<float[]> dOut,
            Matrix<float[]> dq,
            Matrix<float[]> dk,
            Matrix<float[]> dv) {
        int nKeyHeads = heads.nKeyHeads();
        int tasks = q.count() * nKeyHeads;
        if (workers.isAlone(tasks)) {
            for (int task = 0; task < tasks; task++) {
                backward(heads, bias, q, k, v, out, logSumExp, dOut, dq, dk, dv, task);
            }
        } else {
            workers.run(tasks, task -> backward(heads, bias, q, k, v, out, logSumExp, dOut, dq, dk, dv, task));
        }
    }

    private void backward(
            AttentionHeads heads,
            Optional<Matrix<float[]>> bias,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp,
            Matrix<float[]> dOut,
            Matrix<float[]> dq,
            Matrix<float[]> dk,
            Matrix<float[]> dv,
            int task) {
        GroupBackward group = backwards.take();
        int nKeyHeads = heads.nKeyHeads();
        group.ofQueries(heads, bias, q, out, logSumExp, dOut, dq, task / nKeyHeads, task % nKeyHeads);
        group.ofKeys(k, v, dk, dv);
        float[] working = scratch.take(group.scratchLength());
        group.run(working);
        scratch.giveBack(working);
        group.clear();
        backwards.giveBack(group);
    }
}
