package org.icl4j.lab.rank1.generation;

import java.io.IOException;
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
import org.icl4j.lab.patch.BlockPatcher;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.task.token.RepeatedTokens;
import org.icl4j.lab.training.TokenAccuracy;
import org.icl4j.lab.training.TokenObjective;
import org.icl4j.lab.training.TrainingRun;
import org.icl4j.lab.training.TrainingRun.Evaluation;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.training.Schedule;
import org.icl4j.transformer.training.Schedule.Decay;
import org.icl4j.transformer.training.Trainer;
import org.icl4j.transformer.training.TrainingSettings;

/**
 * Generation with the history hidden (Goldwaser et al. 2025): small models learn to go on with a text that repeats itself, and then
 * decode greedily, seeing at each step one token alone, at its place, with a patch of the weights for the text before it.
 */
public final class GenerationExperiment implements Experiment {
    private static final double FLOOR = 0.02;

    private final PatchRule rule;

    /** The experiment with the papers' patches. */
    public GenerationExperiment() {
        this(PatchRule.SEQUENTIAL);
    }

    /** The experiment with other patches, to see that it notices. */
    GenerationExperiment(PatchRule rule) {
        this.rule = rule;
    }

    @Override
    public String name() {
        return "rank1.generation";
    }

    @Override
    public String summary() {
        return "models generate with their history hidden, a patch of the weights per token in its place";
    }

    @Override
    public Map<Scale, String> durations() {
        Map<Scale, String> durations = new EnumMap<>(Scale.class);
        durations.put(Scale.QUICK, "30 s");
        durations.put(Scale.STANDARD, "2 min");
        durations.put(Scale.FULL, "15 min");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.integer("vocabulary", 16, 32, 64, 2, 10_000, "number of tokens"),
                Setting.integer("length", 48, 64, 96, 8, 1000, "tokens of a text, repetition included"),
                Setting.integer("minSegment", 22, 22, 22, 3, 500, "least length of what is repeated; above generated"),
                Setting.integer("maxSegment", 24, 30, 44, 3, 500, "greatest, at most length/2"),
                Setting.integer("generated", 20, 1, 400, "tokens to generate, the last of a text"),
                Setting.integer("texts", 5, 20, 50, 2, 10_000, "texts to go on with"),
                Setting.integer("dModel", 64, 2, 1024, "width of the models; dModel/nHeads must be even"),
                Setting.integer("nHeads", 2, 1, 64, "attention heads"),
                Setting.integer("nLayers", 2, 3, 4, 1, 24, "blocks"),
                Setting.integer("batch", 32, 1, 4096, "texts in a training step"),
                Setting.integer("steps", 250, 1500, 10_000, 1, 10_000_000, "training steps of each model"),
                Setting.real("lr", 3e-3, 1e-3, 1e-3, 0, 1, "peak of the learning rate"),
                Setting.integer("warmup", 50, 200, 200, 0, 1_000_000, "steps over which the learning rate rises"),
                Setting.integer("evaluations", 5, 10, 20, 1, 1000, "checkpoints, evenly spaced"),
                Setting.integer("prompts", 128, 512, 1024, 2, 100_000, "texts to measure the right answers on"));
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return GenerationClaims.at(scale, precision);
    }

    @Override
    public <A> void run(Run<A> run) throws IOException {
        requireFitting(run.settings());
        GenerationFindings findings = new GenerationFindings();
        for (ModelKind kind : ModelKind.values()) {
            generate(run, kind, train(run, kind), findings);
        }
        findings.conclude(run);
        findings.plot(run);
    }

    private <A> void generate(Run<A> run, ModelKind kind, Decoder<A> decoder, GenerationFindings findings) {
        int texts = run.settings().integer("texts");
        List<Case> cases = Case.of(kind);
        try (var stage = run.progress().begin("generating by " + kind.label(), (long) cases.size() * texts)) {
            for (Case form : cases) {
                HiddenHistory<A> hidden = new HiddenHistory<>(
                        decoder, new BlockPatcher(decoder.config().block(), form.form()), rule);
                for (int text = 0; text < texts; text++) {
                    findings.add(run, form, text, hidden);
                    stage.at((long) cases.indexOf(form) * texts + text + 1, form.label());
                }
            }
        }
    }

    static RepeatedTokens task(Settings settings) {
        return new RepeatedTokens(
                settings.integer("vocabulary"),
                settings.integer("length"),
                settings.integer("minSegment"),
                settings.integer("maxSegment"));
    }

    private static void requireFitting(Settings settings) {
        try {
            for (ModelKind kind : ModelKind.values()) {
                kind.config(settings);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        if (settings.integer("generated") >= settings.integer("minSegment")) {
            throw new UsageException("generated=" + settings.text("generated") + " with minSegment="
                    + settings.text("minSegment")
                    + ": what is generated must be shorter, so that the text has begun to repeat itself before");
        }
    }

    private static <A> Decoder<A> train(Run<A> run, ModelKind kind) throws IOException {
        Settings settings = run.settings();
        RepeatedTokens task = task(settings);
        DecoderConfig config = kind.config(settings);
        Parameters<A> parameters = Decoder.initialize(config, Initialization.FAN_IN, run.precision(), run.seed());
        Decoder<A> decoder = new Decoder<>(config, run.kernels(), parameters);
        int steps = settings.integer("steps");
        Schedule schedule =
                new Schedule(settings.real("lr"), settings.integer("warmup"), Decay.LINEAR, steps / 2, steps, FLOOR);
        TokenAccuracy<A> accuracy =
                new TokenAccuracy<>(decoder, List.of(task), run.seed(), settings.integer("prompts"));
        TrainingRun.Plan plan = new TrainingRun.Plan(steps, settings.integer("evaluations"), 0);
        try (Trainer<A> trainer = new Trainer<>(
                decoder,
                new TokenObjective<>(task, run.seed(), settings.integer("batch"), run.kernels()),
                TrainingSettings.of(schedule),
                run.kernels().info().threads())) {
            List<Evaluation> history = new TrainingRun<>(run, kind.label(), trainer, plan, accuracy).train();
            for (Evaluation e : history) {
                run.measure(kind.label() + ".train", e.step(), "crossEntropy", e.trainLoss());
                run.measure(kind.label(), e.step(), "accuracy", e.measured()[TokenAccuracy.FIRST]);
            }
            double share = history.getLast().measured()[TokenAccuracy.FIRST];
            run.conclude("trained." + kind.label(), Estimate.share(share, settings.integer("prompts")));
        }
        return decoder;
    }
}
