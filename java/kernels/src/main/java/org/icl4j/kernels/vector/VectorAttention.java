package org.icl4j.kernels.vector;

import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.AttentionKernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * {@link AttentionKernels} on vectors: one task for each head of each batch entry, so that none
 * writes what another does.
 */
final class VectorAttention implements AttentionKernels<float[]> {
    private final WorkerPool workers;
    private final Scratch scratch;

    VectorAttention(WorkerPool workers, Scratch scratch) {
        this.workers = workers;
        this.scratch = scratch;
    }

    @Override
    public void attention(
            AttentionHeads heads,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp) {
        int nHeads = heads.nHeads();
        int dHead = q.cols() / nHeads;
        workers.run(q.count() * nHeads, task -> {
            int b = task / nHeads;
            int h = task % nHeads;
            HeadForward head = new HeadForward(
                    (float) heads.scale(),
                    head(q, b, h, dHead),
                    head(k, b, h, dHead),
                    head(v, b, h, dHead),
                    head(out, b, h, dHead),
                    logSumExp.at(b).rows(h, h + 1));
            scratch.lend(head.scratchLength(), head::run);
        });
    }

    @Override
    public void attentionBackward(
            AttentionHeads heads,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp,
            Matrix<float[]> dOut,
            Matrix<float[]> dq,
            Matrix<float[]> dk,
            Matrix<float[]> dv) {
        int nHeads = heads.nHeads();
        int dHead = q.cols() / nHeads;
        workers.run(q.count() * nHeads, task -> {
            int b = task / nHeads;
            int h = task % nHeads;
            HeadBackward head = new HeadBackward(
                    (float) heads.scale(),
                    head(q, b, h, dHead),
                    head(k, b, h, dHead),
                    head(v, b, h, dHead),
                    head(out, b, h, dHead),
                    logSumExp.at(b).rows(h, h + 1),
                    head(dOut, b, h, dHead),
                    head(dq, b, h, dHead),
                    head(dk, b, h, dHead),
                    head(dv, b, h, dHead));
            scratch.lend(head.scratchLength(), head::run);
        });
    }

    private static Matrix<float[]> head(Matrix<float[]> m, int b, int h, int dHead) {
        return m.at(b).columns(h * dHead, (h + 1) * dHead);
    }
}
