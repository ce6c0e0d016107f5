package org.icl4j.lab.rank1.blocks;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.rank1.Errors;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** One patch for any query, on random stacks of GPT-2 blocks: how good it is on fresh queries, found from how many others. */
final class Thoughts {
    private static final int VOCABULARY = 512;

    /** Queries to test on. */
    private static final int FRESH = 128;

    /** Most queries that a patch can be found from; the vocabulary's other tokens. */
    static final int MOST = VOCABULARY - FRESH;

    private static final int DEPTH = 6;

    /** Times as many stacks decide on the claims, with most queries, as of other kinds; half as many are in the plot. */
    private static final int MORE = 3;

    /** What is tried on stacks; {@link ThoughtKind#RANK} grows beyond all bounds there, and is tried on single blocks. */
    private static final Set<ThoughtKind> STACKED = EnumSet.complementOf(EnumSet.of(ThoughtKind.RANK));

    private static final List<Integer> COUNTS = List.of(1, 8, 32, 64, 128);

    private Thoughts() {}

    static <A> void run(Run<A> run) {
        int most = run.settings().integer("queries");
        List<Integer> counts = Stream.concat(COUNTS.stream().filter(k -> k < most), Stream.of(most))
                .toList();
        int plotted = plotted(run);
        int draws = MORE * run.settings().integer("draws");
        Map<ThoughtKind, double[]> means = new EnumMap<>(ThoughtKind.class);
        Map<ThoughtKind, double[]> last = new EnumMap<>(ThoughtKind.class);
        for (ThoughtKind kind : STACKED) {
            means.put(kind, new double[counts.size()]);
            last.put(kind, new double[draws]);
        }
        double[] single = new double[draws];
        try (var stage = run.progress().begin("one patch for any query", draws)) {
            for (int draw = 0; draw < draws; draw++) {
                ThoughtStack<A> stack = stack(run, DEPTH, most, draw);
                for (ThoughtKind kind : STACKED) {
                    if (draw < plotted) {
                        addCurve(run, stack, kind, draw, counts, means.get(kind));
                    }
                    last.get(kind)[draw] = error(run, stack, kind, draw, most);
                    means.get(kind)[counts.size() - 1] += draw < plotted ? last.get(kind)[draw] / plotted : 0;
                }
                single[draw] = stack(run, 1, most, draw).error(ThoughtKind.RANK, most);
                run.measure("thought.rank.one-block", draw, "relativeSquaredError", single[draw]);
                stage.at(draw + 1, "");
            }
        }
        conclude(run, last, single);
        plot(run, counts, means);
    }

    private static int plotted(Run<?> run) {
        return (run.settings().integer("draws") + 1) / 2;
    }

    private static <A> ThoughtStack<A> stack(Run<A> run, int depth, int most, int draw) {
        BlockKind gpt2 = BlockKind.GPT2;
        int[] context =
                Arrays.copyOf(RandomStack.tokens(run, draw), run.settings().integer("n"));
        return new ThoughtStack<>(
                RandomStack.draw(run, VOCABULARY, gpt2.config(run.settings()), gpt2.position(), depth, draw),
                context,
                IntStream.range(0, most).toArray(),
                IntStream.range(MOST, VOCABULARY).toArray());
    }

    private static <A> double error(Run<A> run, ThoughtStack<A> stack, ThoughtKind kind, int draw, int count) {
        double error = stack.error(kind, count);
        run.measure("thought." + kind.label() + "." + count, draw, "relativeSquaredError", error);
        return error;
    }

    /** Adds the errors with all counts but the last to their means. */
    private static <A> void addCurve(
            Run<A> run, ThoughtStack<A> stack, ThoughtKind kind, int draw, List<Integer> counts, double[] means) {
        for (int i = 0; i < counts.size() - 1; i++) {
            means[i] += error(run, stack, kind, draw, counts.get(i)) / plotted(run);
        }
    }

    private static void conclude(Run<?> run, Map<ThoughtKind, double[]> errors, double[] single) {
        double[] leastSquares = errors.get(ThoughtKind.LEAST_SQUARES);
        double[] scaled = errors.get(ThoughtKind.SCALED);
        double[] none = new double[scaled.length];
        Arrays.fill(none, 1);
        run.conclude("thought.least-squares", geometricMean(leastSquares, none));
        run.conclude("thought.vector", geometricMean(errors.get(ThoughtKind.VECTOR), none));
        run.conclude("thought.least-squares-by-scaled", geometricMean(leastSquares, scaled));
        run.conclude("thought.scaled-by-mean", geometricMean(scaled, errors.get(ThoughtKind.MEAN)));
        run.conclude("thought.rank", Estimate.exact(Errors.least(single)));
        run.conclude("thought.rank-bounded", Estimate.exact(Errors.worst(single)));
    }

    /** Of the ratios, with Student's interval of their logarithms: single stacks are worse than others by orders of magnitude. */
    private static Estimate geometricMean(double[] numerators, double[] denominators) {
        double[] logs = new double[numerators.length];
        Arrays.setAll(logs, i -> Math.log(numerators[i] / denominators[i]));
        Estimate mean = Estimate.mean(logs);
        return new Estimate(Math.exp(mean.value()), Math.exp(mean.low()), Math.exp(mean.high()));
    }

    private static void plot(Run<?> run, List<Integer> counts, Map<ThoughtKind, double[]> errors) {
        Plot plot = Plot.of(
                "thought",
                "One patch for any query: least squares needs more queries than the weights read dimensions",
                "mean squared distance from where fresh queries are behind the context, by that without a patch; "
                        + plotted(run) + " random stacks of " + DEPTH + " GPT-2 blocks",
                Axis.linear("calibration queries"),
                Axis.logarithmic("relative squared error"));
        double[] xs = counts.stream().mapToDouble(Integer::doubleValue).toArray();
        for (Map.Entry<ThoughtKind, double[]> entry : errors.entrySet()) {
            plot = plot.with(new Series(entry.getKey().inWords(), Style.LINE, xs, entry.getValue()));
        }
        run.plot(plot);
    }
}
