package org.icl4j.lab.rank1.blocks;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.rank1.Errors;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** What the random stacks show. */
final class StackFindings {
    private StackFindings() {}

    static void conclude(Run<?> run, Map<BlockKind, List<StackOutcome>> outcomes) {
        outcomes.forEach((kind, ofKind) -> {
            List<StackOutcome> single =
                    ofKind.stream().filter(o -> o.depth() == 1).toList();
            List<StackOutcome> stacks =
                    ofKind.stream().filter(o -> o.depth() > 1).toList();
            run.conclude("one-block." + kind.label(), worst(single, StackOutcome::worstPatched));
            run.conclude("stack." + kind.label(), worst(stacks, o -> Math.max(o.worstPatched(), o.logits())));
            run.conclude("control." + kind.label(), Estimate.exact(leastOfDepths(ofKind, StackOutcome::unpatched)));
        });
        List<StackOutcome> all =
                outcomes.values().stream().flatMap(Collection::stream).toList();
        run.conclude(
                "control.block-left-out",
                least(all.stream().filter(o -> o.depth() > 1).toList(), StackOutcome::leftOut));
        run.conclude("control.no-bias-change", least(outcomes.get(BlockKind.GPT2), StackOutcome::withoutBias));
        run.conclude("rank.changes", worst(all, StackOutcome::rank));
        concludeOnExperts(run, outcomes.get(BlockKind.EXPERTS));
        run.conclude(
                "bf16.stable", Estimate.exact(median(outcomes.get(BlockKind.GEMMA_STABLE), StackOutcome::rounded)));
        run.conclude(
                "bf16.plain-by-stable",
                Estimate.exact(median(outcomes.get(BlockKind.GEMMA), StackOutcome::rounded)
                        / median(outcomes.get(BlockKind.GEMMA_STABLE), StackOutcome::rounded)));
    }

    private static void concludeOnExperts(Run<?> run, List<StackOutcome> outcomes) {
        run.conclude("moe.chosen", Estimate.exact(share(outcomes, StackOutcome::chosen)));
        run.conclude("moe.gates", worst(outcomes, StackOutcome::gates));
        run.conclude("moe.control", Estimate.exact(share(outcomes, StackOutcome::chosenUnpatched)));
    }

    private static double share(List<StackOutcome> outcomes, Predicate<StackOutcome> which) {
        return (double) outcomes.stream().filter(which).count() / outcomes.size();
    }

    private static double median(List<StackOutcome> outcomes, ToDoubleFunction<StackOutcome> value) {
        return Errors.median(outcomes.stream().mapToDouble(value).toArray());
    }

    /** The least of the medians of each depth. */
    private static double leastOfDepths(List<StackOutcome> outcomes, ToDoubleFunction<StackOutcome> value) {
        return Errors.least(outcomes.stream()
                .mapToInt(StackOutcome::depth)
                .distinct()
                .mapToDouble(depth ->
                        median(outcomes.stream().filter(o -> o.depth() == depth).toList(), value))
                .toArray());
    }

    private static Estimate worst(List<StackOutcome> outcomes, ToDoubleFunction<StackOutcome> value) {
        return Estimate.exact(Errors.worst(outcomes.stream().mapToDouble(value).toArray()));
    }

    private static Estimate least(List<StackOutcome> outcomes, ToDoubleFunction<StackOutcome> value) {
        return Estimate.exact(Errors.least(outcomes.stream().mapToDouble(value).toArray()));
    }

    /** The worst error at the end of each block of the deepest stacks. */
    static void plot(Run<?> run, Map<BlockKind, List<StackOutcome>> outcomes) {
        int depth = run.settings().integer("depth");
        double[] blocks = IntStream.rangeClosed(1, depth).asDoubleStream().toArray();
        Plot plot = Plot.of(
                "error-by-block",
                "Patched block after block, the query alone stays where its context would have it",
                "largest difference of the residual stream by its largest component, worst of "
                        + run.settings().integer("draws") + " random stacks of " + depth + " blocks of each kind, "
                        + run.precision(),
                Axis.linear("block"),
                Axis.logarithmic("relative error"));
        for (Map.Entry<BlockKind, List<StackOutcome>> entry : outcomes.entrySet()) {
            List<StackOutcome> deepest =
                    entry.getValue().stream().filter(o -> o.depth() == depth).toList();
            double[] errors = IntStream.range(0, depth)
                    .mapToDouble(
                            block -> worst(deepest, o -> o.patched()[block]).value())
                    .toArray();
            plot = plot.with(new Series(entry.getKey().inWords(), Style.LINE, blocks, errors));
        }
        run.plot(plot);
    }
}
