package org.icl4j.kernels.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * Runs the numbered tasks of one call on a fixed number of threads, the caller among them.
 *
 * <p>Tasks are claimed one at a time, so which thread runs a task is open; kernels write disjoint
 * elements from each, so their results do not depend on it. Waiting threads spin for a few
 * microseconds, then park: a core taken by somebody else costs a park, not a spin without end. A
 * second caller while the pool is at work runs its tasks alone.
 */
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 2_000;

    private final int threads;
    private final Optional<Executor> executor;
    private final List<Thread> workers = new ArrayList<>();
    private final ReentrantLock busy = new ReentrantLock();
    private volatile Job current;
    private volatile boolean closed;

    /**
     * @param threads threads that work on one call; {@code threads − 1} daemon threads are started
     *     unless {@code executor} is there to run their share
     */
    public WorkerPool(int threads, Optional<Executor> executor) {
        this.threads = threads;
        this.executor = executor;
        if (executor.isEmpty()) {
            for (int i = 1; i < threads; i++) {
                workers.add(
                        Thread.ofPlatform().daemon().name("icl4j-kernels-" + i).start(this::serve));
            }
        }
    }

    /** Threads that work on one call, the caller among them. */
    public int threads() {
        return threads;
    }

    /**
     * Runs {@code task} for 0 … {@code tasks − 1} and returns when all have ended.
     *
     * @throws RuntimeException what a task threw, or the executor other than a rejection (the first to fail); the other
     *     tasks still run, and all have ended
     */
    public void run(int tasks, IntConsumer task) {
        if (threads == 1 || tasks < 2 || !busy.tryLock()) {
            for (int i = 0; i < tasks; i++) {
                task.accept(i);
            }
            return;
        }
        Job job = new Job(tasks, task);
        try {
            share(job);
            job.work();
            job.await();
        } finally {
            job.task = null; // Workers keep their last job; the caller's arrays must not live as long.
            busy.unlock();
        }
    }

    private void share(Job job) {
        current = job;
        int helpers = Math.min(threads, job.tasks) - 1;
        if (executor.isEmpty()) {
            for (int i = 0; i < helpers; i++) {
                LockSupport.unpark(workers.get(i));
            }
            return;
        }
        for (int i = 0; i < helpers; i++) {
            try {
                executor.get().execute(job::work);
            } catch (RejectedExecutionException saturated) {
                return; // The caller does the work alone.
            } catch (RuntimeException | Error e) {
                job.failure.compareAndSet(null, e); // Helpers may be at work: run() throws it when all have ended.
                return;
            }
        }
    }

    private void serve() {
        Job last = null;
        while (!closed) {
            Job job = nextAfter(last);
            if (job != null) {
                job.work();
                last = job;
            }
        }
    }

    private Job nextAfter(Job last) {
        for (int i = 0; i < SPINS; i++) {
            Job job = current;
            if (job != last || closed) {
                return job == last ? null : job;
            }
            Thread.onSpinWait();
        }
        LockSupport.park(this);
        return null;
    }

    /** Ends the pool's own threads and waits for them. */
    @Override
    public void close() {
        closed = true;
        workers.forEach(LockSupport::unpark);
        for (Thread worker : workers) {
            boolean interrupted = false;
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Job {
        final int tasks;
        private IntConsumer task;
        private final AtomicInteger claimed = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread caller = Thread.currentThread();

        Job(int tasks, IntConsumer task) {
            this.tasks = tasks;
            this.task = task;
        }

        void work() {
            for (int i = claimed.getAndIncrement(); i < tasks; i = claimed.getAndIncrement()) {
                try {
                    task.accept(i);
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                } finally {
                    if (ended.incrementAndGet() == tasks) {
                        LockSupport.unpark(caller);
                    }
                }
            }
        }

        void await() {
            for (int spins = 0; ended.get() < tasks; spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            switch (failure.get()) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
        }
    }
}
