package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.ProductTiles.NARROW_ROWS;
import static org.icl4j.kernels.vector.ProductTiles.WIDE_ROWS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.ProductKernels;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * Matrix products by register tiles on packed panels of B (Goto and van de Geijn 2008).
 *
 * <p>Element (i, j) is summed in ascending k, in blocks of {@link #KC} terms that are added to C
 * one after the other. That order depends on k alone: not on m, n, the place in a batch, or the
 * threads.
 */
final class VectorProducts implements ProductKernels<float[]> {
    /**
     * Terms summed in registers before C is touched. Part of the result's identity: changing it
     * changes bits.
     */
    static final int KC = 256;

    /** Columns of B packed at a time: KC·NC floats stay in the second-level cache. */
    private static final int NC = 512;

    /** Rows that one task takes: a multiple of both tile heights. */
    private static final int TASK_ROWS = 48;

    /** Multiply-adds below which another thread costs more than it brings. */
    private static final long PARALLEL_WORK = 100_000;

    private final WorkerPool workers;
    private final Scratch scratch;

    VectorProducts(WorkerPool workers, Scratch scratch) {
        this.workers = workers;
        this.scratch = scratch;
    }

    @Override
    public void gemm(double alpha, Matrix<float[]> a, Matrix<float[]> b, double beta, Matrix<float[]> c) {
        if (c.isTransposed()) {
            gemm(alpha, b.transposed(), a.transposed(), beta, c.transposed());
            return;
        }
        if (alpha == 0 || a.cols() == 0) {
            multiplyBy((float) beta, c);
            return;
        }
        long work = (long) c.rows() * c.cols() * a.cols();
        if (c.count() > 1 && c.count() * work >= PARALLEL_WORK) {
            workers.run(c.count(), i -> product(alpha, of(a, i), of(b, i), beta, c.at(i), false));
        } else {
            for (int i = 0; i < c.count(); i++) {
                product(alpha, of(a, i), of(b, i), beta, c.at(i), work >= PARALLEL_WORK);
            }
        }
    }

    private static Matrix<float[]> of(Matrix<float[]> operand, int i) {
        return operand.at(operand.count() == 1 ? 0 : i);
    }

    private void product(
            double alpha, Matrix<float[]> a, Matrix<float[]> b, double beta, Matrix<float[]> c, boolean parallel) {
        int kcMax = Math.min(KC, a.cols());
        int ncMax = Math.min(NC, c.cols());
        scratch.lend(Panels.size(kcMax, ncMax), packed -> {
            for (int j0 = 0; j0 < c.cols(); j0 += NC) {
                int nc = Math.min(NC, c.cols() - j0);
                for (int k0 = 0; k0 < a.cols(); k0 += KC) {
                    int kc = Math.min(KC, a.cols() - k0);
                    float betaHere = k0 == 0 ? (float) beta : 1;
                    block(new Block(a, b, c, k0, kc, j0, nc, (float) alpha, betaHere, packed), parallel);
                }
            }
        });
    }

    private void block(Block block, boolean parallel) {
        int panels = Panels.count(block.nc);
        int strips = (block.c.rows() + TASK_ROWS - 1) / TASK_ROWS;
        if (!parallel) {
            for (int panel = 0; panel < panels; panel++) {
                block.pack(panel);
            }
            block.rows(0, block.c.rows(), 0, panels);
            return;
        }
        workers.run(panels, block::pack);
        if (strips >= workers.threads()) {
            workers.run(strips, strip -> block.strip(strip, 0, panels));
        } else {
            workers.run(strips * panels, i -> block.strip(i / panels, i % panels, i % panels + 1));
        }
    }

    /** C[:, j0 … j0 + nc) += the share of the terms k0 … k0 + kc. */
    private record Block(
            Matrix<float[]> a,
            Matrix<float[]> b,
            Matrix<float[]> c,
            int k0,
            int kc,
            int j0,
            int nc,
            float alpha,
            float beta,
            float[] packed) {

        void pack(int panel) {
            Panels.pack(b, k0, kc, j0, nc, panel, packed);
        }

        void strip(int strip, int fromPanel, int toPanel) {
            int from = strip * TASK_ROWS;
            rows(from, Math.min(from + TASK_ROWS, c.rows()), fromPanel, toPanel);
        }

        void rows(int from, int to, int fromPanel, int toPanel) {
            int wide = Panels.wide(nc);
            for (int panel = fromPanel; panel < toPanel; panel++) {
                if (panel < wide) {
                    widePanel(panel, from, to);
                } else {
                    narrowPanel(panel, from, to);
                }
            }
        }

        private void widePanel(int panel, int from, int to) {
            int column = Panels.column(nc, panel);
            int row = from;
            for (; row + WIDE_ROWS <= to; row += WIDE_ROWS) {
                ProductTiles.wide6(
                        kc,
                        a.array(),
                        a.index(0, row, k0),
                        a.rowStep(),
                        a.colStep(),
                        packed,
                        kc * column,
                        alpha,
                        beta,
                        c.array(),
                        c.index(0, row, j0 + column),
                        c.ld());
            }
            for (; row < to; row++) {
                ProductTiles.wide1(
                        kc,
                        a.array(),
                        a.index(0, row, k0),
                        a.colStep(),
                        packed,
                        kc * column,
                        alpha,
                        beta,
                        c.array(),
                        c.index(0, row, j0 + column));
            }
        }

        private void narrowPanel(int panel, int from, int to) {
            int column = Panels.column(nc, panel);
            VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, nc - column));
            int row = from;
            for (; row + NARROW_ROWS <= to; row += NARROW_ROWS) {
                ProductTiles.narrow12(
                        kc,
                        a.array(),
                        a.index(0, row, k0),
                        a.rowStep(),
                        a.colStep(),
                        packed,
                        kc * column,
                        alpha,
                        beta,
                        c.array(),
                        c.index(0, row, j0 + column),
                        c.ld(),
                        mask);
            }
            for (; row < to; row++) {
                ProductTiles.narrow1(
                        kc,
                        a.array(),
                        a.index(0, row, k0),
                        a.colStep(),
                        packed,
                        kc * column,
                        alpha,
                        beta,
                        c.array(),
                        c.index(0, row, j0 + column),
                        mask);
            }
        }
    }

    /** C ← β·C, without reading C if β = 0. */
    private static void multiplyBy(float beta, Matrix<float[]> c) {
        FloatVector factor = Lanes.broadcast(beta);
        for (int i = 0; i < c.count(); i++) {
            for (int row = 0; row < c.rows(); row++) {
                int at = c.index(i, row, 0);
                for (int j = 0; j < c.cols(); j += LENGTH) {
                    VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, c.cols() - j));
                    FloatVector value = beta == 0
                            ? Lanes.zero()
                            : Lanes.load(c.array(), at + j, mask).mul(factor);
                    value.intoArray(c.array(), at + j, mask);
                }
            }
        }
    }
}
