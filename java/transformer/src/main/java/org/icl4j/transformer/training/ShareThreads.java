package org.icl4j.transformer.training;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** A few threads that take tasks by their numbers; the caller is one of them. */
final class ShareThreads implements AutoCloseable {
    private final int count;
    private final ExecutorService others;

    /**
     * @param count threads, the caller's among them, at least 1
     */
    ShareThreads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("training on " + count + " threads: at least 1");
        }
        this.count = count;
        this.others = Executors.newFixedThreadPool(
                Math.max(1, count - 1),
                Thread.ofPlatform().daemon().name("icl4j-train-", 0).factory());
    }

    /** How many, the caller's among them. */
    int count() {
        return count;
    }

    /**
     * Runs {@code task} for 0 … tasks − 1, each once, in any order, and waits for all.
     *
     * @throws RuntimeException the first that a task threw, when all have ended
     */
    void run(int tasks, IntConsumer task) {
        AtomicInteger next = new AtomicInteger();
        Runnable worker = () -> {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                task.accept(i);
            }
        };
        List<Future<?>> started = new ArrayList<>();
        for (int i = 1; i < Math.min(count, tasks); i++) {
            started.add(others.submit(worker));
        }
        try {
            worker.run();
        } finally {
            started.forEach(ShareThreads::await);
        }
    }

    private static void await(Future<?> future) {
        try {
            future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("training was interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        others.shutdownNow();
    }
}
