package org.icl4j.kernels.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/** Runs a loop on some threads at once, until enough windows of time were seen in which it ran compiled. */
final class LoopRate {
    private static final long WINDOW_NANOS = 10_000_000;
    private static final double MILLI = 1e6;

    /** How long a compiler may take, in seconds: a fraction of one, but much longer where many processes start at once. */
    static final String PATIENCE_PROPERTY = "icl4j.limitSeconds";

    static final int PATIENCE_SECONDS = Integer.getInteger(PATIENCE_PROPERTY, 20);

    private final String name;
    private final List<LongSupplier> loops = new ArrayList<>();
    private final double[] rates;
    private final double[] bytesPerMilli;
    private final CountedWindows windows;
    private final CyclicBarrier together;
    private final double patience;
    private final long start = System.nanoTime();
    private boolean begun;
    private boolean done;

    /**
     * @param name for messages
     * @param threads threads that work at once
     * @param enough windows of 10 ms that must have counted
     * @param patience seconds after which the loop is given up
     * @param loopOf the loop of each thread, which tells how much it did
     */
    LoopRate(String name, int threads, int enough, double patience, IntFunction<LongSupplier> loopOf) {
        this.patience = patience;
        windows = new CountedWindows(enough);
        this.name = name;
        for (int thread = 0; thread < threads; thread++) {
            loops.add(loopOf.apply(thread));
        }
        rates = new double[threads];
        bytesPerMilli = new double[threads];
        together = new CyclicBarrier(threads, this::betweenWindows);
    }

    /**
     * What all threads do together in a nanosecond, in their best window.
     *
     * @throws LimitsUnavailableException if the loop never ran compiled
     */
    double measure() {
        try (ExecutorService executor = Executors.newFixedThreadPool(loops.size())) {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < loops.size(); thread++) {
                int number = thread;
                running.add(executor.submit(() -> run(number)));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the machine's limits were measured", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a loop of the machine's limits failed", e.getCause());
        }
        if (!windows.enough()) {
            throw new LimitsUnavailableException("the machine's limits cannot be measured: the loop '" + name
                    + "' did not run compiled and steadily within " + patience + " s ("
                    + windows.seen()
                    + ", allowed are " + Math.round(CountedWindows.MAX_BYTES_PER_MILLI)
                    + "); check that the CPU has FMA and that no -XX flag switches vectors or C2 off, or, on a busy"
                    + " machine, allow longer with -D" + PATIENCE_PROPERTY + "=60");
        }
        return windows.best();
    }

    private Void run(int thread) throws Exception {
        together.await();
        while (!done) {
            window(thread);
            together.await();
        }
        return null;
    }

    private void window(int thread) {
        LongSupplier loop = loops.get(thread);
        long bytesBefore = Allocations.OF_THIS_THREAD.getAsLong();
        long begin = System.nanoTime();
        long work = 0;
        long nanos;
        do {
            work += loop.getAsLong();
            nanos = System.nanoTime() - begin;
        } while (nanos < WINDOW_NANOS);
        bytesPerMilli[thread] = (Allocations.OF_THIS_THREAD.getAsLong() - bytesBefore) * MILLI / nanos;
        rates[thread] = (double) work / nanos;
    }

    /** Runs while all threads wait. */
    private void betweenWindows() {
        if (begun) {
            double rate = 0;
            double allocated = 0;
            for (int thread = 0; thread < rates.length; thread++) {
                rate += rates[thread];
                allocated = Math.max(allocated, bytesPerMilli[thread]);
            }
            windows.add(rate, allocated);
        }
        begun = true;
        done = windows.enough() || System.nanoTime() - start > patience * 1e9;
    }
}
