package org.icl4j.lab.curve;

import java.io.IOException;
import java.util.List;
import org.icl4j.kernels.AdamW;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.training.Curriculum;
import org.icl4j.lab.training.RegressionObjective;
import org.icl4j.lab.training.TrainingRun;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.training.Schedule;
import org.icl4j.transformer.training.Schedule.Decay;
import org.icl4j.transformer.training.Trainer;
import org.icl4j.transformer.training.TrainingSettings;

/**
 * How the decoders of a run are made and trained: as by Garg et al. (2022) at full scale, otherwise for narrow models and minutes, from
 * larger weights and with larger steps that rise and fall.
 */
record Recipe(Settings settings, Scale scale) {
    /** What a recipe reads, with its defaults. */
    static List<Setting> declare() {
        return List.of(
                Setting.integer("dModel", 32, 64, 256, 1, 4096, "width of the models"),
                Setting.integer("nLayers", 2, 3, 12, 1, 100, "blocks of the models"),
                Setting.integer("nHeads", 2, 2, 8, 1, 64, "attention heads; divides dModel"),
                Setting.integer("batch", 64, 1, 4096, "prompts in a training step"),
                Setting.real("lr", 2e-3, 2e-3, 1e-4, 0, 1, "peak of the learning rate"),
                Setting.integer("warmup", 300, 500, 0, 0, 1_000_000, "steps over which the learning rate rises"),
                Setting.real(
                        "floor",
                        0.02,
                        0.02,
                        1,
                        0,
                        1,
                        "what the learning rate falls to in the second half, as a part of its peak; 1 for no fall"),
                Setting.real("beta2", 0.99, 0.99, 0.999, 0, 0.999999, "Adam's second decay"),
                Setting.real("clip", 1, 1, 0, 0, 1e6, "largest norm of the gradients; 0 for no limit"),
                Setting.integer(
                        "growEvery", 0, 0, 2000, 0, 10_000_000, "steps between two additions to prompts; 0: no growth"),
                Setting.integer("evaluations", 10, 20, 500, 1, 100_000, "checkpoints of each model, evenly spaced"),
                TrainingRun.patience(),
                Setting.integer("prompts", 16_384, 4096, 1280, 20, 100_000, "prompts to evaluate on"));
    }

    /** How the points of a prompt grow in the curriculum of Garg et al. */
    enum Growing {
        /** Of linear functions, sparse ones among them. */
        LINEAR(11, 2),
        /** Of other functions. */
        OTHER(26, 5);

        private final int first;
        private final int more;

        Growing(int first, int more) {
            this.first = first;
            this.more = more;
        }
    }

    /** How prompts grow to so many coordinates and points. */
    Curriculum curriculum(Growing growing, int dims, int points) {
        int interval = settings.integer("growEvery");
        return interval == 0
                ? Curriculum.none(dims, points)
                : Curriculum.garg(dims, points, growing.first, growing.more, interval);
    }

    /** Prompts to evaluate on. */
    int prompts() {
        return settings.integer("prompts");
    }

    /**
     * @throws UsageException if a model cannot be made as the settings say
     */
    void requireFitting(Lesson lesson) {
        try {
            config(lesson);
            schedule(lesson);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        if (lesson.nPositions() < 2 * lesson.points() - 1) {
            throw new UsageException("prompts of " + lesson.points() + " points with " + lesson.nPositions()
                    + " positions: " + lesson.name() + " needs " + (2 * lesson.points() - 1));
        }
    }

    private DecoderConfig config(Lesson lesson) {
        return DecoderConfig.garg(
                lesson.functions().nDims(),
                lesson.nPositions(),
                settings.integer("nLayers"),
                settings.integer("nHeads"),
                settings.integer("dModel"));
    }

    private Initialization initialization() {
        return scale == Scale.FULL ? Initialization.GARG : Initialization.FAN_IN;
    }

    private Schedule schedule(Lesson lesson) {
        int steps = lesson.steps();
        return new Schedule(
                settings.real("lr"),
                settings.integer("warmup"),
                Decay.LINEAR,
                steps / 2,
                steps,
                settings.real("floor"));
    }

    private TrainingSettings training(Lesson lesson) {
        double clip = settings.real("clip");
        return new TrainingSettings(
                schedule(lesson),
                new AdamW(0, 0.9, settings.real("beta2"), 1e-8, 0),
                clip == 0 ? Double.POSITIVE_INFINITY : clip);
    }

    /**
     * Trains a decoder, or goes on with its checkpoint, and records its errors on the way.
     *
     * @throws IOException if a checkpoint cannot be written or read
     */
    <A> DecoderPredictor<A> train(Run<A> run, Lesson lesson) throws IOException {
        DecoderConfig config = config(lesson);
        Parameters<A> parameters = Decoder.initialize(config, initialization(), run.precision(), run.seed());
        Decoder<A> decoder = new Decoder<>(config, run.kernels(), parameters);
        RegressionObjective<A> objective = new RegressionObjective<>(
                run.precision(), lesson.functions(), lesson.curriculum(), run.seed(), settings.integer("batch"));
        DecoderPredictor<A> model =
                new DecoderPredictor<>(decoder, lesson.functions().nDims());
        TrainingRun.Plan plan =
                new TrainingRun.Plan(lesson.steps(), settings.integer("evaluations"), settings.integer("patience"));
        int threads = run.kernels().info().threads();
        try (Trainer<A> trainer = new Trainer<>(decoder, objective, training(lesson), threads)) {
            MeanError meanError = MeanError.on(lesson, run.seed(), prompts(), model);
            for (TrainingRun.Evaluation e : new TrainingRun<>(run, lesson.name(), trainer, plan, meanError).train()) {
                run.measure(lesson.name() + ".train", e.step(), "squaredError", e.trainLoss());
                run.measure(lesson.name() + ".fresh", e.step(), "error", e.measured()[0]);
            }
        }
        return model;
    }

    /** Mean over fresh prompts and numbers of examples of the squared error, by that of answering 0. */
    private record MeanError(DecoderPredictor<?> model, List<Points> prompts, double unit)
            implements TrainingRun.Evaluator {
        static MeanError on(Lesson lesson, long seed, int count, DecoderPredictor<?> model) {
            List<Points> prompts = lesson.fresh(seed, count, lesson.points());
            return new MeanError(model, prompts, lesson.functions().zeroError());
        }

        @Override
        public int width() {
            return 1;
        }

        @Override
        public double[] measure() {
            double sum = 0;
            double[] averages = SquaredDifferences.errors(model, prompts, unit).averages();
            for (double average : averages) {
                sum += average;
            }
            return new double[] {sum / averages.length};
        }
    }
}
