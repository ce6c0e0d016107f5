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

    /** Turns in which a thread takes its share of the heads, for the case that another one is slower. */
    private static final int RUNS = 8;

    private final WorkerPool workers;
    private final Scratch scratch;
    private final Idle<HeadForward> forwards;
    private final Idle<GroupBackward> backwards;
    private final LockstepAttention lockstep;

    VectorAttention(WorkerPool workers, Scratch scratch) {
        this.workers = workers;
        this.scratch = scratch;
        forwards = new Idle<>(workers.threads(), HeadForward::new);
        backwards = new Idle<>(workers.threads(), GroupBackward::new);
        lockstep = new LockstepAttention(workers, scratch);
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
        AttentionCall call = new AttentionCall(heads, bias, q, k, v, out, logSumExp);
        int inStep = lockstep.forwardHeads(call);
        if (inStep > 0) {
            lockstep.forward(call, inStep, (from, to) -> forward(call, 1, from, to));
        }
        int together = together(q, k, heads.nHeads());
        share(
                inStep,
                q.count() * Math.ceilDiv(heads.nHeads(), together),
                (from, to) -> forward(call, together, from, to));
    }

    /** Tasks from {@code first} to {@code end}, those of a thread in one go. */
    private void share(int first, int end, LockstepAttention.Heads task) {
        int each = Math.max(1, (end - first) / (workers.threads() * RUNS));
        int runs = Math.ceilDiv(end - first, each);
        if (workers.isAlone(runs)) {
            task.run(first, end);
        } else {
            workers.run(runs, i -> task.run(first + i * each, Math.min(first + (i + 1) * each, end)));
        }
    }

    /** Heads of a task: several where few queries meet many keys, and 1 where there are threads enough for that. */
    private int together(Matrix<float[]> q, Matrix<float[]> k, int nHeads) {
        boolean isReading = q.rows() <= QueryBlock.QUERIES && k.rows() > QueryBlock.KEYS;
        long heads = (long) q.count() * nHeads / workers.threads();
        return isReading ? Math.clamp(heads, 1, Math.min(nHeads, MOST_TOGETHER)) : 1;
    }

    /** Heads {@code from} … {@code to} of all entries' heads, or as many groups of {@code together} heads of an entry. */
    private void forward(AttentionCall call, int together, int from, int to) {
        if (together > 1) {
            for (int i = from; i < to; i++) {
                forwardTogether(call, together, i);
            }
            return;
        }
        HeadForward head = forwards.take();
        head.of(call);
        int nHeads = call.heads().nHeads();
        for (int i = from; i < to; i++) {
            head.head(i / nHeads, i % nHeads);
            float[] working = scratch.take(head.scratchLength());
            head.run(working);
            scratch.giveBack(working);
        }
        giveBack(head);
    }

    private void forwardTogether(AttentionCall call, int together, int task) {
        int nHeads = call.heads().nHeads();
        int perEntry = Math.ceilDiv(nHeads, together);
        int first = task % perEntry * together;
        List<HeadForward> several = IntStream.range(first, Math.min(first + together, nHeads))
                .mapToObj(h -> head(call, task / perEntry, h))
                .toList();
        HeadForward.runTogether(several, scratch);
        several.forEach(this::giveBack);
    }

    private HeadForward head(AttentionCall call, int b, int h) {
        HeadForward head = forwards.take();
        head.of(call);
        head.head(b, h);
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
        AttentionCall call = new AttentionCall(heads, bias, q, k, v, out, logSumExp);
        int inStep = lockstep.backwardHeads(call);
        if (inStep > 0) {
            lockstep.backward(call, inStep, dOut, dq, dk, dv);
        }
        share(inStep, q.count() * heads.nKeyHeads(), (from, to) -> backward(call, dOut, dq, dk, dv, from, to));
    }

    /** Heads of keys {@code from} … {@code to} of those of all entries. */
    private void backward(
            AttentionCall call,
            Matrix<float[]> dOut,
            Matrix<float[]> dq,
            Matrix<float[]> dk,
            Matrix<float[]> dv,
            int from,
            int to) {
        GroupBackward group = backwards.take();
        group.of(call, dOut, dq, dk, dv);
        int nKeyHeads = call.heads().nKeyHeads();
        for (int i = from; i < to; i++) {
            group.head(i / nKeyHeads, i % nKeyHeads);
            float[] working = scratch.take(group.scratchLength());
            group.run(working);
            scratch.giveBack(working);
        }
        group.clear();
        backwards.giveBack(group);
    }
}
