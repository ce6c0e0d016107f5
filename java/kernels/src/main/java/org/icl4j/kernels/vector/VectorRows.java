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

/** {@link RowKernels} on vectors: sums over rows here, softmax and the norms in files of their own. */
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
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            fromArray(SPECIES, to, toAt + i, mask)
                    .add(fromArray(SPECIES, from, fromAt + i, mask))
                    .intoArray(to, toAt + i, mask);
        }
    }

    @Override
    public void sumRows(Matrix<float[]> x, double beta, Matrix<float[]> sum) {
        if (tasks.isAloneDown(x)) {
            for (int column = 0; column < x.cols(); column += RowTasks.COLUMNS) {
                sumColumns(x, column, (float) beta, sum);
            }
        } else {
            tasks.forEachColumns(x, column -> sumColumns(x, column, (float) beta, sum));
        }
    }

    /** Each column in ascending row order. */
    private static void sumColumns(Matrix<float[]> x, int column, float beta, Matrix<float[]> sum) {
        if (column + RowTasks.COLUMNS <= x.cols()) {
            sumWide(x, column, beta, sum.array(), sum.offset() + column);
            return;
        }
        for (int c = column; c < x.cols(); c += LENGTH) {
            sumVector(x, c, beta, sum);
        }
    }

    private static void sumWide(Matrix<float[]> x, int column, float beta, float[] to, int at) {
        FloatVector sum0 = zero(SPECIES);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        int rows = x.count() * x.rows();
        for (int row = 0; row < rows; row++) {
            int from = rowStart(x, row) + column;
            sum0 = fromArray(SPECIES, x.array(), from).add(sum0);
            sum1 = fromArray(SPECIES, x.array(), from + LENGTH).add(sum1);
            sum2 = fromArray(SPECIES, x.array(), from + 2 * LENGTH).add(sum2);
            sum3 = fromArray(SPECIES, x.array(), from + 3 * LENGTH).add(sum3);
        }
        if (beta != 0) {
            FloatVector factor = broadcast(SPECIES, beta);
            sum0 = fromArray(SPECIES, to, at).fma(factor, sum0);
            sum1 = fromArray(SPECIES, to, at + LENGTH).fma(factor, sum1);
            sum2 = fromArray(SPECIES, to, at + 2 * LENGTH).fma(factor, sum2);
            sum3 = fromArray(SPECIES, to, at + 3 * LENGTH).fma(factor, sum3);
        }
        sum0.intoArray(to, at);
        sum1.intoArray(to, at + LENGTH);
        sum2.intoArray(to, at + 2 * LENGTH);
        sum3.intoArray(to, at + 3 * LENGTH);
    }

    private static void sumVector(Matrix<float[]> x, int column, float beta, Matrix<float[]> sum) {
        VectorMask<Float> mask = SPECIES.indexInRange(column, x.cols());
        FloatVector total = zero(SPECIES);
        int rows = x.count() * x.rows();
        for (int row = 0; row < rows; row++) {
            total = total.add(fromArray(SPECIES, x.array(), rowStart(x, row) + column, mask));
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
        forEachBlock(y, Softmax.SCRATCH_LENGTH, (row, n, s) -> Softmax.backwardRows(y, row, n, dy, dx, s));
    }

    /** What to do with n rows from {@code first} on, at most a vector's lanes, and a scratch array. */
    @FunctionalInterface
    private interface Block {
        void accept(int first, int n, float[] scratch);
    }

    /** Calls {@code body} with rows that stay in the nearest cache together. */
    private void forEachBlock(Matrix<float[]> x, int scratchLength, Block body) {
        int most = together(x);
        tasks.forEachRows(x, (first, rows) -> {
            float[] working = scratch.take(scratchLength);
            for (int done = 0; done < rows; done += most) {
                body.accept(first + done, Math.min(most, rows - done), working);
            }
            scratch.giveBack(working);
        });
    }

    private static int together(Matrix<float[]> x) {
        return Math.clamp(CACHED_ELEMENTS / x.cols(), 1, LENGTH);
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
        if (tasks.isAlone(x)) {
            layerNorm(x, 0, RowTasks.rows(x), gamma, beta, (float) eps, y, mean, rstd);
        } else {
            tasks.forEachRows(x, (first, n) -> layerNorm(x, first, n, gamma, beta, (float) eps, y, mean, rstd));
        }
    }

    private void layerNorm(
            Matrix<float[]> x,
            int first,
            int n,
            Matrix<float[]> gamma,
            Matrix<float[]> beta,
            float eps,
            Matrix<float[]> y,
            Matrix<float[]> mean,
            Matrix<float[]> rstd) {
        float[] working = scratch.take(LayerNorm.SCRATCH_LENGTH);
        int most = together(x);
        for (int done = 0; done < n; done += most) {
            LayerNorm.rows(x, first + done, Math.min(most, n - done), gamma, beta, eps, y, mean, rstd, working);
        }
        scratch.giveBack(working);
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
        if (tasks.isAloneDown(x)) {
            for (int column = 0; column < x.cols(); column += RowTasks.COLUMNS) {
                LayerNormBackward.addParameterGradients(x, column, mean, rstd, dy, dGamma, dBeta);
            }
        } else {
            tasks.forEachColumns(
                    x, column -> LayerNormBackward.addParameterGradients(x, column, mean, rstd, dy, dGamma, dBeta));
        }
        if (tasks.isAlone(x)) {
            layerNormBackward(x, 0, RowTasks.rows(x), gamma, mean, rstd, dy, dx);
        } else {
            tasks.forEachRows(x, (first, n) -> layerNormBackward(x, first, n, gamma, mean, rstd, dy, dx));
        }
    }

    private void layerNormBackward(
            Matrix<float[]> x,
            int first,
            int n,
            Matrix<float[]> gamma,
            Matrix<float[]> mean,
            Matrix<float[]> rstd,
            Matrix<float[]> dy,
            Matrix<float[]> dx) {
        float[] working = scratch.take(LayerNormBackward.SCRATCH_LENGTH);
        int most = together(x);
        for (int done = 0; done < n; done += most) {
            LayerNormBackward.rows(x, first + done, Math.min(most, n - done), gamma, mean, rstd, dy, dx, working);
        }
        scratch.giveBack(working);
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
        tasks.forEachColumns(x, column -> RmsNorm.addParameterGradient(x, rstd, dy, dGamma, column));
        forEachBlock(x, RmsNorm.SCRATCH_LENGTH, (row, n, s) -> RmsNorm.backwardRows(x, row, n, gamma, rstd, dy, dx, s));
    }
}
