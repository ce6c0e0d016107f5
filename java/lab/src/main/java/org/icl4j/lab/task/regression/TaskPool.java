package org.icl4j.lab.task.regression;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * A pool of M fixed linear functions (Raventós et al. 2023): f(x) = ⟨ω, x⟩ with ω any of ω₁ … ω_M, all alike, and x ~ N(0, I).
 */
public final class TaskPool implements FunctionClass {
    private final double[][] omegas;
    private final double noise;

    /**
     * The pool of these functions.
     *
     * @param omegas [M][d], not copied
     * @param noise standard deviation σ of the labels' noise
     * @throws IllegalArgumentException if there is none, one is empty, they differ in length, or {@code noise} is not finite and
     *     at least 0
     */
    public TaskPool(double[][] omegas, double noise) {
        if (omegas.length == 0 || Arrays.stream(omegas).anyMatch(omega -> omega.length != omegas[0].length)) {
            throw new IllegalArgumentException(
                    "pool of " + omegas.length + " tasks: there must be at least one, all of one dimension");
        }
        Requirements.dims(omegas[0].length);
        Requirements.noise(noise);
        this.omegas = omegas;
        this.noise = noise;
    }

    /**
     * A pool drawn from N(0, I). Task m depends on {@code seed} and m alone: a larger pool of the same seed begins with the smaller.
     *
     * @param tasks M
     * @throws IllegalArgumentException if {@code tasks} or {@code nDims} is below 1, or {@code noise} not finite and at least 0
     */
    public static TaskPool draw(long seed, int tasks, int nDims, double noise) {
        if (tasks < 1) {
            throw new IllegalArgumentException("pool of " + tasks + " tasks: there must be at least 1");
        }
        double[][] omegas = new double[tasks][];
        for (int m = 0; m < tasks; m++) {
            omegas[m] = Draws.gaussians(RandomStream.of(seed, "task pool", 0, m), nDims);
        }
        return new TaskPool(omegas, noise);
    }

    /** Number of tasks, M. */
    public int tasks() {
        return omegas.length;
    }

    @Override
    public int nDims() {
        return omegas[0].length;
    }

    /** (1/M)·Σ ‖ω_m‖², of this pool; d in expectation over pools. */
    @Override
    public double zeroError() {
        return Arrays.stream(omegas)
                .mapToDouble(omega -> Vectors.dot(omega, omega))
                .average()
                .orElseThrow();
    }

    @Override
    public int degree() {
        return 1;
    }

    @Override
    public double noise() {
        return noise;
    }

    @Override
    public ToDoubleFunction<double[]> draw(RandomStream random, int activeDims) {
        double[] omega = omegas[random.nextInt(omegas.length)];
        return x -> Vectors.dot(omega, x);
    }

    /** The mean of the pool's functions, weighted by their posterior. */
    @Override
    public Optional<Predictor> bayes() {
        return Optional.of(new PoolPosterior(omegas, noise));
    }
}
