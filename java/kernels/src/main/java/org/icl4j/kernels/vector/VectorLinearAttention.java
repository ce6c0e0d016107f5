package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.bound;

import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.LinearAttentionKernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * {@link LinearAttentionKernels} on vectors. All four results of the causal kernels are outer products summed along the sequence and multiplied by
 * another vector, an {@link OuterProductScan} each: dq with keys and values in exchanged parts and the state transposed, dk
 * and dv the same from the end. What is read at the query is {@link QueryReading}'s, and its gradient {@link QueryGradient}'s.
 */
final class VectorLinearAttention implements LinearAttentionKernels<float[]> {
    /** Tasks of one call of {@link #linearSelfAttention} or its gradient. */
    private static final int MOST_TASKS = 32;

    private final WorkerPool workers;
    private final Scratch scratch;

    VectorLinearAttention(WorkerPool workers, Scratch scratch) {
        this.workers = workers;
        this.scratch = scratch;
    }

    @Override
    public void linearAttention(
            AttentionHeads heads,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> initial,
            Matrix<float[]> out,
            Matrix<float[]> last) {
        float scale = (float) heads.scale();
        int nHeads = heads.nHeads();
        OuterProductScan scan = new OuterProductScan(nHeads, k, v, 1, q, scale, out, false, initial, last);
        workers.run(q.count() * nHeads, task -> run(scan, task / nHeads, task % nHeads));
    }

    @Override
    public void linearAttentionBackward(
            AttentionHeads heads,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> initial,
            Matrix<float[]> dOut,
            Matrix<float[]> dLast,
            Matrix<float[]> dq,
            Matrix<float[]> dk,
            Matrix<float[]> dv,
            Matrix<float[]> dInitial) {
        float scale = (float) heads.scale();
        int nHeads = heads.nHeads();
        OuterProductScan forQ =
                new OuterProductScan(nHeads, v, k, 1, dOut, scale, dq, false, initial.transposed(), null);
        OuterProductScan forK = new OuterProductScan(nHeads, dOut, q, scale, v, 1, dk, true, dLast.transposed(), null);
        OuterProductScan forV = new OuterProductScan(nHeads, q, dOut, scale, k, 1, dv, true, dLast, dInitial);
        // dInitial may be dLast, so no other task may read that one: dk and dv are one task.
        workers.run(q.count() * nHeads * 2, task -> {
            int b = task / 2 / nHeads;
            int h = task / 2 % nHeads;
            if (task % 2 == 0) {
                run(forQ, b, h);
            } else {
                run(forK, b, h);
                run(forV, b, h);
            }
        });
    }

    @Override
    public void linearSelfAttention(
            double scale,
            Matrix<float[]> e,
            Matrix<float[]> p,
            Matrix<float[]> v,
            Matrix<float[]> scores,
            Matrix<float[]> values,
            Matrix<float[]> out) {
        QueryReading reading = new QueryReading((float) scale, e, p, v, scores, values, out);
        int each = promptsOfTask(e);
        workers.run(Math.ceilDiv(e.count(), each), task -> {
            float[] s = scratch.take(QueryReading.SCRATCH_LENGTH);
            try {
                reading.run(task * each, Math.min((task + 1) * each, e.count()), s);
            } finally {
                scratch.giveBack(s);
            }
        });
    }

    @Override
    public void linearSelfAttentionBackward(
            double scale,
            Matrix<float[]> e,
            Matrix<float[]> scores,
            Matrix<float[]> values,
            Matrix<float[]> dOut,
            Matrix<float[]> dP,
            Matrix<float[]> dV) {
        QueryGradient gradient = new QueryGradient((float) scale, e, scores, values, dOut, dV);
        int each = promptsOfTask(e);
        int nTasks = Math.ceilDiv(e.count(), each);
        int length = gradient.scratchLength();
        float[] s = scratch.take(Math.multiplyExact(nTasks, length));
        try {
            workers.run(
                    nTasks,
                    task -> gradient.run(task * each, Math.min((task + 1) * each, e.count()), s, task * length));
            gradient.addTo(dP, nTasks, s);
        } finally {
            scratch.giveBack(s);
        }
    }

    /**
     * Prompts of a task, which follow from the shape alone: dP is summed task by task. Whole groups of those whose lanes are summed
     * at once, if the prompts are small; and not more tasks than {@link #MOST_TASKS}, for each has working memory of its own.
     */
    private static int promptsOfTask(Matrix<float[]> e) {
        long elements = Math.max(1, (long) e.rows() * e.cols());
        int some = (int) Math.max(1, RowTasks.TASK_ELEMENTS / elements);
        return Math.max(some < LENGTH ? some : bound(some), Math.ceilDiv(e.count(), MOST_TASKS));
    }

    private void run(OuterProductScan scan, int b, int h) {
        float[] panel = scratch.take(scan.scratchLength());
        try {
            scan.run(b, h, panel);
        } finally {
            scratch.giveBack(panel);
        }
    }
}
