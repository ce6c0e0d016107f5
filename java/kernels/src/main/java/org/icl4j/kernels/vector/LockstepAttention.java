package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * Attention of many heads over not too many keys, LENGTH heads at a time, a lane each. Which heads are taken so does not show in the results.
 */
final class LockstepAttention {
    /** Elements of an operand of LENGTH heads in the forward pass: with so many it takes .8 of the time. */
    private static final int MOST_FORWARD = 1 << 17;

    /** The same in the backward pass: with twice as many it takes 1.1 times as long. */
    private static final int MOST_BACKWARD = 1 << 16;

    /** Heads that are worth a group that idle lanes fill up. */
    private static final int LEAST = 3 * LENGTH / 4;

    private final WorkerPool workers;
    private final Scratch scratch;
    private final Idle<LockstepForward> forwards;
    private final Idle<LockstepBackward> backwards;

    /** Heads {@code from} … {@code to} of all entries' heads. */
    interface Heads {
        void run(int from, int to);
    }

    LockstepAttention(WorkerPool workers, Scratch scratch) {
        this.workers = workers;
        this.scratch = scratch;
        forwards = new Idle<>(workers.threads(), LockstepForward::new);
        backwards = new Idle<>(workers.threads(), LockstepBackward::new);
    }

    /** How many of all entries' heads, from the first on, are computed so in the forward pass. */
    int forwardHeads(AttentionCall call) {
        return heads(call, MOST_FORWARD);
    }

    /** As {@link #forwardHeads}, in the backward pass. */
    int backwardHeads(AttentionCall call) {
        return heads(call, MOST_BACKWARD);
    }

    private int heads(AttentionCall call, int mostElements) {
        int heads = call.q().count() * call.heads().nHeads();
        int rest = heads % LENGTH;
        int taken = rest < LEAST ? heads - rest : heads;
        return fits(call, mostElements) && groups(taken) >= workers.threads() ? taken : 0;
    }

    private static boolean fits(AttentionCall call, int mostElements) {
        int rows = call.q().rows();
        int dHead = call.dHead();
        return rows > 1
                && rows == call.k().rows()
                && rows <= call.heads().window()
                && !call.heads().isCapped()
                && call.bias().isEmpty()
                && call.heads().groupSize() == 1
                && dHead > 0
                && dHead % LENGTH == 0
                && (long) rows * dHead * LENGTH <= mostElements;
    }

    private static int groups(int heads) {
        return Math.ceilDiv(heads, LENGTH);
    }

    /**
     * The first {@code heads} heads.
     *
     * @param others for a group with a value that is no finite number
     */
    void forward(AttentionCall call, int heads, Heads others) {
        if (workers.isAlone(groups(heads))) {
            forward(call, heads, 0, groups(heads), others);
        } else {
            workers.run(groups(heads), group -> forward(call, heads, group, group + 1, others));
        }
    }

    private void forward(AttentionCall call, int heads, int from, int to, Heads others) {
        LockstepForward forward = forwards.take();
        forward.of(call);
        float[] working = scratch.take(forward.scratchLength());
        for (int group = from; group < to; group++) {
            int first = group * LENGTH;
            int end = Math.min(first + LENGTH, heads);
            forward.heads(first, end - first);
            if (!forward.run(working)) {
                others.run(first, end);
            }
        }
        scratch.giveBack(working);
        forward.clear();
        forwards.giveBack(forward);
    }

    /** Gradient of the first {@code heads} heads. */
    void backward(
            AttentionCall call,
            int heads,
            Matrix<float[]> dOut,
            Matrix<float[]> dq,
            Matrix<float[]> dk,
            Matrix<float[]> dv) {
        if (workers.isAlone(groups(heads))) {
            backward(call, heads, dOut, dq, dk, dv, 0, groups(heads));
        } else {
            workers.run(groups(heads), group -> backward(call, heads, dOut, dq, dk, dv, group, group + 1));
        }
    }

    private void backward(
            AttentionCall call,
            int heads,
            Matrix<float[]> dOut,
            Matrix<float[]> dq,
            Matrix<float[]> dk,
            Matrix<float[]> dv,
            int from,
            int to) {
        LockstepBackward backward = backwards.take();
        backward.of(call, dOut, dq, dk, dv);
        float[] working = scratch.take(backward.scratchLength());
        for (int group = from; group < to; group++) {
            int first = group * LENGTH;
            backward.heads(first, Math.min(LENGTH, heads - first));
            backward.run(working);
        }
        scratch.giveBack(working);
        backward.clear();
        backwards.giveBack(backward);
    }
}
