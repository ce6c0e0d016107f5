package org.icl4j.lab.rank1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.rank1.PatchQuality.Kind;
import org.icl4j.lab.task.Prompts;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.tensor.Tensor;

/** One patch in the place of a context, whatever the query (cards D8 and D9). */
public final class PatchesExperiment implements Experiment {
    private static final int ENOUGH = 25;
    private static final int MANY = 200;

    private final UpdateRule rule;

    /** The experiment with the update of the theorem. */
    public PatchesExperiment() {
        this(new RankOneUpdate());
    }

    /** The experiment with another update, to see that it notices. */
    PatchesExperiment(UpdateRule rule) {
        this.rule = rule;
    }

    @Override
    public String name() {
        return "rank1.patches";
    }

    @Override
    public String summary() {
        return "one weight patch for a context, reusable for every query";
    }

    @Override
    public Map<Scale, String> durations() {
        Map<Scale, String> durations = new EnumMap<>(Scale.class);
        durations.put(Scale.QUICK, "15 s");
        durations.put(Scale.STANDARD, "1 min");
        durations.put(Scale.FULL, "10 min");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        List<Setting> settings = new ArrayList<>(BlockSettings.ofTrainedBlock());
        settings.add(Setting.integer("contexts", 60, 300, 1000, 2, 10_000, "contexts to make patches of"));
        return settings;
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return PatchesClaims.at(scale, precision);
    }

    @Override
    public <A> void run(Run<A> run) throws IOException {
        Prompts<A> heldOut = BlockSettings.heldOut(run);
        PatchedBlock<A> trained =
                Training.ofSoftmaxAttention(run, rule, heldOut).train();
        PatchQuality quality = PatchQuality.of(run, trained, run.settings().integer("contexts"));
        PatchStorage storage = PatchStorage.of(run.kernels(), rule, run.seed());
        record(run, quality, storage);
        conclude(run, quality);
        concludeOnStorage(run, storage, trained, quality.rank());
        run.plot(losses(quality));
        run.plot(differences(quality));
    }

    private static void record(Run<?> run, PatchQuality quality, PatchStorage storage) {
        run.measure("context", 0, "halfMse", mean(quality.icl()));
        run.measure("noContext", 0, "halfMse", mean(quality.noContext()));
        run.measure("noContext", 0, "squaredDifferenceToContext", mean(quality.unlikeWithout()));
        run.measure("calibration", MANY, "rank", quality.rank());
        for (Kind kind : Kind.values()) {
            for (int count : quality.counts()) {
                run.measure(kind.label(), count, "halfMse", mean(quality.loss(kind, count)));
                run.measure(kind.label(), count, "squaredDifferenceToContext", mean(quality.unlike(kind, count)));
            }
        }
        run.measure("storage", 0, "numbers", storage.numbers());
        run.measure("storage", 0, "numbersOfWeight", storage.weightNumbers());
    }

    private static double mean(double[] values) {
        return Estimate.mean(values).value();
    }

    private static void conclude(Run<?> run, PatchQuality quality) {
        double[] icl = quality.icl();
        run.conclude("control", Estimate.ratio(quality.noContext(), icl));
        run.conclude("one-query", Estimate.ratio(quality.loss(Kind.LEAST_SQUARES, 1), icl));
        run.conclude("least-squares", worstFromRank(quality));
        run.conclude(
                "least-squares.answers",
                Estimate.ratio(quality.unlike(Kind.LEAST_SQUARES, MANY), quality.unlikeWithout()));
        concludeOnSettling(run, quality);
        run.conclude("mean", Estimate.ratio(quality.loss(Kind.MEAN, MANY), icl));
        run.conclude("scaled-mean", Estimate.ratio(quality.loss(Kind.SCALED_MEAN, MANY), icl));
        run.conclude(
                "scaled-mean.better",
                Estimate.ratio(quality.loss(Kind.MEAN, MANY), quality.loss(Kind.SCALED_MEAN, MANY)));
        run.conclude("vector", Estimate.ratio(quality.loss(Kind.VECTOR, MANY), icl));
        run.conclude(
                "order", Estimate.ratio(quality.loss(Kind.SCALED_MEAN, MANY), quality.loss(Kind.LEAST_SQUARES, MANY)));
    }

    private static void concludeOnSettling(Run<?> run, PatchQuality quality) {
        double[] settled = quality.loss(Kind.LEAST_SQUARES, MANY);
        run.conclude("settled", Estimate.ratio(quality.loss(Kind.LEAST_SQUARES, ENOUGH), settled));
        run.conclude(
                "settled.answers",
                Estimate.ratio(quality.unlike(Kind.LEAST_SQUARES, ENOUGH), quality.unlike(Kind.LEAST_SQUARES, MANY)));
    }

    /** The largest ratio for K ≥ rank + 2, with its interval. */
    private static Estimate worstFromRank(PatchQuality quality) {
        Estimate worst = null;
        for (int count : quality.counts()) {
            if (count >= quality.rank() + 2) {
                Estimate ratio = Estimate.ratio(quality.loss(Kind.LEAST_SQUARES, count), quality.icl());
                worst = worst == null || !(ratio.value() <= worst.value()) ? ratio : worst;
            }
        }
        return worst == null ? Estimate.exact(Double.NaN) : worst;
    }

    private static void concludeOnStorage(Run<?> run, PatchStorage storage, PatchedBlock<?> trained, int rank) {
        Tensor<?> w = trained.block().parameters().get(ContextualBlock.MLP_WEIGHT);
        run.conclude("storage.identity", Estimate.exact(storage.rebuiltError()));
        run.conclude("storage.rank-1", Estimate.exact(storage.saving()));
        run.conclude("storage.least-squares", Estimate.exact(w.size() / (double) (rank * (w.dim(0) + w.dim(1)))));
    }

    private static Plot losses(PatchQuality quality) {
        Plot plot = Plot.of(
                "patch-quality",
                "From a few calibration queries on, one patch does what the context does",
                contexts(quality),
                Axis.logarithmic("calibration queries, K"),
                Axis.logarithmic("½ mean squared error"));
        return with(plot, quality, quality.loss())
                .with(reference("context", quality, quality.icl()))
                .with(reference("query alone", quality, quality.noContext()));
    }

    private static Plot differences(PatchQuality quality) {
        Plot plot = Plot.of(
                "patch-answers",
                "By the difference to the context's own answers, too, a few calibration queries are enough",
                contexts(quality),
                Axis.logarithmic("calibration queries, K"),
                Axis.logarithmic("mean squared difference to the answers with the context"));
        return with(plot, quality, quality.unlike()).with(reference("query alone", quality, quality.unlikeWithout()));
    }

    private static String contexts(PatchQuality quality) {
        return "mean of " + quality.icl().length + " contexts, " + MANY + " fresh queries each; rank " + quality.rank();
    }

    private static double[] xs(PatchQuality quality) {
        return quality.counts().stream().mapToDouble(count -> count).toArray();
    }

    private static Plot with(Plot plot, PatchQuality quality, Map<Kind, double[][]> values) {
        Plot with = plot;
        for (Kind kind : Kind.values()) {
            double[] means = Arrays.stream(values.get(kind))
                    .mapToDouble(PatchesExperiment::mean)
                    .toArray();
            with = with.with(new Series(kind.title(), Style.LINE, xs(quality), means));
        }
        return with;
    }

    private static Series reference(String label, PatchQuality quality, double[] values) {
        double[] xs = xs(quality);
        double mean = mean(values);
        return new Series(label, Style.DASHED, new double[] {xs[0], xs[xs.length - 1]}, new double[] {mean, mean});
    }
}
