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
        if (run.precision() == Precision.F32) {
            conclude(run, quality);
            concludeOnStorage(run, storage, trained, quality.rank());
        }
        run.plot(plot(quality));
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
        run.conclude("mean", Estimate.ratio(quality.loss(Kind.MEAN, MANY), icl));
        run.conclude("scaled-mean", Estimate.ratio(quality.loss(Kind.SCALED_MEAN, MANY), icl));
        run.conclude("vector", Estimate.ratio(quality.loss(Kind.VECTOR, MANY), icl));
        run.conclude(
                "order", Estimate.ratio(quality.loss(Kind.SCALED_MEAN, MANY), quality.loss(Kind.LEAST_SQUARES, MANY)));
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

    private static Plot plot(PatchQuality quality) {
        Plot plot = Plot.of(
                "patch-quality",
                "From a few calibration queries on, one patch does what the context does",
                "mean of " + quality.icl().length + " contexts, " + MANY + " fresh queries each; rank "
                        + quality.rank(),
                Axis.logarithmic("calibration queries, K"),
                Axis.logarithmic("½ mean squared error"));
        double[] xs = quality.counts().stream().mapToDouble(count -> count).toArray();
        for (Kind kind : Kind.values()) {
            double[] losses = Arrays.stream(quality.loss().get(kind))
                    .mapToDouble(PatchesExperiment::mean)
                    .toArray();
            plot = plot.with(new Series(kind.title(), Style.LINE, xs, losses));
        }
        return plot.with(reference("context", xs, mean(quality.icl())))
                .with(reference("query alone", xs, mean(quality.noContext())));
    }

    private static Series reference(String label, double[] xs, double loss) {
        return new Series(label, Style.DASHED, new double[] {xs[0], xs[xs.length - 1]}, new double[] {loss, loss});
    }
}
