package org.icl4j.lab.training;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.RunFailedException;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.report.Progress;
import org.icl4j.transformer.training.Checkpoint;
import org.icl4j.transformer.training.NonFiniteException;
import org.icl4j.transformer.training.Trainer;

/**
 * The training of one model within a run: takes up its checkpoint if there is one, evaluates at even intervals, saves at each, and
 * tells how fast it goes.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class TrainingRun<A> {
    private static final int STEP = 0;
    private static final int TRAIN_LOSS = 1;
    private static final int MEASURED = 2;

    private final Run<A> run;
    private final String name;
    private final Trainer<A> trainer;
    private final Plan plan;
    private final Evaluator evaluator;
    private final Checkpoint<A> checkpoint;

    /**
     * How long, and how often to look.
     *
     * @param steps last step
     * @param evaluations number of intervals, each ended by an evaluation
     * @param patience evaluations without a lower first number after which training ends; 0 to go to the last step
     */
    public record Plan(long steps, int evaluations, int patience) {
        /** Steps taken by the end of an interval; interval 0 is before the first. */
        long endOf(int interval) {
            return steps * interval / intervals();
        }

        int intervals() {
            return (int) Math.min(evaluations, steps);
        }
    }

    /** The setting of {@link Plan#patience}. */
    public static Setting patience() {
        return Setting.integer(
                "patience", 0, 0, 100_000, "evaluations without a lower loss after which training ends; 0: never");
    }

    /** What is measured of the model on the way. */
    public interface Evaluator {
        /** How many numbers. */
        int width();

        /** The numbers for the model as it is, the first of them the loss that patience looks at. */
        double[] measure();
    }

    /**
     * An evaluation.
     *
     * @param step steps taken
     * @param trainLoss mean loss of the steps since the last one; NaN before the first step
     * @param measured what the evaluator gave
     */
    public record Evaluation(long step, double trainLoss, double[] measured) {
        private static Evaluation of(double[] row) {
            return new Evaluation((long) row[STEP], row[TRAIN_LOSS], Arrays.copyOfRange(row, MEASURED, row.length));
        }
    }

    /**
     * @param name of the model within the run, which its checkpoint has
     */
    public TrainingRun(Run<A> run, String name, Trainer<A> trainer, Plan plan, Evaluator evaluator) {
        this.run = run;
        this.name = name;
        this.trainer = trainer;
        this.plan = plan;
        this.evaluator = evaluator;
        this.checkpoint = new Checkpoint<>(
                run.checkpoints().resolve(name + ".safetensors"),
                identity(run, name),
                trainer.decoder(),
                trainer.adam(),
                MEASURED + evaluator.width());
    }

    /** A checkpoint of another model of the same run would fit where the shapes are equal. */
    private static Map<String, String> identity(Run<?> run, String name) {
        Map<String, String> identity = run.identity();
        identity.put("model", name);
        return identity;
    }

    /**
     * Trains to the end.
     *
     * @return the evaluations, the first before the first step
     * @throws UsageException if there is a checkpoint of a run with other settings
     * @throws RunFailedException if a number that is none came up
     * @throws IOException if the checkpoint cannot be written
     */
    public List<Evaluation> train() throws IOException {
        List<double[]> history =
                new ArrayList<>(Resumption.of(checkpoint).map(List::of).orElseGet(() -> List.of(evaluate(Double.NaN))));
        try (Progress.Stage stage = run.progress().begin("training " + name, plan.steps())) {
            OptionalDouble limit = stage.isWatched() ? Speed.limit(trainer.threads()) : OptionalDouble.empty();
            Speed speed = new Speed(() -> trainer.operations(), limit, System::nanoTime);
            while (history.size() <= plan.intervals() && !hasLostPatience(history)) {
                history.add(evaluate(meanLoss(plan.endOf(history.size()), speed, stage)));
                checkpoint.save(history.toArray(double[][]::new));
            }
        }
        return history.stream().map(Evaluation::of).toList();
    }

    /** Trains up to {@code end} and gives the mean loss of the steps. */
    private double meanLoss(long end, Speed speed, Progress.Stage stage) {
        long from = trainer.adam().steps();
        double sum = 0;
        speed.begin();
        while (trainer.adam().steps() < end) {
            sum += step();
            long done = trainer.adam().steps();
            speed.stepped();
            stage.at(done, String.format(Locale.ROOT, "loss %.4f%s", sum / (done - from), speed.note()));
        }
        return sum / (end - from);
    }

    private double step() {
        try {
            return trainer.step().loss();
        } catch (NonFiniteException e) {
            throw new RunFailedException("training of '" + name + "' stopped at " + e.getMessage());
        }
    }

    private double[] evaluate(double trainLoss) {
        double[] measured = evaluator.measure();
        double[] row = new double[MEASURED + measured.length];
        row[STEP] = trainer.adam().steps();
        row[TRAIN_LOSS] = trainLoss;
        System.arraycopy(measured, 0, row, MEASURED, measured.length);
        return row;
    }

    private boolean hasLostPatience(List<double[]> history) {
        if (plan.patience() == 0) {
            return false;
        }
        int best = 0;
        for (int i = 1; i < history.size(); i++) {
            if (history.get(i)[MEASURED] < history.get(best)[MEASURED]) {
                best = i;
            }
        }
        return history.size() - 1 - best >= plan.patience();
    }
}
