package org.icl4j.lab.rank1;

import java.io.IOException;
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
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.task.Prompts;
import org.icl4j.lab.task.Table;
import org.icl4j.lab.task.TableReader;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The prompt as a rank-1 change of the MLP's first weight (Dherin et al. 2025): on random blocks, on a block trained in context,
 * example by example, and on a real table.
 */
public final class Rank1Experiment implements Experiment {
    private static final int RANK_PROMPTS = 20;
    private static final int TOKEN_PROMPTS = 5;

    /** Prompts of the final loss, in multiples of the held-out ones. */
    private static final int FINAL_FACTOR = 8;

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
        durations.put(Scale.QUICK, "20 s");
        durations.put(Scale.STANDARD, "40 s");
        durations.put(Scale.FULL, "6 min");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.integer("d", 2, 1, 64, "dimension of x"),
                Setting.integer("n", 50, 50, 100, 10, 1000, "examples in a prompt"),
                Setting.integer("dModel", 32, 2, 4096, "width of the block, a multiple of nHeads"),
                Setting.integer("nHeads", 8, 1, 256, "attention heads"),
                Setting.integer("dMlp", 128, 2, 16384, "hidden width of the MLP"),
                Setting.integer("batch", 64, 1, 4096, "prompts in a training step"),
                Setting.integer("steps", 1000, 3000, 30000, 1, 10_000_000, "training steps"),
                Setting.real("lr", 1e-3, 0, 1, "learning rate of Adam"),
                Setting.integer("evaluations", 10, 20, 50, 1, 1000, "checkpoints, evenly spaced"),
                Setting.integer("prompts", 512, 1024, 4096, 20, 100_000, "held-out prompts"),
                Setting.text(
                        "data",
                        TableReader.SAMPLE,
                        "CSV file with a header line, or " + TableReader.SAMPLE + " for the sample table"),
                Setting.text("target", "mpg", "column of the table to predict"),
                Setting.text("features", "wt,hp", "columns to predict it from, at most d, separated by commas"));
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return Rank1Claims.at(scale, precision);
    }

    @Override
    public <A> void run(Run<A> run) throws IOException {
        LinearRegression task = new LinearRegression(run.settings().integer("d"));
        ContextualBlockConfig config = config(run.settings());
        requireArrays(run.settings(), config);
        Table table = TableRows.read(run);
        Prompts<A> heldOut = Prompts.sample(
                task,
                run.precision(),
                run.seed(),
                "evaluate",
                0,
                run.settings().integer("prompts"),
                run.settings().integer("n"));
        RandomBlocks.run(run, rule);
        Training<A> training = new Training<>(run, rule, task, config, heldOut);
        PatchedBlock<A> trained = training.train();
        concludeOnTraining(run, task, training.history(), trained, heldOut);
        lossPlot(run, training.history(), heldOut.count());
        ContextLengths.run(run, trained, heldOut);
        MarginalUpdates.run(run, trained, heldOut);
        rankAndTokens(run, trained, heldOut);
        TableRows.run(run, trained, table);
    }

    private static ContextualBlockConfig config(Settings settings) {
        try {
            return new ContextualBlockConfig(
                    settings.integer("d") + 1,
                    settings.integer("dModel"),
                    settings.integer("nHeads"),
                    settings.integer("dMlp"));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** The largest arrays are the tokens' projections of all prompts of a batch. */
    private static void requireArrays(Settings settings, ContextualBlockConfig config) {
        int width = Math.max(config.dModel(), config.dToken());
        for (String count : List.of("prompts", "batch")) {
            long elements = (settings.integer("n") + 1L) * settings.integer(count) * width;
            if (elements > Integer.MAX_VALUE) {
                throw new UsageException(count + "=" + settings.text(count) + " with n=" + settings.text("n")
                        + " and width " + width + " (the larger of dModel and d + 1) needs arrays of " + elements
                        + " numbers, allowed are " + Integer.MAX_VALUE + "; give smaller ones");
            }
        }
    }

    private static <A> void concludeOnTraining(
            Run<A> run, LinearRegression task, List<Evaluation> history, PatchedBlock<A> trained, Prompts<A> heldOut) {
        double worstIdentity = 0;
        double worstGap = 0;
        for (Evaluation e : history) {
            long step = (long) e.step();
            if (step > 0) {
                run.measure("trained.train", step, "halfMse", e.trainLoss());
            }
            run.measure("trained.validation", step, "halfMse", e.loss());
            run.measure("trained.validation.patched", step, "halfMse", e.patchedLoss());
            run.measure("trained.validation.queryAlone", step, "halfMse", e.queryLoss());
            run.measure("trained.validation", step, "identityError", e.identityError());
            run.measure("trained.validation", step, "unpatchedError", e.unpatchedError());
            run.measure("trained.validation", step, "foreignPatchError", e.foreignError());
            worstIdentity = Math.max(worstIdentity, e.identityError());
            worstGap = Math.max(worstGap, Math.abs(e.loss() - e.patchedLoss()));
        }
        Evaluation last = history.getLast();
        run.conclude("identity.trained", Estimate.exact(worstIdentity));
        run.conclude("identity.trained-control", Estimate.exact(last.unpatchedError()));
        run.conclude("identity.foreign-control", Estimate.exact(last.foreignError()));
        double zeroLoss = task.zeroError() / 2;
        run.conclude("loss.trained", finalLoss(run, task, trained, heldOut).dividedBy(zeroLoss));
        run.conclude("loss.patched", Estimate.exact(worstGap / zeroLoss));
        run.conclude("loss.control", Estimate.exact(last.queryLoss() / last.loss()));
    }

    /** ½MSE on fresh prompts, many of them: squared errors have a heavy tail. */
    private static <A> Estimate finalLoss(
            Run<A> run, LinearRegression task, PatchedBlock<A> trained, Prompts<A> heldOut) {
        int batch = heldOut.count();
        double[] halfSquares = new double[FINAL_FACTOR * batch];
        for (int i = 0; i < FINAL_FACTOR; i++) {
            Prompts<A> fresh = Prompts.sample(task, run.precision(), run.seed(), "final", i, batch, heldOut.examples());
            double[] squares = Errors.squaredErrors(trained.block().apply(fresh.tokens()), fresh.targets());
            for (int b = 0; b < batch; b++) {
                halfSquares[i * batch + b] = squares[b] / 2;
            }
        }
        Estimate loss = Estimate.mean(halfSquares);
        run.measure("trained.final", halfSquares.length, "halfMse", loss.value());
        return loss;
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
