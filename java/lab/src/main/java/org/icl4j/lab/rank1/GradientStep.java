package org.icl4j.lab.rank1;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Kernels;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Where the update is known in closed form (Dherin et al. 2025, later version, Ex. 2.5; von Oswald et al. 2022, Prop. 1): linear
 * attention over tokens (x, y) in which keys and queries read x, values are −(η/N)·(x, y), and the query (x, 0), which has no key, is
 * added to what it reads. With W = [ω₀ᵀ, −1],
 *
 * <pre>W·A(C, x) = ω₁ᵀx,  ω₁ = ω₀ − η·∇L(ω₀),  L(ω) = 1/(2N)·Σ (ωᵀxᵢ − yᵢ)²</pre>
 *
 * <p>so that ΔW = [((ω₁ − ω₀)ᵀx)·xᵀ/‖x‖², 0]: the part of the step along the query.
 *
 * @param patch largest difference of ΔW to that part, by the largest entry of the step
 * @param answer difference of (W + ΔW)·A(x) to ω₁ᵀx, by |ω₀|·|x|, the usual size of an answer
 * @param change how far the step moves the answer, |(ω₁ − ω₀)ᵀx|, by the same
 * @param offQuery norm of the step's part that is orthogonal to x, by that of the step
 */
record GradientStep(double patch, double answer, double change, double offQuery) {
    private static final int DIMS = 5;
    private static final int EXAMPLES = 20;
    private static final double RATE = 0.5;
    private static final int QUERY = EXAMPLES;

    /** Steps from {@code count} random ω₀ on random examples. */
    static List<GradientStep> draw(Run<?> run, UpdateRule rule, int count) {
        List<GradientStep> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            GradientStep step = of(run.kernels(), rule, run.seed() * count + i);
            run.measure("gradientStep", i, "patchError", step.patch);
            run.measure("gradientStep", i, "answerError", step.answer);
            run.measure("gradientStep", i, "answerChange", step.change);
            run.measure("gradientStep", i, "shareOffQuery", step.offQuery);
            steps.add(step);
        }
        return steps;
    }

    static void conclude(Run<?> run, List<GradientStep> steps) {
        run.conclude(
                "gradient-step",
                Estimate.exact(Errors.worst(values(steps, step -> Math.max(step.patch, step.answer)))));
        run.conclude("gradient-step.control", Estimate.exact(Errors.median(values(steps, GradientStep::change))));
        run.conclude("gradient-step.off-query", Estimate.exact(Errors.median(values(steps, GradientStep::offQuery))));
    }

    private static double[] values(List<GradientStep> steps, ToDoubleFunction<GradientStep> value) {
        return steps.stream().mapToDouble(value).toArray();
    }

    /** One step; the last token is the query. */
    static <A> GradientStep of(Kernels<A> kernels, UpdateRule rule, long seed) {
        Tensor<A> tokens = Tensor.zeros(kernels.precision(), 1, EXAMPLES + 1, DIMS + 1);
        RandomStream.of(seed, "gradient step", 0, 0).fillGaussian(tokens, 1); // Answers too: any will do.
        tokens.set(tokens.index(0, QUERY, DIMS), 0);
        Tensor<A> w = Tensor.zeros(kernels.precision(), 1, DIMS + 1);
        RandomStream.of(seed, "gradient step", 1, 0).fillGaussian(w, 1);
        w.set(DIMS, -1);
        Tensor<A> query = Tensor.of(kernels.precision(), tokens.row(QUERY).array(), DIMS + 1);
        Tensor<A> update = rule.update(kernels, w, read(kernels, tokens), query);
        return compared(explicitStep(tokens, w), query, w, update);
    }

    /** What linear attention adds to the query. */
    private static <A> Tensor<A> read(Kernels<A> kernels, Tensor<A> tokens) {
        Tensor<A> keys = tokens.copy();
        Tensor<A> values = tokens.zerosLike();
        for (int t = 0; t <= EXAMPLES; t++) {
            for (int j = 0; j <= DIMS; j++) {
                int at = tokens.index(0, t, j);
                values.set(at, -RATE / EXAMPLES * tokens.get(at));
                if (t == QUERY || j == DIMS) {
                    keys.set(at, 0);
                }
            }
        }
        Tensor<A> state = Tensor.zeros(kernels.precision(), 1, DIMS + 1, DIMS + 1);
        Tensor<A> out = tokens.zerosLike();
        kernels.linearAttention(
                new AttentionHeads(1, 1),
                queries(tokens).batch(),
                keys.batch(),
                values.batch(),
                state.batch(),
                out.batch(),
                state.batch());
        return out.row(QUERY);
    }

    /** Queries read x alone. */
    private static <A> Tensor<A> queries(Tensor<A> tokens) {
        Tensor<A> queries = tokens.copy();
        for (int t = 0; t <= EXAMPLES; t++) {
            queries.set(queries.index(0, t, DIMS), 0);
        }
        return queries;
    }

    /** −η·∇L(ω₀), worked out from the examples in double. */
    private static double[] explicitStep(Tensor<?> tokens, Tensor<?> w) {
        double[] step = new double[DIMS];
        for (int i = 0; i < EXAMPLES; i++) {
            double error = -tokens.get(tokens.index(0, i, DIMS));
            for (int j = 0; j < DIMS; j++) {
                error += w.get(j) * tokens.get(tokens.index(0, i, j));
            }
            for (int j = 0; j < DIMS; j++) {
                step[j] -= RATE / EXAMPLES * error * tokens.get(tokens.index(0, i, j));
            }
        }
        return step;
    }

    private static GradientStep compared(double[] step, Tensor<?> query, Tensor<?> w, Tensor<?> update) {
        double squared = Math.pow(query.norm(), 2);
        double change = 0;
        double before = 0;
        double patched = 0;
        double squaredStart = 0;
        double squaredStep = 0;
        double largest = 0;
        for (int j = 0; j < DIMS; j++) {
            change += step[j] * query.get(j);
            before += w.get(j) * query.get(j);
            patched += (w.get(j) + update.get(j)) * query.get(j);
            squaredStart += w.get(j) * w.get(j);
            squaredStep += step[j] * step[j];
            largest = Math.max(largest, Math.abs(step[j]));
        }
        double worst = Math.abs(update.get(DIMS));
        for (int j = 0; j < DIMS; j++) {
            worst = Math.max(worst, Math.abs(update.get(j) - change * query.get(j) / squared));
        }
        double usual = Math.sqrt(squaredStart * squared);
        return new GradientStep(
                worst / largest,
                Math.abs(patched - before - change) / usual,
                Math.abs(change) / usual,
                Math.sqrt(Math.max(0, 1 - change * change / squared / squaredStep)));
    }
}
