package org.icl4j.lab.rank1;

import java.util.List;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.task.Prompts;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.transformer.block.ContextualBlockConfig;

/** What experiments on a block that is trained on in-context linear regression let the user set. */
final class BlockSettings {
    private BlockSettings() {}

    /** The settings of sizes and training; those of length are the experiment's own. */
    static List<Setting> list(Setting steps, Setting evaluations, Setting prompts) {
        return List.of(
                Setting.integer("d", 2, 1, 64, "dimension of x"),
                Setting.integer("n", 50, 50, 100, 10, 1000, "examples in a prompt"),
                Setting.integer("dModel", 32, 2, 4096, "width of the block, a multiple of nHeads"),
                Setting.integer("nHeads", 8, 1, 256, "attention heads"),
                Setting.integer("dMlp", 128, 2, 16384, "hidden width of the MLP"),
                Setting.integer("batch", 64, 1, 4096, "prompts in a training step"),
                steps,
                Setting.real("lr", 1e-3, 0, 1, "learning rate of Adam"),
                evaluations,
                prompts);
    }

    /** Where a trained block is only what is worked on: looked at seldom on the way, and on few prompts. */
    static List<Setting> ofTrainedBlock() {
        return list(steps(500, 3000, 30000), evaluations(2, 4, 10), prompts(100, 200, 1000));
    }

    /** Steps of each training. */
    static Setting steps(long quick, long standard, long full) {
        return Setting.integer("steps", quick, standard, full, 1, 10_000_000, "training steps");
    }

    static Setting evaluations(long quick, long standard, long full) {
        return Setting.integer("evaluations", quick, standard, full, 1, 1000, "checkpoints, evenly spaced");
    }

    static Setting prompts(long quick, long standard, long full) {
        return Setting.integer("prompts", quick, standard, full, 20, 100_000, "held-out prompts");
    }

    /** What is learned in context. */
    static LinearRegression task(Settings settings) {
        return new LinearRegression(settings.integer("d"));
    }

    /**
     * The block with softmax attention.
     *
     * @throws UsageException if the sizes do not go together, or need arrays that Java has not
     */
    static ContextualBlockConfig config(Settings settings) {
        ContextualBlockConfig config;
        try {
            config = new ContextualBlockConfig(
                    settings.integer("d") + 1,
                    settings.integer("dModel"),
                    settings.integer("nHeads"),
                    settings.integer("dMlp"));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        requireArrays(settings, config);
        return config;
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

    /** The prompts that trained blocks are measured on. */
    static <A> Prompts<A> heldOut(Run<A> run) {
        return Prompts.sample(
                task(run.settings()),
                run.precision(),
                run.seed(),
                "evaluate",
                0,
                run.settings().integer("prompts"),
                run.settings().integer("n"));
    }
}
