package org.icl4j.lab.rank1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlockConfig;

/**
 * What a trained block with one kind of layer gave.
 *
 * @param kind the layer
 * @param history evaluations during training
 * @param errors of the theorem, of some held-out prompts
 * @param spectrum singular values of ΔW for one held-out prompt
 * @param removalSpectrum those of the sum of the removal form's updates
 * @param marginal how much each example changed the update
 * @param halfSquares half squared errors on fresh prompts, the same for every layer
 */
record TrainedLayer(
        LayerKind kind,
        List<Evaluation> history,
        List<TheoremErrors> errors,
        double[] spectrum,
        double[] removalSpectrum,
        MarginalUpdates marginal,
        double[] halfSquares) {
    private static final int THEOREM_PROMPTS = 5;

    /** Every context of every length of each of them is computed. */
    private static final int MARGINAL_PROMPTS = 101;

    /** Trains the block, or goes on with it, and measures. */
    static <A> TrainedLayer of(Run<A> run, UpdateRule rule, LayerKind kind, Prompts<A> heldOut) throws IOException {
        ContextualBlockConfig config = BlockSettings.config(run.settings()).with(kind.mixer());
        double lr = kind.rateFactor() * run.settings().real("lr");
        Training<A> training = new Training<>(run, rule, kind.label(), config, lr, heldOut);
        PatchedBlock<A> trained = training.train();
        double usualSize = Errors.usualSize(trained.block().apply(heldOut.tokens()));
        List<TheoremErrors> errors = new ArrayList<>();
        for (int i = 0; i < THEOREM_PROMPTS; i++) {
            errors.add(TheoremErrors.of(trained, heldOut.at(i), usualSize));
        }
        Prompts<A> some = heldOut.range(0, Math.min(MARGINAL_PROMPTS, heldOut.count()));
        TrainedLayer layer = new TrainedLayer(
                kind,
                training.history(),
                errors,
                Errors.singularValues(trained.update(heldOut, 0, 0, heldOut.examples())),
                Errors.singularValues(errors.getFirst().tokens().removal().update()),
                MarginalUpdates.of(run, trained, some),
                FreshPrompts.halfSquares(run, trained.block(), heldOut.count(), heldOut.examples()));
        layer.record(run);
        return layer;
    }

    private void record(Run<?> run) {
        String condition = "trained." + kind.label();
        for (Evaluation e : history) {
            e.record(run, condition);
        }
        for (int i = 0; i < errors.size(); i++) {
            run.measure(condition, i, "sigma2OverSigma1", errors.get(i).rank());
            run.measure(condition, i, "partError", errors.get(i).parts());
            run.measure(condition, i, "compositionError", errors.get(i).composition());
            run.measure(condition, i, "prefixError", errors.get(i).prefix());
            run.measure(condition, i, "removalError", errors.get(i).removal());
        }
        marginal.record(run, condition + ".marginal");
        run.measure(
                condition + ".final",
                halfSquares.length,
                "halfMse",
                Estimate.mean(halfSquares).value());
    }

    /** The evaluation at the end. */
    Evaluation last() {
        return history.getLast();
    }

    /** The largest relative difference between outputs with context and with patch, of all evaluations. */
    double worstIdentity() {
        return Errors.worst(
                history.stream().mapToDouble(Evaluation::identityError).toArray());
    }

    /** The largest difference between the losses with context and with patch, of all evaluations. */
    double worstGap() {
        return Errors.worst(history.stream().mapToDouble(Evaluation::gap).toArray());
    }
}
