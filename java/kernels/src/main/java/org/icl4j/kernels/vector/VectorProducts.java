package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.PackedMatrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.ProductKernels;
import org.icl4j.kernels.StoredMatrix;
import org.icl4j.kernels.WeightType;
import org.icl4j.kernels.provider.Weights;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * Matrix products by register tiles on packed panels of B (Goto and van de Geijn 2008).
 *
 * <p>Element (i, j) is summed in ascending k, in blocks of {@link #blockTerms} terms that are added to C
 * one after the other. That order depends on k alone: not on m, n, the place in a batch, or the
 * threads.
 */
final class VectorProducts implements ProductKernels<float[]> {
    /** Terms up to which a product is summed in one go: at 1024 to touch C three times more took a fifth. */
    private static final int ONE_BLOCK = 1024;

    /** Terms of a block beyond: with 1024 weights' gradients are slower, as fewer panels fit the second-level cache. */
    private static final int MANY_BLOCKS = 512;

    /** Multiply-adds below which a task costs more than it brings. */
    private static final long TASK_WORK = 250_000;

    /** Multiply-adds in the time of an element of B being read. */
    private static final int READING = 8;

    /** Blocks that are not at work; each holds a few MiB. */
    private final Idle<ProductBlock> blocks;

    private final WorkerPool workers;
    private final Scratch scratch;

    VectorProducts(WorkerPool workers, Scratch scratch) {
        this.workers = workers;
        this.scratch = scratch;
        this.blocks = new Idle<>(workers.threads(), () -> new ProductBlock(scratch));
    }

    /**
     * Terms summed in registers before C is touched, of {@code k}. Part of the result's identity: changing it changes bits.
     */
    static int blockTerms(int k) {
        return k <= ONE_BLOCK ? k : MANY_BLOCKS;
    }

    @Override
    public void gemm(double alpha, Matrix<float[]> a, Matrix<float[]> b, double beta, Matrix<float[]> c) {
        if (c.isTransposed()) {
            gemm(alpha, b.transposed(), a.transposed(), beta, c.transposed());
        } else {
            product((float) alpha, a, b, null, (float) beta, c, Epilogue.none());
        }
    }

    @Override
    public void gemm(
            double alpha,
            Matrix<float[]> a,
            Matrix<float[]> b,
            double beta,
            Matrix<float[]> c,
            Epilogue<float[]> epilogue) {
        product((float) alpha, a, b, null, (float) beta, c, epilogue);
    }

    @Override
    public void gemm(double alpha, Matrix<float[]> a, PackedMatrix<float[]> b, double beta, Matrix<float[]> c) {
        if (c.isTransposed()) {
            turned((float) alpha, a, own(b), (float) beta, c);
        } else {
            product((float) alpha, a, null, own(b), (float) beta, c, Epilogue.none());
        }
    }

    @Override
    public void gemm(
            double alpha,
            Matrix<float[]> a,
            PackedMatrix<float[]> b,
            double beta,
            Matrix<float[]> c,
            Epilogue<float[]> epilogue) {
        product((float) alpha, a, null, own(b), (float) beta, c, epilogue);
    }

    private static PackedPanels own(PackedMatrix<float[]> b) {
        if (b instanceof PackedPanels panels) {
            return panels;
        }
        throw Weights.foreign(b);
    }

    @Override
    public PackedMatrix<float[]> pack(Matrix<float[]> b) {
        return pack(b, WeightType.F32);
    }

    @Override
    public PackedMatrix<float[]> pack(Matrix<float[]> b, WeightType type) {
        return PackedPanels.of(Weights.of(b, type));
    }

    @Override
    public PackedMatrix<float[]> pack(StoredMatrix b) {
        return PackedPanels.of(Weights.of(b, Precision.F32));
    }

    /** By way of a C that is not transposed, because the panels are those of B, not of its transpose. */
    private void turned(float alpha, Matrix<float[]> a, PackedPanels b, float beta, Matrix<float[]> c) {
        float[] copy = scratch.take(c.rows() * c.cols());
        try {
            for (int i = 0; i < c.count(); i++) {
                Matrix<float[]> straight = Matrix.of(copy, 0, c.rows(), c.cols(), c.cols());
                copy(c.at(i), straight);
                product(alpha, a.at(a.count() == 1 ? 0 : i), null, b, beta, straight, Epilogue.none());
                copy(straight, c.at(i));
            }
        } finally {
            scratch.giveBack(copy);
        }
    }

    private static void copy(Matrix<float[]> from, Matrix<float[]> to) {
        for (int i = 0; i < from.rows(); i++) {
            for (int j = 0; j < from.cols(); j++) {
                to.array()[to.index(0, i, j)] = from.array()[from.index(0, i, j)];
            }
        }
    }

    private void product(
            float alpha,
            Matrix<float[]> a,
            Matrix<float[]> b,
            PackedPanels packed,
            float beta,
            Matrix<float[]> c,
            Epilogue<float[]> then) {
        if (alpha == 0 || a.cols() == 0) {
            multiplyBy(beta, c);
            for (int i = 0; i < c.count(); i++) {
                VectorEpilogue.apply(then, c, i, 0, c.rows(), 0, c.cols());
            }
            return;
        }
        long work = (c.rows() + (long) READING) * c.cols() * a.cols();
        boolean parallel = workers.threads() > 1 && c.count() * work >= 2 * TASK_WORK;
        if (packed == null && (ThinProducts.fits(b, c) || ThinTransposedProducts.fits(b, c))) {
            thin(alpha, a, b, beta, c, then, parallel);
        } else if (!parallel) {
            matrices(0, c.count(), alpha, a, b, packed, beta, c, then);
        } else if (c.count() >= 2 * workers.threads()) {
            int perTask = Math.clamp(TASK_WORK / work, 1, Math.ceilDiv(c.count(), 4 * workers.threads()));
            workers.run(Math.ceilDiv(c.count(), perTask), task -> {
                int from = task * perTask;
                matrices(from, Math.min(from + perTask, c.count()), alpha, a, b, packed, beta, c, then);
            });
        } else {
            boolean ready = packed != null && packed.type() == WeightType.F32;
            ProductGrid grid = ProductGrid.of(c.rows(), c.cols(), ready, a.isTransposed(), workers.threads());
            int tasks = grid.tasks();
            workers.run(c.count() * tasks, i -> {
                int row = grid.row(i % tasks);
                int panel = grid.panel(i % tasks);
                int toRow = Math.min(row + grid.height(), c.rows());
                int toPanel = Math.min(panel + grid.panels(), Panels.count(c.cols()));
                part(i / tasks, row, toRow, panel, toPanel, alpha, a, b, packed, beta, c, then);
            });
        }
    }

    private void thin(
            float alpha,
            Matrix<float[]> a,
            Matrix<float[]> b,
            float beta,
            Matrix<float[]> c,
            Epilogue<float[]> then,
            boolean parallel) {
        int width = ThinProducts.stretch(c.rows(), c.cols(), parallel ? workers.threads() : 1);
        int stretches = Math.ceilDiv(c.cols(), width);
        if (parallel) {
            workers.run(
                    c.count() * stretches,
                    i -> thin(i / stretches, i % stretches * width, width, alpha, a, b, beta, c, then));
        } else {
            for (int i = 0; i < c.count() * stretches; i++) {
                thin(i / stretches, i % stretches * width, width, alpha, a, b, beta, c, then);
            }
        }
    }

    private void thin(
            int batch,
            int from,
            int width,
            float alpha,
            Matrix<float[]> a,
            Matrix<float[]> b,
            float beta,
            Matrix<float[]> c,
            Epilogue<float[]> then) {
        float[] working = scratch.take(b.isTransposed() ? ThinTransposedProducts.SCRATCH : ThinProducts.SUMS);
        try {
            int to = Math.min(from + width, c.cols());
            if (b.isTransposed()) {
                ThinTransposedProducts.columns(batch, from, to, alpha, a, b, beta, c, working);
            } else {
                ThinProducts.columns(batch, from, to, alpha, a, b, beta, c, working);
            }
            VectorEpilogue.apply(then, c, batch, 0, c.rows(), from, to);
        } finally {
            scratch.giveBack(working);
        }
    }

    private void matrices(
            int from,
            int to,
            float alpha,
            Matrix<float[]> a,
            Matrix<float[]> b,
            PackedPanels packed,
            float beta,
            Matrix<float[]> c,
            Epilogue<float[]> then) {
        for (int i = from; i < to; i++) {
            part(i, 0, c.rows(), 0, Panels.count(c.cols()), alpha, a, b, packed, beta, c, then);
        }
    }

    /** Some rows and panels of matrix {@code i}. */
    private void part(
            int i,
            int fromRow,
            int toRow,
            int fromPanel,
            int toPanel,
            float alpha,
            Matrix<float[]> a,
            Matrix<float[]> b,
            PackedPanels packed,
            float beta,
            Matrix<float[]> c,
            Epilogue<float[]> then) {
        int atOnce = ProductBlock.panelsAtOnce(a, b, c);
        int terms = blockTerms(a.cols());
        ProductBlock block = blocks.take();
        try {
            block.of(a, b, packed, c, then);
            block.rows(fromRow, toRow);
            for (int panel = fromPanel; panel < toPanel; panel += atOnce) {
                for (int k0 = 0; k0 < a.cols(); k0 += terms) {
                    block.at(i, k0, panel, Math.min(panel + atOnce, toPanel), alpha, k0 == 0 ? beta : 1);
                    block.run();
                }
            }
        } finally {
            block.of(null, null, null, null, null);
            blocks.giveBack(block);
        }
    }

    /** C ← β·C, without reading C if β = 0. */
    private static void multiplyBy(float beta, Matrix<float[]> c) {
        FloatVector factor = broadcast(SPECIES, beta);
        for (int i = 0; i < c.count(); i++) {
            for (int row = 0; row < c.rows(); row++) {
                int at = c.index(i, row, 0);
                for (int j = 0; j < c.cols(); j += LENGTH) {
                    VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(LENGTH, c.cols() - j));
                    FloatVector value = beta == 0
                            ? zero(SPECIES)
                            : fromArray(SPECIES, c.array(), at + j, mask).mul(factor);
                    value.intoArray(c.array(), at + j, mask);
                }
            }
        }
    }
}
