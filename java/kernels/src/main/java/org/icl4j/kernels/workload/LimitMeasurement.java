package org.icl4j.kernels.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.icl4j.kernels.provider.LimitLoops;
import org.icl4j.kernels.workload.MachineLimits.Level;

/** Measures {@link LimitLoops} in arithmetic, in every cache and in memory. */
final class LimitMeasurement {
    private static final int WINDOWS = 9;

    /** A loop's first code is not its last: compilers improve on code that they replaced while it ran. */
    private static final int COMPILING_WINDOWS = 30;

    private static final int COMPILING_FLOATS = 1 << 12;

    /** A shared cache is measured on this many times the nearer one: others may have taken the rest of it. */
    private static final double BEYOND_NEARER = 8;

    /** Memory that no cache holds, for each thread. */
    private static final int DRAM_FLOATS = 1 << 25;

    /** Bytes that a loop works on before it looks at the clock. */
    private static final long BYTES_BETWEEN_LOOKS = 1 << 18;

    /** Made once, so that they are compiled once; null before. */
    private static LimitLoops compiled;

    private final int threads;
    private final LimitLoops loops;
    private final int windows;

    private LimitMeasurement(int threads, LimitLoops loops, int windows) {
        this.threads = threads;
        this.loops = loops;
        this.windows = windows;
    }

    /** Measures on some threads at once. */
    static MachineLimits on(int threads) {
        return new LimitMeasurement(threads, compiled(), WINDOWS).measure();
    }

    /** Measures multiply-adds only. */
    static SortedMap<Integer, Double> multiplyAddsOn(int threads) {
        return new LimitMeasurement(threads, compiled(), WINDOWS).multiplyAdds();
    }

    private static synchronized LimitLoops compiled() {
        if (compiled == null) {
            LimitLoops loops = loops();
            LimitMeasurement first = new LimitMeasurement(1, loops, COMPILING_WINDOWS);
            first.multiplyAdds();
            first.divisions();
            first.level("L1", 0, COMPILING_FLOATS);
            compiled = loops;
        }
        return compiled;
    }

    private static LimitLoops loops() {
        try {
            return (LimitLoops) Class.forName("org.icl4j.kernels.vector.VectorLoops")
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | LinkageError noVectors) {
            return new PlainLoops();
        }
    }

    private SortedMap<Integer, Double> multiplyAdds() {
        SortedMap<Integer, Double> rates = new TreeMap<>();
        for (int width : loops.widths()) {
            rates.put(width, rate("FMA-" + width, thread -> loops.multiplyAdds(width)));
        }
        return rates;
    }

    private double divisions() {
        return rate("division", thread -> loops::divisions);
    }

    private MachineLimits measure() {
        SortedMap<Integer, Double> multiplyAdds = multiplyAdds();
        double divisions = divisions();
        List<Level> levels = new ArrayList<>();
        double farthest = 0;
        double nearer = Double.POSITIVE_INFINITY;
        for (CacheSizes cache : CacheSizes.ofThisMachine()) {
            double bytes = cache.shared() ? cache.bytes() : (double) cache.bytes() * threads;
            double used = Math.min(bytes / 2, BEYOND_NEARER * nearer);
            nearer = bytes;
            levels.add(level("L" + cache.level(), bytes, (int) Math.min(DRAM_FLOATS, used / threads / Float.BYTES)));
            farthest = bytes;
        }
        int beyond = (int) Math.min(1 << 28, Math.max(DRAM_FLOATS, 2 * farthest / Float.BYTES / threads));
        levels.add(level("DRAM", Double.POSITIVE_INFINITY, beyond));
        return new MachineLimits(threads, multiplyAdds, divisions, levels);
    }

    /** {@code floats} is what each thread works on, in one array for reading and in two halves for copying. */
    private Level level(String name, double bytes, int floats) {
        List<float[]> arrays = new ArrayList<>();
        for (int i = 0; i < 2 * threads; i++) {
            arrays.add(new float[floats / 2]);
        }
        long size = (long) Float.BYTES * (floats / 2);
        int repeats = (int) Math.max(1, BYTES_BETWEEN_LOOKS / size);
        double read = pass(name + " read", repeats, 2 * size, thread -> () -> {
            loops.read(arrays.get(2 * thread));
            loops.read(arrays.get(2 * thread + 1));
        });
        double copy = pass(
                name + " copy",
                repeats,
                2 * size,
                thread -> () -> loops.copy(arrays.get(2 * thread), arrays.get(2 * thread + 1)));
        double arrayCopy = pass(
                name + " array copy",
                repeats,
                2 * size,
                thread -> () -> System.arraycopy(arrays.get(2 * thread), 0, arrays.get(2 * thread + 1), 0, floats / 2));
        double update = pass(name + " update", repeats, 4 * size, thread -> () -> {
            loops.update(arrays.get(2 * thread));
            loops.update(arrays.get(2 * thread + 1));
        });
        return new Level(name, bytes, read, Math.max(copy, arrayCopy), update);
    }

    /** The rate of passes over {@code bytes} each, some between two looks at the clock. */
    private double pass(String name, int repeats, long bytes, IntFunction<Runnable> passOf) {
        return rate(name, thread -> {
            Runnable pass = passOf.apply(thread);
            return () -> repeat(repeats, bytes, pass);
        });
    }

    private static long repeat(int times, long bytes, Runnable task) {
        for (int i = 0; i < times; i++) {
            task.run();
        }
        return times * bytes;
    }

    private double rate(String name, IntFunction<LongSupplier> loopOf) {
        return new LoopRate(name, threads, windows, LoopRate.PATIENCE_SECONDS, loopOf).measure();
    }
}
