package org.icl4j.kernels.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.icl4j.kernels.provider.LimitLoops;
import org.icl4j.kernels.workload.MachineLimits.Level;

/** Runs {@link LimitLoops} on some threads at once and takes the best of several windows of time. */
final class LimitMeasurement {
    private static final long WINDOW_NANOS = 10_000_000;
    private static final int WINDOWS = 9;

    /** The first windows fill the caches; their rates do not count. */
    private static final int FILLING = 3;

    /** Time for a loop to be compiled, which happens once. */
    private static final long COMPILE_NANOS = 300_000_000;

    private static final int COMPILE_FLOATS = 1 << 12;

    /** A shared cache is measured on this many times the nearer one: others may have taken the rest of it. */
    private static final double BEYOND_NEARER = 8;

    /** Memory that no cache holds, for each thread. */
    private static final int DRAM_FLOATS = 1 << 25;

    /** Bytes that a loop works on before it looks at the clock. */
    private static final long BYTES_BETWEEN_LOOKS = 1 << 18;

    /** Made once, so that they are compiled once. */
    private static final class Loops {
        static final LimitLoops COMPILED = compiled();

        private static LimitLoops compiled() {
            LimitLoops loops = loops();
            float[] from = new float[COMPILE_FLOATS];
            float[] to = new float[COMPILE_FLOATS];
            List<Runnable> all = new ArrayList<>(List.of(
                    loops::divisions, () -> loops.read(from), () -> loops.copy(from, to), () -> loops.update(from)));
            for (int width : loops.widths()) {
                all.add(loops.multiplyAdds(width)::getAsLong);
            }
            for (Runnable loop : all) {
                long start = System.nanoTime();
                while (System.nanoTime() - start < COMPILE_NANOS) {
                    loop.run();
                }
            }
            return loops;
        }
    }

    private final int threads;
    private final LimitLoops loops = Loops.COMPILED;

    LimitMeasurement(int threads) {
        this.threads = threads;
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

    MachineLimits measure() {
        SortedMap<Integer, Double> multiplyAdds = new TreeMap<>();
        for (int width : loops.widths()) {
            multiplyAdds.put(width, rate(thread -> loops.multiplyAdds(width)));
        }
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
        return new MachineLimits(threads, multiplyAdds, rate(thread -> loops::divisions), levels);
    }

    /** {@code floats} is what each thread works on, in one array for reading and in two halves for copying. */
    private Level level(String name, double bytes, int floats) {
        List<float[]> arrays = new ArrayList<>();
        for (int i = 0; i < 2 * threads; i++) {
            arrays.add(new float[floats / 2]);
        }
        long size = (long) Float.BYTES * (floats / 2);
        int repeats = (int) Math.max(1, BYTES_BETWEEN_LOOKS / size);
        double read = rate(thread -> () -> repeat(repeats, 2 * size, () -> {
            loops.read(arrays.get(2 * thread));
            loops.read(arrays.get(2 * thread + 1));
        }));
        double copy = rate(thread ->
                () -> repeat(repeats, 2 * size, () -> loops.copy(arrays.get(2 * thread), arrays.get(2 * thread + 1))));
        double arrayCopy = rate(thread -> () -> repeat(
                repeats,
                2 * size,
                () -> System.arraycopy(arrays.get(2 * thread), 0, arrays.get(2 * thread + 1), 0, floats / 2)));
        double update = rate(thread -> () -> repeat(repeats, 4 * size, () -> {
            loops.update(arrays.get(2 * thread));
            loops.update(arrays.get(2 * thread + 1));
        }));
        return new Level(name, bytes, read, Math.max(copy, arrayCopy), update);
    }

    private static long repeat(int times, long bytes, Runnable task) {
        for (int i = 0; i < times; i++) {
            task.run();
        }
        return times * bytes;
    }

    /** A loop for each thread that tells how much it did. */
    private interface Work {
        LongSupplier of(int thread);
    }

    /** What all threads do together in a nanosecond, in their best window. */
    private double rate(Work work) {
        CyclicBarrier together = new CyclicBarrier(threads);
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<double[]>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                LongSupplier loop = work.of(thread);
                running.add(executor.submit(() -> windows(loop, together)));
            }
            double[] sums = new double[WINDOWS];
            for (Future<double[]> each : running) {
                double[] rates = each.get();
                for (int window = FILLING; window < WINDOWS; window++) {
                    sums[window] += rates[window];
                }
            }
            double best = 0;
            for (double sum : sums) {
                best = Math.max(best, sum);
            }
            return best;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the machine's limits were measured", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a loop of the machine's limits failed", e.getCause());
        }
    }

    private static double[] windows(LongSupplier loop, CyclicBarrier together) throws Exception {
        double[] rates = new double[WINDOWS];
        for (int window = 0; window < WINDOWS; window++) {
            together.await();
            long start = System.nanoTime();
            long done = 0;
            long nanos;
            do {
                done += loop.getAsLong();
                nanos = System.nanoTime() - start;
            } while (nanos < WINDOW_NANOS);
            rates[window] = (double) done / nanos;
        }
        return rates;
    }
}
