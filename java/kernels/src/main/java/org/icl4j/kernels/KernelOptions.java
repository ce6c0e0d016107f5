package org.icl4j.kernels;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * How to open {@link Kernels}.
 *
 * @param threads threads that work on one call, the caller's among them; 1 starts none
 * @param provider the provider to insist on, {@code auto} for the best, or empty for what the system property {@value
 *     #PROVIDER_PROPERTY} says, which may name one too; without it, or with {@code auto} or nothing in it, the best
 * @param executor where the other threads come from, or empty for a pool of the instance's own
 */
public record KernelOptions(int threads, Optional<String> provider, Optional<Executor> executor) {
    /** Names the provider where the options do not. */
    public static final String PROVIDER_PROPERTY = "icl4j.provider";

    /** The most threads an instance may have. */
    public static final int MAX_THREADS = 1024;

    /**
     * @throws IllegalArgumentException if {@code threads} is not in 1 … {@link #MAX_THREADS}
     */
    public KernelOptions {
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(executor, "executor");
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads=" + threads + ": allowed are 1 to " + MAX_THREADS);
        }
    }

    /** One thread, and the provider of the system property {@value #PROVIDER_PROPERTY}, or the best. */
    public static KernelOptions defaults() {
        return new KernelOptions(1, Optional.empty(), Optional.empty());
    }

    /** The same with another number of threads. */
    public KernelOptions threads(int count) {
        return new KernelOptions(count, provider, executor);
    }

    /** The same with {@code name} insisted on; {@code auto} asks for the best, whatever the property says. */
    public KernelOptions provider(String name) {
        return new KernelOptions(threads, Optional.of(name), executor);
    }

    /**
     * The same with the other threads' work handed to {@code executor}. A call never waits for a
     * task that the executor has not started, so a saturated one costs speed, not progress.
     */
    public KernelOptions executor(Executor executor) {
        return new KernelOptions(threads, provider, Optional.of(executor));
    }
}
