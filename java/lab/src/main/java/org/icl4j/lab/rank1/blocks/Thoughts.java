package org.icl4j.lab.rank1.blocks;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** One patch for any query, on random stacks of GPT-2 blocks: how good it is on fresh queries, found from how many others. */
final class Thoughts {
    /** Queries to test on. */
    private static final int FRESH = 128;

    /** Most queries that a patch can be found from; the vocabulary's other tokens. */
    static final int MOST = RandomStack.VOCABULARY - FRESH;

    private static final int DEPTH = 6;
    private static final List<Integer> COUNTS = List.of(1, 8, 32, 64, 128);

    private Thoughts() {}

    static <A> void run(Run<A> run) {
        int most = run.settings().integer("queries");
        List<Integer> counts = Stream.concat(COUNTS.stream().filter(k -> k < most), Stream.of(most))
                .toList();
        Map<ThoughtKind, double[]> errors = new EnumMap<>(ThoughtKind.class);
        for (ThoughtKind kind : ThoughtKind.values()) {
            errors.put(kind, new double[counts.size()]);
        }
        int draws = run.settings().integer("draws");
        try (var stage = run.progress().begin("one patch for any query", draws)) {
            for (int draw = 0; draw < draws; draw++) {
                add(run, draw, counts, errors);
                stage.at(draw + 1, "");
            }
        }
        conclude(run, errors);
        plot(run, counts, errors);
    }

    private static <A> void add(Run<A> run, int draw, List<Integer> counts, Map<ThoughtKind, double[]> errors) {
        BlockKind gpt2 = BlockKind.GPT2;
        int[] tokens = RandomStack.tokens(run, draw);
        int[] context =
                IntStream.range(0, tokens.length - 1).map(t -> tokens[t]).toArray();
        ThoughtStack<A> stack = new ThoughtStack<>(
                RandomStack.draw(run, gpt2.config(run.settings()), gpt2.position(), DEPTH, draw),
                context,
                IntStream.range(0, counts.getLast()).toArray(),
                IntStream.range(MOST, RandomStack.VOCABULARY).toArray());
        errors.forEach((kind, sums) -> {
            for (int i = 0; i < sums.length; i++) {
                double error = stack.error(stack.patched(kind, counts.get(i)));
                run.measure("thought." + kind.label() + "." + counts.get(i), draw, "relativeSquaredError", error);
                sums[i] += error / run.settings().integer("draws");
            }
        });
    }

    private static void conclude(Run<?> run, Map<ThoughtKind, double[]> errors) {
        double leastSquares = last(errors, ThoughtKind.LEAST_SQUARES);
        double scaled = last(errors, ThoughtKind.SCALED);
        run.conclude("thought.least-squares", Estimate.exact(leastSquares));
        run.conclude("thought.vector", Estimate.exact(last(errors, ThoughtKind.VECTOR)));
        run.conclude("thought.least-squares-by-scaled", Estimate.exact(leastSquares / scaled));
        run.conclude("thought.scaled-by-mean", Estimate.exact(scaled / last(errors, ThoughtKind.MEAN)));
        run.conclude("thought.rank", Estimate.exact(last(errors, ThoughtKind.RANK)));
    }

    private static double last(Map<ThoughtKind, double[]> errors, ThoughtKind kind) {
        double[] means = errors.get(kind);
        return means[means.length - 1];
    }

    private static void plot(Run<?> run, List<Integer> counts, Map<ThoughtKind, double[]> errors) {
        Plot plot = Plot.of(
                "thought",
                "One patch for any query: least squares needs more queries than the weights read dimensions",
                "mean squared distance from where fresh queries are behind the context, by that without a patch; "
                        + run.settings().integer("draws") + " random stacks of " + DEPTH + " GPT-2 blocks",
                Axis.linear("calibration queries"),
                Axis.logarithmic("relative squared error"));
        double[] xs = counts.stream().mapToDouble(Integer::doubleValue).toArray();
        for (Map.Entry<ThoughtKind, double[]> entry : errors.entrySet()) {
            plot = plot.with(new Series(entry.getKey().inWords(), Style.LINE, xs, entry.getValue()));
        }
        run.plot(plot);
    }
}
