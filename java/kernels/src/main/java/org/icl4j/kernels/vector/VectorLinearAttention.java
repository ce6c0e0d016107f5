package org.icl4j.kernels.vector;

import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.LinearAttentionKernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * {@link LinearAttentionKernels} on vectors. All four results are outer products summed along the sequence and multiplied by
 * another vector, an {@link OuterProductScan} each: dq with keys and values in exchanged parts and the state transposed, dk
 * and dv the same from the end.
 */
final class VectorLinearAttention implements LinearAttentionKernels<float[]> {
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

    private void run(OuterProductScan scan, int b, int h) {
        float[] panel = scratch.take(scan.scratchLength());
        try {
            scan.run(b, h, panel);
        } finally {
            scratch.giveBack(panel);
        }
    }
}
