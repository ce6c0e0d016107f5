package org.icl4j.lab.rank1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.task.Prompts;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** The update that a context amounts to, against what gradient descent makes of the same examples (card D7). */
public final class LearningExperiment implements Experiment {
    private static final int ALIGNED_FROM = 5;
    private static final int PAPER_RATE = 0;
    private static final int FAST_RATE = 1;
    private static final int DIVERGING_RATE = 2;

    @Override
    public String name() {
        return "rank1.learning";
    }

    @Override
    public String summary() {
        return "learning in context against gradient descent on the same examples";
    }

    @Override
    public Map<Scale, String> durations() {
        Map<Scale, String> durations = new EnumMap<>(Scale.class);
        durations.put(Scale.QUICK, "15 s");
        durations.put(Scale.STANDARD, "40 s");
        durations.put(Scale.FULL, "10 min");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        List<Setting> settings = new ArrayList<>(BlockSettings.ofTrainedBlock());
        settings.add(Setting.integer("repeats", 100, 500, 1000, 2, 100_000, "prompts to learn from"));
        return settings;
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return LearningClaims.at(scale, precision);
    }

    @Override
    public <A> void run(Run<A> run) throws IOException {
        Prompts<A> heldOut = BlockSettings.heldOut(run);
        PatchedBlock<A> trained =
                Training.ofSoftmaxAttention(run, new RankOneUpdate(), heldOut).train();
        Prompts<A> prompts = Prompts.sample(
                BlockSettings.task(run.settings()),
                run.precision(),
                run.seed(),
                "learning",
                0,
                run.settings().integer("repeats"),
                run.settings().integer("n"));
        LearningCurves curves = LearningCurves.of(run, trained, prompts);
        record(run, curves);
        concludeOnLosses(run, curves);
        concludeOnAlignment(run, curves);
        run.plot(losses(curves));
        run.plot(alignment(curves));
    }

    private static void record(Run<?> run, LearningCurves curves) {
        record(run, "icl", "halfMse", 0, means(curves.icl()));
        record(run, "icl", "medianHalfSquare", 0, medians(curves.icl()));
        for (int rate = 0; rate < LearningCurves.RATES.size(); rate++) {
            String condition = "sgd." + LearningCurves.RATES.get(rate);
            record(run, condition, "halfMse", 0, means(curves.sgd()[rate]));
            record(run, condition, "medianHalfSquare", 0, medians(curves.sgd()[rate]));
            if (rate != DIVERGING_RATE) {
                record(run, condition, "cosine", 1, means(curves.alignment()[rate]));
                record(run, condition, "positiveCosines", 1, positive(curves.alignment()[rate]));
                record(run, condition + ".foreign", "cosine", 1, means(curves.foreign()[rate]));
            }
        }
    }

    private static void record(Run<?> run, String condition, String metric, int first, double[] values) {
        for (int i = 0; i < values.length; i++) {
            run.measure(condition, first + i, metric, values[i]);
        }
    }

    private static double[] means(double[][] values) {
        return IntStream.range(0, values[0].length)
                .mapToDouble(i ->
                        Arrays.stream(LearningCurves.at(values, i)).average().orElseThrow())
                .toArray();
    }

    private static double[] medians(double[][] values) {
        return IntStream.range(0, values[0].length)
                .mapToDouble(i -> Errors.median(LearningCurves.at(values, i)))
                .toArray();
    }

    /** Share of prompts with a value above 0, at every i. */
    private static double[] positive(double[][] values) {
        return IntStream.range(0, values[0].length)
                .mapToDouble(i -> Arrays.stream(LearningCurves.at(values, i))
                        .map(value -> value > 0 ? 1 : 0)
                        .average()
                        .orElseThrow())
                .toArray();
    }

    private static void concludeOnLosses(Run<?> run, LearningCurves curves) {
        double[][] icl = curves.icl();
        double[][] slow = curves.sgd()[PAPER_RATE];
        double[][] fast = curves.sgd()[FAST_RATE];
        double[][] diverging = curves.sgd()[DIVERGING_RATE];
        int n = icl[0].length - 1;
        run.conclude("icl.falls", ratio(icl, n, icl, 1));
        run.conclude("sgd.falls", ratio(slow, n, slow, 1));
        double best = Math.min(Errors.median(LearningCurves.at(slow, n)), Errors.median(LearningCurves.at(fast, n)));
        run.conclude("sgd.better", Estimate.exact(best / Errors.median(LearningCurves.at(icl, n))));
        if (run.request().scale() != Scale.QUICK) {
            run.conclude("sgd.better-share", below(LearningCurves.at(fast, n), LearningCurves.at(icl, n)));
        }
        run.conclude("sgd.tail", Estimate.exact(tail(LearningCurves.at(fast, n))));
        run.conclude(
                "sgd.diverges", Estimate.exact(ratio(diverging, n, diverging, 0).value()));
        double[] means = means(icl);
        run.conclude("icl.bounded", Estimate.exact(Errors.worst(means) / means[0]));
    }

    /** Share of prompts with a smaller value. */
    private static Estimate below(double[] values, double[] others) {
        long smaller = IntStream.range(0, values.length)
                .filter(p -> values[p] < others[p])
                .count();
        return Estimate.share((double) smaller / values.length, values.length);
    }

    /** What the largest hundredth of the values, at least one, are of all, by what they are in number. */
    private static double tail(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int few = Math.max(1, sorted.length / 100);
        double largest =
                Arrays.stream(sorted, sorted.length - few, sorted.length).sum();
        return largest / Arrays.stream(sorted).sum() * sorted.length / few;
    }

    private static Estimate ratio(double[][] numerators, int i, double[][] denominators, int j) {
        return Estimate.ratio(LearningCurves.at(numerators, i), LearningCurves.at(denominators, j));
    }

    private static void concludeOnAlignment(Run<?> run, LearningCurves curves) {
        double[][] own = curves.alignment()[PAPER_RATE];
        double[][] foreign = curves.foreign()[PAPER_RATE];
        int last = own[0].length - 1;
        double[] shares = Arrays.stream(own)
                .mapToDouble(cosines -> Arrays.stream(cosines, ALIGNED_FROM - 1, cosines.length)
                        .map(cosine -> cosine > 0 ? 1 : 0)
                        .average()
                        .orElseThrow())
                .toArray();
        run.conclude("alignment.positive", Estimate.mean(shares));
        Estimate cosine = Estimate.mean(LearningCurves.at(own, last));
        run.conclude("alignment.cosine", cosine);
        run.conclude("alignment.not-equal", cosine);
        run.conclude(
                "alignment.control",
                Estimate.difference(LearningCurves.at(own, last), LearningCurves.at(foreign, last)));
    }

    private static Plot losses(LearningCurves curves) {
        Plot plot = Plot.of(
                        "learning",
                        "Both learn from the examples; descent can be faster, and it can diverge",
                        "mean half squared error at the query of " + curves.icl().length + " prompts",
                        Axis.linear("examples seen"),
                        Axis.logarithmic("½ mean squared error"))
                .with(series("in context", Style.LINE, 0, means(curves.icl())));
        for (int rate = 0; rate < LearningCurves.RATES.size(); rate++) {
            String label = "SGD on W, rate " + LearningCurves.RATES.get(rate);
            plot = plot.with(series(label, Style.LINE, 0, means(curves.sgd()[rate])));
        }
        return plot;
    }

    private static Plot alignment(LearningCurves curves) {
        Plot plot = Plot.of(
                "alignment",
                "The update of the context and that of descent point the same way, but are far from parallel",
                "mean over " + curves.icl().length + " prompts of the cosine of the angle between the two changes of W",
                Axis.linear("examples seen"),
                Axis.linear("cosine"));
        for (int rate = 0; rate < DIVERGING_RATE; rate++) {
            double lr = LearningCurves.RATES.get(rate);
            plot = plot.with(series("SGD, rate " + lr, Style.LINE, 1, means(curves.alignment()[rate])));
        }
        return plot.with(series(
                        "control: rate " + LearningCurves.RATES.get(PAPER_RATE) + ", another prompt's context",
                        Style.LINE,
                        1,
                        means(curves.foreign()[PAPER_RATE])))
                .with(new Series(
                        "no alignment", Style.DASHED, new double[] {1, curves.icl()[0].length - 1}, new double[2]));
    }

    private static Series series(String label, Style style, int first, double[] ys) {
        double[] xs = IntStream.range(first, first + ys.length).asDoubleStream().toArray();
        return new Series(label, style, xs, ys);
    }
}
