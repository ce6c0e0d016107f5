package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.icl4j.kernels.Matrix;

/**
 * Softmax of rows of at most {@link #MAX_COLUMNS}, a vector of rows at a time: transposed, a lane is a row, and neither maximum
 * nor sum takes a step across lanes, which would cost a short row more than its exponentials.
 */
final class ShortRowSoftmax {
    /** Part of the result's identity, as the order of a row's sum hangs on it. */
    static final int MAX_COLUMNS = 32;

    /** Exponentials summed before the sum goes into the total. Part of the result's identity. */
    private static final int BLOCK = 8;

    private static final int COLUMNS = Lanes.padded(MAX_COLUMNS);

    /** A group of rows transposed, and by rows again. */
    static final int SCRATCH_LENGTH = 2 * COLUMNS * LENGTH;

    private static final int RESULT = COLUMNS * LENGTH;

    private ShortRowSoftmax() {}

    /** Rows first … first + n, of which there are at most {@link Lanes#LENGTH}, of matrix b of the batch. */
    static void rows(Matrix<float[]> x, Matrix<float[]> y, int b, int first, int n, float[] scratch) {
        int cols = x.cols();
        Transposes.transpose(x.array(), x.index(b, first, 0), x.ld(), n, cols, scratch, 0, LENGTH);
        softmax(scratch, cols);
        int ld = Lanes.padded(cols);
        Transposes.transpose(scratch, 0, LENGTH, cols, n, scratch, RESULT, ld);
        for (int i = 0; i < n; i++) {
            copy(scratch, RESULT + i * ld, y.array(), y.index(b, first + i, 0), cols);
        }
    }

    private static void softmax(float[] s, int n) {
        FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < n; j++) {
            FloatVector next = fromArray(SPECIES, s, j * LENGTH);
            max = max.blend(next, next.compare(VectorOperators.GT, max));
        }
        FloatVector reciprocal = broadcast(SPECIES, 1).div(exponentials(s, n, max));
        for (int j = 0; j < n; j++) {
            fromArray(SPECIES, s, j * LENGTH).mul(reciprocal).intoArray(s, j * LENGTH);
        }
    }

    private static FloatVector exponentials(float[] s, int n, FloatVector max) {
        FloatVector total = zero(SPECIES);
        FloatVector block = zero(SPECIES);
        for (int j = 0; j < n; j++) {
            FloatVector e =
                    Softmax.exponential(fromArray(SPECIES, s, j * LENGTH).sub(max));
            e.intoArray(s, j * LENGTH);
            block = e.add(block);
            if (j % BLOCK == BLOCK - 1) {
                total = block.add(total);
                block = zero(SPECIES);
            }
        }
        return total.add(block);
    }

    private static void copy(float[] from, int at, float[] to, int toAt, int n) {
        int j = 0;
        for (; j < Lanes.bound(n); j += LENGTH) {
            fromArray(SPECIES, from, at + j).intoArray(to, toAt + j);
        }
        if (j < n) {
            fromArray(SPECIES, from, at + j).intoArray(to, toAt + j, SPECIES.indexInRange(0, n - j));
        }
    }
}
