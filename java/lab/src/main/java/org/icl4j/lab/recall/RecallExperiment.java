package org.icl4j.lab.recall;

import java.io.IOException;
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
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.task.token.AssociativeRecall;
import org.icl4j.lab.task.token.Split;
import org.icl4j.lab.training.TokenAccuracy;
import org.icl4j.lab.training.TokenObjective;
import org.icl4j.lab.training.TrainingRun;
import org.icl4j.lab.training.TrainingRun.Evaluation;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.training.Schedule;
import org.icl4j.transformer.training.Schedule.Decay;
import org.icl4j.transformer.training.Trainer;
import org.icl4j.transformer.training.TrainingSettings;

/**
 * Record or circuit: a decoder of one layer and one of two learn to look up the value of a key in the prompt, and are asked for pairs
 * that never occurred in training. What was recorded of the pairs is of no use there; binding by position is.
 */
public final class RecallExperiment implements Experiment {
    private static final double FLOOR = 0.02;

    @Override
    public String name() {
        return "recall";
    }

    @Override
    public String summary() {
        return "one layer keeps a record of the pairs it saw, two layers bind keys to values";
    }

    @Override
    public Map<Scale, String> durations() {
        Map<Scale, String> durations = new EnumMap<>(Scale.class);
        durations.put(Scale.QUICK, "1 min");
        durations.put(Scale.STANDARD, "3 min");
        durations.put(Scale.FULL, "15 min");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.integer("keys", 16, 2, 1000, "keys"),
                Setting.integer("values", 16, 7, 1000, "values"),
                Setting.integer("pairs", 6, 1, 500, "pairs in a prompt, at most as many as keys"),
                Setting.integer("dModel", 64, 1, 1024, "width of the models"),
                Setting.integer("nHeads", 1, 1, 64, "attention heads; divides dModel"),
                Setting.integer("batch", 64, 1, 4096, "prompts in a training step"),
                Setting.integer("steps", 1500, 8000, 40_000, 1, 10_000_000, "training steps of each model"),
                Setting.real("lr", 1e-3, 0, 1, "peak of the learning rate"),
                Setting.integer("warmup", 200, 0, 1_000_000, "steps over which the learning rate rises"),
                Setting.integer("evaluations", 20, 1, 1000, "checkpoints, evenly spaced"),
                TrainingRun.patience(),
                Setting.integer("prompts", 1024, 2048, 8192, 20, 100_000, "prompts of each kind to test on"));
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return RecallClaims.at(precision);
    }

    @Override
    public <A> void run(Run<A> run) throws IOException {
        requireFitting(run.settings());
        List<Evaluation> one = train(run, 1);
        List<Evaluation> two = train(run, 2);
        conclude(run, one.getLast(), two.getLast());
        plot(run, one, two);
    }

    private static AssociativeRecall task(Settings settings, Split split) {
        return new AssociativeRecall(
                settings.integer("keys"), settings.integer("values"), settings.integer("pairs"), split);
    }

    private static DecoderConfig config(Settings settings, int layers) {
        AssociativeRecall task = task(settings, Split.TRAINING);
        return DecoderConfig.gpt2(
                        task.vocabulary(),
                        task.length(),
                        layers,
                        settings.integer("nHeads"),
                        settings.integer("dModel"))
                .untied();
    }

    private static void requireFitting(Settings settings) {
        try {
            config(settings, 1);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static <A> List<Evaluation> train(Run<A> run, int layers) throws IOException {
        Settings settings = run.settings();
        AssociativeRecall task = task(settings, Split.TRAINING);
        int steps = settings.integer("steps");
        DecoderConfig config = config(settings, layers);
        Parameters<A> parameters = Decoder.initialize(config, Initialization.FAN_IN, run.precision(), run.seed());
        Decoder<A> decoder = new Decoder<>(config, run.kernels(), parameters);
        TokenObjective<A> objective = new TokenObjective<>(task, run.seed(), settings.integer("batch"), run.kernels());
        Schedule schedule =
                new Schedule(settings.real("lr"), settings.integer("warmup"), Decay.LINEAR, steps / 2, steps, FLOOR);
        TokenAccuracy<A> accuracy = new TokenAccuracy<>(
                decoder, List.of(task, task(settings, Split.HELD_OUT)), run.seed(), settings.integer("prompts"));
        String name = layers == 1 ? "one-layer" : "two-layers";
        TrainingRun.Plan plan =
                new TrainingRun.Plan(steps, settings.integer("evaluations"), settings.integer("patience"));
        try (Trainer<A> trainer = new Trainer<>(
                decoder,
                objective,
                TrainingSettings.of(schedule),
                run.kernels().info().threads())) {
            List<Evaluation> history = new TrainingRun<>(run, name, trainer, plan, accuracy).train();
            for (Evaluation e : history) {
                run.measure(name + ".train", e.step(), "crossEntropy", e.trainLoss());
                run.measure(name + ".known", e.step(), "accuracy", e.measured()[TokenAccuracy.FIRST]);
                run.measure(name + ".heldOut", e.step(), "accuracy", e.measured()[TokenAccuracy.SECOND]);
            }
            return history;
        }
    }

    private static void conclude(Run<?> run, Evaluation one, Evaluation two) {
        int prompts = run.settings().integer("prompts");
        run.conclude("one-layer.held-out", Estimate.share(one.measured()[TokenAccuracy.SECOND], prompts));
        run.conclude("one-layer.known", Estimate.share(one.measured()[TokenAccuracy.FIRST], prompts));
        run.conclude("two-layers.held-out", Estimate.share(two.measured()[TokenAccuracy.SECOND], prompts));
        run.conclude("two-layers.known", Estimate.share(two.measured()[TokenAccuracy.FIRST], prompts));
        run.conclude(
                "two-layers.gap",
                Estimate.differenceOfShares(
                        two.measured()[TokenAccuracy.FIRST], prompts, two.measured()[TokenAccuracy.SECOND], prompts));
    }

    private static void plot(Run<?> run, List<Evaluation> one, List<Evaluation> two) {
        double chance = 1.0 / run.settings().integer("pairs");
        double end = two.getLast().step();
        run.plot(Plot.of(
                        "accuracy",
                        "Two layers look the value up, also for pairs they never saw; one layer knows the pairs it was"
                                + " trained on",
                        "share of right answers on " + run.settings().integer("prompts") + " prompts of each kind",
                        Axis.linear("training step"),
                        Axis.linear("right answers"))
                .with(series("two layers, pairs that never occurred", Style.LINE, two, TokenAccuracy.SECOND))
                .with(series("two layers, pairs as in training", Style.RINGS, two, TokenAccuracy.FIRST))
                .with(series("one layer, pairs that never occurred", Style.LINE, one, TokenAccuracy.SECOND))
                .with(series("one layer, pairs as in training", Style.LINE, one, TokenAccuracy.FIRST))
                .with(new Series(
                        "guessing among the values of the prompt", Style.DASHED, new double[] {0, end}, new double[] {
                            chance, chance
                        })));
    }

    private static Series series(String label, Style style, List<Evaluation> history, int number) {
        double[] steps = history.stream().mapToDouble(Evaluation::step).toArray();
        double[] values =
                history.stream().mapToDouble(e -> e.measured()[number]).toArray();
        return new Series(label, style, steps, Arrays.copyOf(values, values.length));
    }
}
