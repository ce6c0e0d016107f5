package org.icl4j.lab.rank1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.icl4j.kernels.AdamW;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.RunFailedException;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.task.Prompts;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.report.Progress;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.block.ContextualPass;
import org.icl4j.transformer.optimizer.Adam;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Trains the block on in-context linear regression by Adam, loss ½(ŷ − y)² at the query, fresh prompts at every step, and
 * evaluates it on held-out prompts on the way. State is saved at every evaluation, and a run that finds one goes on from it to
 * the same bytes.
 */
final class Training<A> {
    private static final String TRAIN = "train";

    private final Run<A> run;
    private final UpdateRule rule;
    private final String name;
    private final double lr;
    private final LinearRegression task;
    private final Prompts<A> heldOut;
    private final ContextualBlock<A> block;
    private final Adam<A> adam;
    private final int steps;
    private final int intervals;
    private final int batch;
    private final int examples;
    private final TrainingCheckpoint<A> checkpoint;
    private List<Evaluation> history = new ArrayList<>();

    /** The block that all experiments but that of the layers train: softmax attention, with the rate that is set. */
    static <A> Training<A> ofSoftmaxAttention(Run<A> run, UpdateRule rule, Prompts<A> heldOut) {
        Settings settings = run.settings();
        return new Training<>(run, rule, "block", BlockSettings.config(settings), settings.real("lr"), heldOut);
    }

    /**
     * @param name of the block within the run, which its checkpoint has
     */
    Training(Run<A> run, UpdateRule rule, String name, ContextualBlockConfig config, double lr, Prompts<A> heldOut) {
        Settings settings = run.settings();
        this.run = run;
        this.rule = rule;
        this.name = name;
        this.lr = lr;
        this.task = BlockSettings.task(settings);
        this.heldOut = heldOut;
        this.steps = settings.integer("steps");
        this.batch = settings.integer("batch");
        this.examples = settings.integer("n");
        Parameters<A> parameters = ContextualBlock.initialize(config, run.precision(), run.seed());
        this.block = new ContextualBlock<>(config, run.kernels(), parameters);
        this.adam = new Adam<>(run.kernels(), parameters);
        this.checkpoint = new TrainingCheckpoint<>(run, name, parameters, adam);
        this.intervals = Math.min(settings.integer("evaluations"), steps);
    }

    /** The evaluations, one before the first step and one at the end of every interval. */
    List<Evaluation> history() {
        return history;
    }

    /** Trains, or goes on training, to the end. */
    PatchedBlock<A> train() throws IOException {
        PatchedBlock<A> patching = new PatchedBlock<>(block, rule);
        Optional<List<Evaluation>> resumed = checkpoint.resume(this::endOf);
        if (resumed.isPresent()) {
            history = new ArrayList<>(resumed.get());
        } else {
            history.add(Evaluation.of(patching, heldOut, 0, Double.NaN));
        }
        try (Progress.Stage stage = run.progress().begin("training " + name, steps)) {
            Step step = new Step();
            for (int interval = history.size(); interval <= intervals; interval++) {
                long end = endOf(interval);
                double loss = 0;
                long from = adam.steps();
                while (adam.steps() < end) {
                    loss += step.take();
                    stage.at(adam.steps(), String.format(Locale.ROOT, "loss %.3f", loss / (adam.steps() - from)));
                }
                Evaluation evaluation = Evaluation.of(patching, heldOut, end, loss / (end - from));
                requireFinite(evaluation.loss(), end);
                history.add(evaluation);
                checkpoint.save(history);
            }
        }
        run.measure("trained." + name, steps, "conditioning", patching.conditioning(heldOut));
        return patching;
    }

    /** Steps taken by the end of an interval; interval 0 is before the first. */
    private long endOf(int interval) {
        return (long) steps * interval / intervals;
    }

    private void requireFinite(double loss, long step) {
        if (!Double.isFinite(loss)) {
            throw new RunFailedException("the loss is " + loss + " at step " + step + " of '" + name
                    + "'; the learning rate lr=" + run.settings().text("lr") + " may be too high");
        }
    }

    /** One step, on tensors that are made once. */
    private final class Step {
        private final AdamW settings = AdamW.adam(lr);
        private final Parameters<A> gradients = block.parameters().zerosLike();
        private final ContextualPass<A> pass = block.trainingPass(gradients, batch, examples + 1);
        private final Tensor<A> dOut = pass.out().zerosLike();

        double take() {
            long number = adam.steps();
            Prompts<A> prompts = Prompts.sample(task, run.precision(), run.seed(), TRAIN, number, batch, examples);
            pass.forward(prompts.tokens());
            int last = dOut.dim(1) - 1;
            double loss = 0;
            for (int b = 0; b < batch; b++) {
                double error = Errors.prediction(pass.out(), b) - prompts.targets()[b];
                loss += error * error / 2 / batch;
                dOut.set(dOut.index(b, last), error / batch);
            }
            requireFinite(loss, number + 1);
            gradients.asMap().values().forEach(gradient -> gradient.fill(0));
            pass.backward(dOut);
            adam.step(settings, gradients);
            return loss;
        }
    }
}
