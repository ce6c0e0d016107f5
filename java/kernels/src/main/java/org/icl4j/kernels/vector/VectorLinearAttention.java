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
        workers.run(q.count() * heads.nHeads(), task -> {
            Head head = new Head(task / heads.nHeads(), task % heads.nHeads(), initial.cols());
            run(
                    new OuterProductScan(head.of(k), head.of(v), 1, head.of(q), scale, head.of(out), false),
                    head.stateOf(initial),
                    head.stateOf(last));
        });
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
        // dInitial may be dLast, so no other task may read that one: dk and dv are one task.
        workers.run(q.count() * nHeads * 2, task -> {
            Head head = new Head(task / 2 / nHeads, task / 2 % nHeads, initial.cols());
            Matrix<float[]> dOutHead = head.of(dOut);
            if (task % 2 == 0) {
                run(
                        new OuterProductScan(head.of(v), head.of(k), 1, dOutHead, scale, head.of(dq), false),
                        head.stateOf(initial).transposed(),
                        null);
            } else {
                run(
                        new OuterProductScan(dOutHead, head.of(q), scale, head.of(v), 1, head.of(dk), true),
                        head.stateOf(dLast).transposed(),
                        null);
                run(
                        new OuterProductScan(head.of(q), dOutHead, scale, head.of(k), 1, head.of(dv), true),
                        head.stateOf(dLast),
                        head.stateOf(dInitial));
            }
        });
    }

    private void run(OuterProductScan scan, Matrix<float[]> initial, Matrix<float[]> last) {
        scratch.lend(OuterProductScan.scratchLength(initial.cols()), panel -> scan.run(initial, last, panel));
    }

    /** Where head {@code h} of batch entry {@code b} stands. */
    private record Head(int b, int h, int dHead) {
        Matrix<float[]> of(Matrix<float[]> m) {
            return m.at(b).columns(h * dHead, (h + 1) * dHead);
        }

        Matrix<float[]> stateOf(Matrix<float[]> states) {
            return states.at(b).rows(h * dHead, (h + 1) * dHead);
        }
    }
}
