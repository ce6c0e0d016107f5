package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.RowTasks.rowStart;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.RowKernels;

/**
 * {@link RowKernels} on vectors: sums over rows here, {@link Softmax} and {@link LayerNorm} in
 * files of their own.
 */
final class VectorRows implements RowKernels<float[]> {
    /** Elements of an operand that are read more than once from the nearest cache. */
    private static final int CACHED_ELEMENTS = 8192;

    private final RowTasks tasks;
    private final Scratch scratch;

    VectorRows(RowTasks tasks, Scratch scratch) {
        this.tasks = tasks;
        this.scratch = scratch;
    }

    @Override
    public void addBias(Matrix<float[]> x, Matrix<float[]> bias) {
        tasks.forEachRow(x, row -> add(bias.array(), bias.offset(), x.array(), rowStart(x, row), x.cols()));
    }

    static void add(float[] from, int fromAt, float[] to, int toAt, int n) {
        int i = 0;
        for (; i < Lanes.bound(n); i += LENGTH) {
            fromArray(SPECIES, to, toAt + i)
                    .add(fromArray(SPECIES, from, fromAt + i))
                    .intoArray(to, toAt + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Lanes.first(n - i);
            fromArray(SPECIES, to, toAt + i, mask)
                    .add(fromArray(SPECIES, from, fromAt + i, mask))
                    .intoArray(to, toAt + i, mask);
        }
    }

    @Override
    public void sumRows(Matrix<float[]> x, double beta, Matrix<float[]> sum) {
        tasks.workers().run(Math.ceilDiv(x.cols(), LENGTH), block -> sumColumns(x, (float) beta, sum, block * LENGTH));
    }

    /** One vector of columns, so that each column is summed in ascending row order. */
    private static void sumColumns(Matrix<float[]> x, float beta, Matrix<float[]> sum, int column) {
        VectorMask<Float> mask = Lanes.first(Math.min(LENGTH, x.cols() - column));
        FloatVector total = zero(SPECIES);
        for (int b = 0; b < x.count(); b++) {
            int at = x.index(b, 0, column);
            for (int i = 0; i < x.rows(); i++) {
                total = total.add(fromArray(SPECIES, x.array(), at + i * x.ld(), mask));
            }
        }
        int to = sum.offset() + column;
        FloatVector result =
                beta == 0 ? total : fromArray(SPECIES, sum.array(), to, mask).fma(broadcast(SPECIES, beta), total);
        result.intoArray(sum.array(), to, mask);
    }

    @Override
    public void softmax(Matrix<float[]> x, Matrix<float[]> y) {
        if (x.cols() <= ShortRowSoftmax.MAX_COLUMNS) {
            softmaxOfShortRows(x, y);
            return;
        }
        forEachBlock(x, Softmax.SCRATCH_LENGTH, (row, n, s) -> Softmax.rows(x, row, n, y, s));
    }

    private void softmaxOfShortRows(Matrix<float[]> x, Matrix<float[]> y) {
        int groups = Math.ceilDiv(x.rows(), LENGTH);
        int perTask = Math.max(1, RowTasks.TASK_ELEMENTS / (x.cols() * LENGTH));
        tasks.split(x.count() * groups, perTask, (from, n) -> {
            float[] working = scratch.take(ShortRowSoftmax.SCRATCH_LENGTH);
            for (int group = from; group < from + n; group++) {
                int first = group % groups * LENGTH;
                int rows = Math.min(LENGTH, x.rows() - first);
                ShortRowSoftmax.rows(x, y, group / groups, first, rows, working);
            }
            scratch.giveBack(working);
        });
    }

    @Override
    public void softmaxBackward(Matrix<float[]> y, Matrix<float[]> dy, Matrix<float[]> dx) {
        tasks.forEachRow(
                y,
                row -> Softmax.backwardRow(
                        y.array(),
                        rowStart(y, row),
                        dy.array(),
                        rowStart(dy, row),
                        dx.array(),
                        rowStart(dx, row),
                        y.cols()));
    }

    /** What to do with n rows from {@code first} on, at most a vector's lanes, and a scratch array. */
    @FunctionalInterface
    private interface Block {
        void accept(int first, int n, float[] scratch);
    }

    /** Calls {@code body} with rows that stay in the nearest cache together. */
    private void forEachBlock(Matrix<float[]> x, int scratchLength, Block body) {
        int most = Math.clamp(CACHED_ELEMENTS / x.cols(), 1, LENGTH);
        tasks.forEachRows(x, (first, rows) -> {
            float[] working = scratch.take(scratchLength);
            for (int done = 0; done < rows; done += most) {
                body.accept(first + done, Math.min(most, rows - done), working);
            }
            scratch.giveBack(working);
        });
    }

    @Override
    public void layerNorm(
            Matrix<float[]> x,
            Matrix<float[]> gamma,
            Matrix<float[]> beta,
            double eps,
            Matrix<float[]> y,
            Matrix<float[]> mean,
            Matrix<float[]> rstd) {
        forEachBlock(
                x,
                LayerNorm.SCRATCH_LENGTH,
                (row, n, s) -> LayerNorm.rows(x, row, n, gamma, beta, (float) eps, y, mean, rstd, s));
    }

    @Override
    public void layerNormBackward(
            Matrix<float[]> x,
            Matrix<float[]> gamma,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dx,
            Matrix<float[]> dGamma,
            Matrix<float[]> dBeta) {
        tasks.workers()
                .run(
                        Math.ceilDiv(x.cols(), LENGTH),
                        block -> LayerNorm.addParameterGradients(x, mean, rstd, dy, dGamma, dBeta, block * LENGTH));
        tasks.forEachRow(x, row -> LayerNorm.backwardRow(x, row, gamma, mean, rstd, dy, dx));
    }

    @Override
    public void rmsNorm(Matrix<float[]> x, Matrix<float[]> gamma, double eps, Matrix<float[]> y, Matrix<float[]> rstd) {
        forEachBlock(x, RmsNorm.SCRATCH_LENGTH, (row, n, s) -> RmsNorm.rows(x, row, n, gamma, (float) eps, y, rstd, s));
    }

    @Override
    public void rmsNormBackward(
            Matrix<float[]> x,
            Matrix<float[]> gamma,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dx,
            Matrix<float[]> dGamma) {
        tasks.workers()
                .run(
                        Math.ceilDiv(x.cols(), LENGTH),
                        block -> RmsNorm.addParameterGradient(x, rstd, dy, dGamma, block * LENGTH));
        tasks.forEachRow(x, row -> RmsNorm.backwardRow(x, row, gamma, rstd, dy, dx));
    }
}
