package org.icl4j.kernels.vector;

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

    VectorAttention(WorkerPool workers, Scratch scratch) {
        this.workers = workers;
        this.scratch = scratch;
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
        workers.run(q.count() * perEntry, task -> {
            int b = task / perEntry;
            int first = task % perEntry * together;
            if (together == 1) {
                HeadForward head = head(heads, bias, q, k, v, out, logSumExp, b, first);
                scratch.lend(head.scratchLength(), head::run);
            } else {
                HeadForward.runTogether(
                        IntStream.range(first, Math.min(first + together, nHeads))
                                .mapToObj(h -> head(heads, bias, q, k, v, out, logSumExp, b, h))
                                .toList(),
                        scratch);
            }
        });
    }

    /** Heads of a task: several where few queries meet many keys, and 1 where there are threads enough for that. */
    private int together(Matrix<float[]> q, Matrix<float[]> k, int nHeads) {
        boolean isReading = q.rows() <= QueryBlock.QUERIES && k.rows() > QueryBlock.KEYS;
        long heads = (long) q.count() * nHeads / workers.threads();
        return isReading ? Math.clamp(heads, 1, Math.min(nHeads, MOST_TOGETHER)) : 1;
    }

    private static HeadForward head(
            AttentionHeads heads,
            Optional<Matrix<float[]>> bias,
            Matrix<float[]> q,
            Matrix<float[]> k,
            Matrix<float[]> v,
            Matrix<float[]> out,
            Matrix<float[]> logSumExp,
            int b,
            int h) {
        int dHead = q.cols() / heads.nHeads();
        int keyHead = h / heads.groupSize();
        return new HeadForward(
                heads,
                bias.map(given -> given.at(given.count() == 1 ? 0 : h)),
                columns(q, b, h, dHead),
                columns(k, b, keyHead, dHead),
                columns(v, b, keyHead, dHead),
                columns(out, b, h, dHead),
                logSumExp.at(b).rows(h, h + 1));
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
        int group = heads.groupSize();
        int dHead = k.cols() / nKeyHeads;
        workers.run(q.count() * nKeyHeads, task -> {
            int b = task / nKeyHeads;
            int h = task % nKeyHeads;
            GroupBackward backward = new GroupBackward(
                    heads,
                    bias.map(given -> given.count() == 1 ? given : ofHeads(given, h * group, group)),
                    columns(q, b, h, group * dHead),
                    columns(k, b, h, dHead),
                    columns(v, b, h, dHead),
                    columns(out, b, h, group * dHead),
                    logSumExp.at(b).rows(h * group, (h + 1) * group),
                    columns(dOut, b, h, group * dHead),
                    columns(dq, b, h, group * dHead),
                    columns(dk, b, h, dHead),
                    columns(dv, b, h, dHead));
            scratch.lend(backward.scratchLength(), backward::run);
        });
    }

    private static Matrix<float[]> columns(Matrix<float[]> m, int b, int h, int width) {
        return m.at(b).columns(h * width, (h + 1) * width);
    }

    private static Matrix<float[]> ofHeads(Matrix<float[]> bias, int first, int n) {
        return Matrix.batch(
                bias.array(), bias.index(first, 0, 0), n, bias.stride(), bias.rows(), bias.cols(), bias.ld());
    }
}
