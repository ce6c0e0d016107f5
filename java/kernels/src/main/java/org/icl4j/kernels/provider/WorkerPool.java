package org.icl4j.kernels.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Runs the numbered tasks of one call on a fixed number of threads, the caller among them.
 *
 * <p>Tasks are claimed one at a time, so which thread runs a task is open; kernels write disjoint
 * elements from each, so their results do not depend on it. Waiting threads spin for half a
 * millisecond at most, then park: a core taken by somebody else costs a park, not a spin without end. A
 * second caller while the pool is at work runs its tasks alone, and so does a task that calls again.
 */
public final class WorkerPool implements AutoCloseable {
    /** Some 30 ns each. To wake a thread takes 50 µs and more, and threads seldom end a call together. */
    private static final int SPINS = 20_000;

    /** The same where threads outnumber cores, and who spins may keep the core from who has work. */
    private static final int CROWDED_SPINS = 2_000;

    private final int threads;
    private final int spins;
    private final Optional<Executor> executor;
    private final List<Thread> workers = new ArrayList<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Job job = new Job();
    private volatile boolean closed;

    /**
     * @param threads threads that work on one call; {@code threads − 1} daemon threads are started
     *     unless {@code executor} is there to run their share
     */
    public WorkerPool(int threads, Optional<Executor> executor) {
        this.threads = threads;
        this.spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : CROWDED_SPINS;
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

    /** Whether {@link #run} leaves so many tasks to its caller: who then goes through them himself needs no object for them. */
    public boolean isAlone(int tasks) {
        return threads == 1 || tasks < 2;
    }

    /**
     * Runs {@code task} for 0 … {@code tasks − 1} and returns when all have ended.
     *
     * @throws RuntimeException what a task threw, or the executor other than a rejection (the first to fail); the other
     *     tasks still run, and all have ended
     */
    public void run(int tasks, IntConsumer task) {
        if (isAlone(tasks) || !busy.compareAndSet(false, true)) {
            for (int i = 0; i < tasks; i++) {
                task.accept(i);
            }
            return;
        }
        try {
            int number = job.begin(tasks, task);
            share(number, Math.min(threads, tasks) - 1);
            job.work(number);
            job.await(spins);
        } finally {
            busy.set(false);
        }
    }

    private void share(int number, int helpers) {
        if (executor.isEmpty()) {
            for (int i = 0; i < helpers; i++) {
                LockSupport.unpark(workers.get(i));
            }
            return;
        }
        for (int i = 0; i < helpers; i++) {
            try {
                executor.get().execute(() -> job.work(number));
            } catch (RejectedExecutionException saturated) {
                return; // The caller does the work alone.
            } catch (RuntimeException | Error e) {
                job.failed(e); // Helpers may be at work: run() throws it when all have ended.
                return;
            }
        }
    }

    private void serve() {
        int last = 0;
        while (!closed) {
            int number = nextAfter(last);
            if (number != last) {
                job.work(number);
                last = number;
            }
        }
    }

    /** The number of a job after {@code last}, or {@code last} if none came before the thread was parked. */
    private int nextAfter(int last) {
        for (int i = 0; i < spins; i++) {
            int number = job.number();
            if (number != last || closed) {
                return number;
            }
            Thread.onSpinWait();
        }
        LockSupport.park(this);
        return last;
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

    /** The tasks of one call; the same object for all calls, which so make no garbage. */
    private static final class Job {
        /**
         * The job's number in the upper half, its unclaimed tasks in the lower: who comes too late for a job claims nothing of
         * the next.
         */
        private final AtomicLong open = new AtomicLong();

        private final AtomicInteger unended = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private int tasks;
        private IntConsumer task;
        private Thread caller;

        /** Opens the next job, and gives its number. */
        int begin(int tasks, IntConsumer task) {
            this.tasks = tasks;
            this.task = task;
            caller = Thread.currentThread();
            unended.set(tasks);
            int number = number() + 1;
            open.set((long) number << Integer.SIZE | tasks);
            return number;
        }

        int number() {
            return numberOf(open.get());
        }

        private static int numberOf(long open) {
            return (int) (open >>> Integer.SIZE);
        }

        /** Works on job {@code number} until no task is left to claim. */
        void work(int number) {
            for (int left = claim(number); left > 0; left = claim(number)) {
                Thread waiting = caller; // While a task is claimed the next job cannot begin.
                try {
                    task.accept(tasks - left);
                } catch (RuntimeException | Error e) {
                    failed(e);
                } finally {
                    if (unended.decrementAndGet() == 0) {
                        LockSupport.unpark(waiting);
                    }
                }
            }
        }

        /** The unclaimed tasks of job {@code number}, one of which is now the caller's, or 0. */
        private int claim(int number) {
            long now = open.get();
            while (numberOf(now) == number && (int) now > 0) {
                if (open.compareAndSet(now, now - 1)) {
                    return (int) now;
                }
                now = open.get();
            }
            return 0;
        }

        void failed(Throwable e) {
            failure.compareAndSet(null, e);
        }

        void await(int spins) {
            for (int i = 0; unended.get() > 0; i++) {
                if (i < spins) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            task = null; // The caller's arrays must not live as long as the pool.
            caller = null;
            switch (failure.getAndSet(null)) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
        }
    }
}
