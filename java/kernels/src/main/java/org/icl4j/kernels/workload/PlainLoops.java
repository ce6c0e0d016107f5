package org.icl4j.kernels.workload;

import java.util.function.LongSupplier;
import org.icl4j.kernels.provider.LimitLoops;

/** {@link LimitLoops} without vectors, for machines and JVMs that have none. */
final class PlainLoops implements LimitLoops {
    private static final int ITERATIONS = 4_000;
    private static final int CHAINS = 4;

    /** Unknown to the compiler, which would otherwise compute the loops itself. */
    private static volatile float start = 1.0001f;

    private static volatile float sink;

    @Override
    public int[] widths() {
        return new int[] {0};
    }

    @Override
    public LongSupplier multiplyAdds(int width) {
        return PlainLoops::multiplyAdds;
    }

    private static long multiplyAdds() {
        float x = start;
        float a = x;
        float b = 2 * x;
        float c = 3 * x;
        float d = 4 * x;
        for (int i = 0; i < ITERATIONS; i++) {
            a = a * 0.999f + 0.001f;
            b = b * 0.999f + 0.001f;
            c = c * 0.999f + 0.001f;
            d = d * 0.999f + 0.001f;
        }
        sink = a + b + c + d;
        return (long) CHAINS * ITERATIONS;
    }

    @Override
    public long divisions() {
        float x = start;
        float a = x;
        float b = 2 * x;
        float c = 3 * x;
        float d = 4 * x;
        for (int i = 0; i < ITERATIONS; i++) {
            a = x / a;
            b = x / b;
            c = x / c;
            d = x / d;
        }
        sink = a + b + c + d;
        return (long) CHAINS * ITERATIONS;
    }

    @Override
    public void read(float[] from) {
        float a = 0;
        float b = 0;
        for (int i = 0; i + 1 < from.length; i += 2) {
            a += from[i];
            b += from[i + 1];
        }
        sink = a + b;
    }

    @Override
    public void copy(float[] from, float[] to) {
        System.arraycopy(from, 0, to, 0, from.length);
    }

    @Override
    public void update(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = -values[i];
        }
    }
}
