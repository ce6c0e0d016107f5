package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.icl4j.kernels.provider.WorkerPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WorkerPoolTest {
    private static long kernelThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("icl4j-kernels"))
                .count();
    }

    private static void runsEachTaskOnce(WorkerPool pool) {
        for (int tasks = 0; tasks < 200; tasks++) {
            AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
            pool.run(tasks, runs::incrementAndGet);
            for (int i = 0; i < tasks; i++) {
                assertEquals(1, runs.get(i), "task " + i + " of " + tasks);
            }
        }
    }

    @Test
    @Timeout(180)
    void runsEachTaskOnce() {
        for (int threads = 1; threads <= 5; threads++) {
            try (WorkerPool pool = new WorkerPool(threads, Optional.empty())) {
                runsEachTaskOnce(pool);
            }
        }
    }

    @Test
    @Timeout(180)
    void borrowsAnExecutor() {
        try (ExecutorService executor = Executors.newFixedThreadPool(2);
                WorkerPool pool = new WorkerPool(3, Optional.of(executor))) {
            runsEachTaskOnce(pool);
        }
    }

    /** An executor that never runs anything, or refuses, costs speed and no progress. */
    @Test
    @Timeout(180)
    void doesNotRelyOnTheExecutor() {
        try (WorkerPool pool = new WorkerPool(3, Optional.of(task -> {}))) {
            runsEachTaskOnce(pool);
        }
        ExecutorService stopped = Executors.newFixedThreadPool(1);
        stopped.shutdown();
        try (WorkerPool pool = new WorkerPool(3, Optional.of(stopped))) {
            runsEachTaskOnce(pool);
        }
    }

    @Test
    @Timeout(180)
    void passesOnWhatATaskThrows() {
        try (WorkerPool pool = new WorkerPool(3, Optional.empty())) {
            for (int i = 0; i < 100; i++) {
                IllegalStateException e = assertThrows(
                        IllegalStateException.class,
                        () -> pool.run(20, task -> {
                            if (task == 13) {
                                throw new IllegalStateException("thirteen");
                            }
                        }));
                assertEquals("thirteen", e.getMessage());
            }
            runsEachTaskOnce(pool);
        }
    }

    /** What the executor throws arrives when no task runs any more. */
    @Test
    @Timeout(180)
    void executorThatBreaks() {
        AtomicInteger handed = new AtomicInteger();
        Executor breaks = helper -> {
            if (handed.getAndIncrement() > 0) {
                throw new OutOfMemoryError("no thread");
            }
            Thread.ofPlatform().daemon().start(helper);
        };
        try (WorkerPool pool = new WorkerPool(3, Optional.of(breaks))) {
            AtomicInteger ended = new AtomicInteger();
            assertThrows(
                    OutOfMemoryError.class,
                    () -> pool.run(20, task -> {
                        LockSupport.parkNanos(1_000_000);
                        ended.incrementAndGet();
                    }));
            assertEquals(20, ended.get());
        }
    }

    @Test
    @Timeout(180)
    void keepsNothingOfACall() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(3, Optional.empty())) {
            WeakReference<int[]> array = runOnAnArray(pool);
            while (array.get() != null) {
                System.gc();
                Thread.sleep(10);
            }
        }
    }

    private static WeakReference<int[]> runOnAnArray(WorkerPool pool) {
        int[] array = new int[20];
        pool.run(array.length, task -> array[task] = task);
        return new WeakReference<>(array);
    }

    @Test
    @Timeout(180)
    void manyCallersShareOnePool() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(3, Optional.empty())) {
            List<Throwable> failures = new ArrayList<>();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                callers.add(Thread.ofPlatform()
                        .uncaughtExceptionHandler((t, e) -> failures.add(e))
                        .start(() -> runsEachTaskOnce(pool)));
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertTrue(failures.isEmpty(), failures.toString());
        }
    }

    @Test
    @Timeout(180)
    void leavesNoThreadBehind() {
        long before = kernelThreads();
        WorkerPool pool = new WorkerPool(4, Optional.empty());
        assertEquals(before + 3, kernelThreads());
        pool.run(10, task -> {});
        pool.close();
        pool.close();
        assertEquals(before, kernelThreads());
    }
}
