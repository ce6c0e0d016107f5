package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;

import org.icl4j.kernels.Matrix;

/**
 * Applies a function of elements that is written for whole vectors only. What is left at the end of a stretch goes through a
 * padded copy and the same loop, so that C2 meets the function's code once: twice is more than it inlines.
 */
record WholeVectors(RowTasks tasks, Scratch scratch) {
    /** y ← f(x, z) for {@code n} elements, a multiple of the vector length. */
    @FunctionalInterface
    interface Loop {
        void run(float[] x, int xAt, float[] z, int zAt, float[] y, int yAt, int n);
    }

    /** y ← f(x, z), elementwise; y may be x or z. */
    void apply(Loop loop, Matrix<float[]> x, Matrix<float[]> z, Matrix<float[]> y) {
        tasks.forEachStretch(
                x, z, y, y, (xAt, zAt, yAt, same, n) -> run(loop, x.array(), xAt, z.array(), zAt, y.array(), yAt, n));
    }

    private void run(Loop loop, float[] x, int xAt, float[] z, int zAt, float[] y, int yAt, int n) {
        int whole = Lanes.bound(n);
        if (whole > 0) {
            loop.run(x, xAt, z, zAt, y, yAt, whole);
        }
        if (whole < n) {
            float[] pad = scratch.take(2 * LENGTH);
            System.arraycopy(x, xAt + whole, pad, 0, n - whole);
            System.arraycopy(z, zAt + whole, pad, LENGTH, n - whole);
            loop.run(pad, 0, pad, LENGTH, pad, 0, LENGTH);
            System.arraycopy(pad, 0, y, yAt + whole, n - whole);
            scratch.giveBack(pad);
        }
    }
}
