package org.icl4j.lab.rank1.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.rank1.Errors;
import org.icl4j.lab.rank1.generation.HiddenHistory.Comparison;
import org.icl4j.lab.rank1.generation.HiddenHistory.Decoded;
import org.icl4j.lab.task.token.TokenBatch;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** The texts that were generated, and what they show. */
final class GenerationFindings {
    private final Map<Case, List<Decoded>> decoded = new EnumMap<>(Case.class);

    /** Generates the end of text number {@code text} of the task. */
    void add(Run<?> run, Case of, int text, HiddenHistory<?> hidden) {
        int steps = run.settings().integer("generated");
        TokenBatch batch = new TokenBatch(GenerationExperiment.task(run.settings()), 1);
        batch.sample(run.seed(), "generate", 0, text);
        int[] whole = batch.tokens();
        Decoded result = hidden.decode(Arrays.copyOf(whole, whole.length - steps), steps);
        long same = IntStream.range(whole.length - steps, whole.length)
                .filter(t -> result.tokens()[t] == whole[t])
                .count();
        decoded.computeIfAbsent(of, c -> new ArrayList<>()).add(result);
        run.measure(of.label(), text, "repeatedTokens", same);
        result.comparisons()
                .forEach((variant, ofVariant) -> record(run, of.label() + "." + variant.label(), text, ofVariant));
    }

    private static void record(Run<?> run, String condition, int text, Comparison[] steps) {
        run.measure(
                condition,
                text,
                "equalTokens",
                Arrays.stream(steps).filter(Comparison::sameToken).count());
        run.measure(condition, text, "largestLogitDifference", worst(steps, Comparison::difference));
        run.measure(condition, text, "relativeLogitError", worst(steps, GenerationFindings::relative));
    }

    private static double relative(Comparison step) {
        return step.difference() == 0 ? 0 : step.difference() / step.size();
    }

    private static double worst(Comparison[] steps, ToDoubleFunction<Comparison> value) {
        return Errors.worst(Arrays.stream(steps).mapToDouble(value).toArray());
    }

    private Comparison[] all(Case of, Variant variant) {
        return decoded.get(of).stream()
                .flatMap(text -> Arrays.stream(text.comparisons().get(variant)))
                .toArray(Comparison[]::new);
    }

    private double equal(Case of, Variant variant) {
        Comparison[] steps = all(of, variant);
        return (double) Arrays.stream(steps).filter(Comparison::sameToken).count() / steps.length;
    }

    void conclude(Run<?> run) {
        for (Case of : Case.values()) {
            run.conclude("tokens." + of.label(), Estimate.exact(equal(of, Variant.PATCHED)));
            run.conclude(
                    "logits." + of.label(), Estimate.exact(worst(all(of, Variant.PATCHED), Comparison::difference)));
            run.conclude("bf16." + of.label(), Estimate.exact(equal(of, Variant.ROUNDED)));
            run.conclude("control.stale." + of.label(), Estimate.exact(equal(of, Variant.STALE)));
        }
        for (Case of : List.of(Case.GPT2, Case.GEMMA)) {
            run.conclude("control.unpatched." + of.label(), Estimate.exact(equal(of, Variant.UNPATCHED)));
        }
        concludeOnRounding(run);
    }

    private void concludeOnRounding(Run<?> run) {
        for (Case of : List.of(Case.GPT2, Case.GEMMA_STABLE)) {
            run.conclude("bf16.error." + of.label(), Estimate.exact(Errors.median(roundedErrors(of))));
        }
        double[] all = Arrays.stream(Case.values())
                .flatMapToDouble(of -> Arrays.stream(roundedErrors(of)))
                .toArray();
        run.conclude("bf16.rounds", Estimate.exact(Errors.least(all)));
        run.conclude(
                "bf16.plain-by-stable",
                Estimate.exact(
                        Errors.median(roundedErrors(Case.GEMMA)) / Errors.median(roundedErrors(Case.GEMMA_STABLE))));
    }

    /** The worst relative error of a logit in each text, with what is changed rounded. */
    private double[] roundedErrors(Case of) {
        return decoded.get(of).stream()
                .mapToDouble(text -> worst(text.comparisons().get(Variant.ROUNDED), GenerationFindings::relative))
                .toArray();
    }

    void plot(Run<?> run) {
        int steps = run.settings().integer("generated");
        double[] numbers = IntStream.rangeClosed(1, steps).asDoubleStream().toArray();
        Plot plot = Plot.of(
                "logits",
                "A patch of the weights in the place of the history: the logits are those with it",
                "largest difference of a logit to the model that sees its history, worst of "
                        + run.settings().integer("texts") + " texts",
                Axis.linear("token generated"),
                Axis.logarithmic("largest difference of a logit"));
        for (Case of : Case.values()) {
            plot = plot.with(new Series(of.inWords(), Style.LINE, numbers, differences(of, Variant.PATCHED, steps)))
                    .with(new Series(
                            of.inWords() + ", bf16", Style.RINGS, numbers, differences(of, Variant.ROUNDED, steps)));
        }
        run.plot(plot.with(new Series(
                "GPT-2, unpatched", Style.DASHED, numbers, differences(Case.GPT2, Variant.UNPATCHED, steps))));
    }

    private double[] differences(Case of, Variant variant, int steps) {
        return IntStream.range(0, steps)
                .mapToDouble(step -> Errors.worst(decoded.get(of).stream()
                        .mapToDouble(
                                text -> text.comparisons().get(variant)[step].difference())
                        .toArray()))
                .toArray();
    }
}
