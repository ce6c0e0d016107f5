package org.icl4j.kernels;

import java.util.function.DoubleSupplier;

/**
 * What one core of this machine can do at most, measured: the limits that kernels are judged by.
 *
 * @param gflops fused multiply-adds in f32 from registers, counted as two operations each, in 10⁹ a second
 * @param copyGigabytesPerSecond bytes read and written by copying arrays that stay in the second-level cache, in 10⁹ a second
 */
public record MachineLimits(double gflops, double copyGigabytesPerSecond) {
    private static final int ROUNDS = 25;
    private static final int COPY_FLOATS = 1 << 16;
    private static final int COPIES = 50;

    /** Takes about a tenth of a second. */
    public static MachineLimits measure() {
        return new MachineLimits(fmaLoop().getAsDouble(), copyRate());
    }

    private static DoubleSupplier fmaLoop() {
        try {
            return (DoubleSupplier) Class.forName("org.icl4j.kernels.vector.VectorFmaLoop")
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | LinkageError noVectors) {
            return MachineLimits::scalarRate;
        }
    }

    private static double scalarRate() {
        int n = 20_000;
        double best = 0;
        double sink = 0;
        for (int round = 0; round < ROUNDS; round++) {
            float a = 1;
            float b = 1;
            float c = 1;
            float d = 1;
            long start = System.nanoTime();
            for (int i = 0; i < n; i++) {
                a = a * 0.999f + 0.001f;
                b = b * 0.999f + 0.001f;
                c = c * 0.999f + 0.001f;
                d = d * 0.999f + 0.001f;
            }
            best = Math.max(best, 8.0 * n / (System.nanoTime() - start));
            sink += a + b + c + d;
        }
        return sink > 0 ? best : 0;
    }

    private static double copyRate() {
        float[] from = new float[COPY_FLOATS];
        float[] to = new float[COPY_FLOATS];
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < COPIES; i++) {
                System.arraycopy(from, 0, to, 0, COPY_FLOATS);
            }
            best = Math.max(best, 2.0 * Float.BYTES * COPY_FLOATS * COPIES / (System.nanoTime() - start));
        }
        return best;
    }
}
