package org.icl4j.lab.rank1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.rank1.RandomBlocks.Outcome;
import org.icl4j.lab.task.Prompts;
import org.icl4j.lab.task.Table;
import org.icl4j.lab.task.TableReader;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The prompt as a rank-1 change of the MLP's first weight (Dherin et al. 2025): on random blocks, on a block trained in context,
 * example by example, and on a real table.
 */
public final class Rank1Experiment implements Experiment {
    private static final int RANDOM_BLOCKS = 20;
    private static final int RANK_PROMPTS = 20;
    private static final int TOKEN_PROMPTS = 5;

    private final UpdateRule rule;

    /** The experiment with the update of the theorem. */
    public Rank1Experiment() {
        this(new RankOneUpdate());
    }

    /** The experiment with another update, to see that it notices. */
    Rank1Experiment(UpdateRule rule) {
        this.rule = rule;
    }

    @Override
    public String name() {
        return "rank1";
    }

    @Override
    public String summary() {
        return "a prompt acts as an exact rank-1 change of the MLP's first weight";
    }

    @Override
    public Map<Scale, String> durations() {
        Map<Scale, String> durations = new EnumMap<>(Scale.class);
        durations.put(Scale.QUICK, "25 s");
        durations.put(Scale.STANDARD, "40 s");
        durations.put(Scale.FULL, "6 min");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        List<Setting> settings = new ArrayList<>(BlockSettings.list(
                BlockSettings.steps(1000, 3000, 30000),
                BlockSettings.evaluations(10, 20, 50),
                BlockSettings.prompts(512, 1024, 4096)));
        settings.add(Setting.text(
                "data",
                TableReader.SAMPLE,
                "CSV file with a header line, or " + TableReader.SAMPLE + " for the sample table"));
        settings.add(Setting.text("target", "mpg", "column of the table to predict"));
        settings.add(Setting.text("features", "wt,hp", "columns to predict it from, at most d, separated by commas"));
        return settings;
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return Rank1Claims.at(scale, precision);
    }

    @Override
    public <A> void run(Run<A> run) throws IOException {
        BlockSettings.config(run.settings()); // Before the work begins.
        Table table = TableRows.read(run);
        Prompts<A> heldOut = BlockSettings.heldOut(run);
        concludeOnRandom(run, RandomBlocks.measure(run, rule, Mixer.SOFTMAX_ATTENTION, "random", RANDOM_BLOCKS));
        Training<A> training = Training.ofSoftmaxAttention(run, rule, heldOut);
        PatchedBlock<A> trained = training.train();
        concludeOnTraining(run, training.history(), trained, heldOut);
        lossPlot(run, training.history(), heldOut.count());
        ContextLengths.run(run, trained, heldOut);
        MarginalUpdates.run(run, trained, heldOut);
        rankAndTokens(run, trained, heldOut);
        TableRows.run(run, trained, table);
    }

    private static void concludeOnRandom(Run<?> run, RandomBlocks blocks) {
        run.conclude("identity.random", blocks.worst(o -> o.errors().identity()));
        run.conclude("identity.random-control", blocks.least(o -> o.errors().unpatched()));
        run.conclude("rank.random", blocks.worst(o -> o.errors().rank()));
        run.conclude("rank.control", blocks.least(Outcome::twoQueries));
        run.conclude("part.any", blocks.worst(o -> o.errors().parts()));
        run.conclude("part.control", blocks.least(o -> o.errors().halfUnpatched()));
        run.conclude("part.empty", blocks.worst(o -> o.errors().empty()));
        run.conclude("part.composition", blocks.worst(o -> o.errors().composition()));
        run.conclude("tokens.prefix", blocks.worst(o -> o.errors().prefix()));
        run.conclude("tokens.removal", blocks.worst(o -> o.errors().removal()));
        run.conclude("tokens.control", blocks.least(o -> o.errors().tokens().skipped()));
        run.conclude("tokens.prefix-rank", blocks.worst(Outcome::prefixRank));
        run.conclude("tokens.removal-rank", blocks.least(Outcome::removalRank));
        run.conclude("tokens.least-norm", blocks.least(Outcome::normRatio));
    }

    private static <A> void concludeOnTraining(
            Run<A> run, List<Evaluation> history, PatchedBlock<A> trained, Prompts<A> heldOut) {
        double worstIdentity = 0;
        double worstGap = 0;
        for (Evaluation e : history) {
            e.record(run, "trained");
            worstIdentity = Math.max(worstIdentity, e.identityError());
            worstGap = Math.max(worstGap, e.gap());
        }
        Evaluation last = history.getLast();
        run.conclude("identity.trained", Estimate.exact(worstIdentity));
        run.conclude("identity.trained-control", Estimate.exact(last.unpatchedError()));
        run.conclude("identity.foreign-control", Estimate.exact(last.foreignError()));
        double zeroLoss = BlockSettings.task(run.settings()).zeroError() / 2;
        double[] halfSquares = FreshPrompts.halfSquares(run, trained.block(), heldOut.count(), heldOut.examples());
        Estimate loss = Estimate.mean(halfSquares);
        run.measure("trained.final", halfSquares.length, "halfMse", loss.value());
        run.conclude("loss.trained", loss.dividedBy(zeroLoss));
        run.conclude("loss.patched", Estimate.exact(worstGap / zeroLoss));
        run.conclude("loss.control", Estimate.exact(last.queryLoss() / last.loss()));
    }

    private static void lossPlot(Run<?> run, List<Evaluation> history, int prompts) {
        double[] steps = history.stream().mapToDouble(Evaluation::step).toArray();
        run.plot(Plot.of(
                        "loss",
                        "The loss with the context and the loss with the patch coincide throughout training",
                        "half mean squared error; validation on " + prompts + " held-out prompts",
                        Axis.linear("training step"),
                        Axis.linear("½ mean squared error"))
                .with(series("training", Style.LINE, steps, history, Evaluation::trainLoss))
                .with(series("validation, context in the prompt", Style.LINE, steps, history, Evaluation::loss))
                .with(series("validation, context in ΔW", Style.RINGS, steps, history, Evaluation::patchedLoss))
                .with(series("validation, query alone", Style.DASHED, steps, history, Evaluation::queryLoss)));
    }

    private static Series series(
            String label, Style style, double[] steps, List<Evaluation> history, ToDoubleFunction<Evaluation> value) {
        return new Series(
                label, style, steps, history.stream().mapToDouble(value).toArray());
    }

    private static <A> void rankAndTokens(Run<A> run, PatchedBlock<A> trained, Prompts<A> heldOut) {
        double worstRatio = 0;
        double worstToken = 0;
        double[] spectrum = null;
        TokenByToken<A> shown = null;
        double usualSize = Errors.usualSize(trained.block().apply(heldOut.tokens()));
        try (var stage = run.progress().begin("rank and tokens", RANK_PROMPTS)) {
            for (int i = 0; i < RANK_PROMPTS; i++) {
                Tensor<A> update = trained.update(heldOut, i, 0, heldOut.examples());
                double[] values = Errors.singularValues(update);
                run.measure("trained.rank", i, "sigma2OverSigma1", values[1] / values[0]);
                worstRatio = Math.max(worstRatio, values[1] / values[0]);
                if (i < TOKEN_PROMPTS) {
                    TokenByToken<A> tokens = TokenByToken.of(trained, heldOut.at(i), usualSize);
                    run.measure(
                            "trained.tokens", i, "prefixError", tokens.prefix().worstError());
                    run.measure(
                            "trained.tokens",
                            i,
                            "removalError",
                            tokens.removal().worstError());
                    worstToken = Math.max(worstToken, tokens.prefix().worstError());
                    worstToken = Math.max(worstToken, tokens.removal().worstError());
                    if (i == 0) {
                        spectrum = values;
                        shown = tokens;
                    }
                }
                stage.at(i + 1, "");
            }
        }
        run.conclude("rank.trained", Estimate.exact(worstRatio));
        run.conclude("tokens.trained", Estimate.exact(worstToken));
        spectrumPlot(run, spectrum, Errors.singularValues(shown.removal().update()));
    }

    private static void spectrumPlot(Run<?> run, double[] whole, double[] removal) {
        int shown = Math.min(16, whole.length);
        double[] numbers = new double[shown];
        double[] relative = new double[shown];
        double[] relativeRemoval = new double[shown];
        for (int i = 0; i < shown; i++) {
            numbers[i] = i + 1;
            relative[i] = whole[i] / whole[0];
            relativeRemoval[i] = removal[i] / removal[0];
            run.measure("trained.spectrum.whole", i + 1, "singularValue", whole[i]);
            run.measure("trained.spectrum.removal", i + 1, "singularValue", removal[i]);
        }
        run.plot(Plot.of(
                        "singular-values",
                        "The context as one update has rank 1; folded in from the left it has many",
                        "singular values of the change of W for one held-out prompt, relative to the first",
                        Axis.linear("number of the singular value"),
                        Axis.logarithmic("relative size"))
                .with(new Series("ΔW of the whole context", Style.LINE, numbers, relative))
                .with(new Series("sum of the removal form's updates", Style.LINE, numbers, relativeRemoval)));
    }
}
