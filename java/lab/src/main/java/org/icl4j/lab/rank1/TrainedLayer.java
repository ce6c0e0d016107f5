package org.icl4j.lab.rank1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Kernels;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * What a trained block with one kind of layer gave.
 *
 * @param kind the layer
 * @param history evaluations during training
 * @param errors of the theorem, of some held-out prompts
 * @param inDouble the same of the same weights and prompts, computed in double precision
 * @param spectrum singular values of ΔW for one held-out prompt
 * @param removalSpectrum those of the sum of the removal form's updates
 * @param marginal how much each example changed the update
 * @param halfSquares half squared errors on fresh prompts, the same for every layer
 */
record TrainedLayer(
        LayerKind kind,
        List<Evaluation> history,
        List<TheoremErrors> errors,
        List<TheoremErrors> inDouble,
        double[] spectrum,
        double[] removalSpectrum,
        MarginalUpdates marginal,
        double[] halfSquares) {

    /** How many prompts the theorem is tried on; at quick scale as few as will do. */
    static int theoremPrompts(Scale scale) {
        return scale == Scale.QUICK ? 2 : 5;
    }

    /**
     * Trains the block, or goes on with it, and measures.
     *
     * @param f64 kernels for what is computed in double precision
     */
    static <A> TrainedLayer of(Run<A> run, Kernels<double[]> f64, UpdateRule rule, LayerKind kind, Prompts<A> heldOut)
            throws IOException {
        ContextualBlockConfig config = BlockSettings.config(run.settings()).with(kind.mixer());
        double lr = kind.rateFactor() * run.settings().real("lr");
        Training<A> training = new Training<>(run, rule, kind.label(), config, lr, heldOut);
        PatchedBlock<A> trained = training.train();
        int few = theoremPrompts(run.request().scale());
        double usualSize = Errors.usualSize(trained.block().apply(heldOut.tokens()));
        List<TheoremErrors> errors = errors(run, trained, heldOut.range(0, few), usualSize);
        TrainedLayer layer = new TrainedLayer(
                kind,
                training.history(),
                errors,
                errors(run, InDouble.of(trained, f64), InDouble.of(heldOut.range(0, few)), usualSize),
                Errors.singularValues(trained.update(heldOut, 0, 0, heldOut.examples())),
                Errors.singularValues(errors.getFirst().tokens().removal().update()),
                MarginalUpdates.of(run, trained, heldOut),
                FreshPrompts.halfSquares(run, trained.block(), heldOut.count(), heldOut.examples()));
        layer.record(run);
        return layer;
    }

    private static <B> List<TheoremErrors> errors(
            Run<?> run, PatchedBlock<B> trained, Prompts<B> prompts, double usualSize) {
        List<TheoremErrors> errors = new ArrayList<>();
        for (int i = 0; i < prompts.count(); i++) {
            errors.add(TheoremErrors.of(trained, prompts.at(i), usualSize, RandomStream.of(run.seed(), "parts", 0, i)));
        }
        return errors;
    }

    private void record(Run<?> run) {
        String condition = "trained." + kind.label();
        for (Evaluation e : history) {
            e.record(run, condition);
        }
        record(run, condition, errors);
        record(run, condition + ".inDouble", inDouble);
        marginal.record(run, condition + ".marginal");
        run.measure(
                condition + ".final",
                halfSquares.length,
                "halfMse",
                Estimate.mean(halfSquares).value());
    }

    private static void record(Run<?> run, String condition, List<TheoremErrors> errors) {
        for (int i = 0; i < errors.size(); i++) {
            run.measure(condition, i, "identityErrorOfPrompt", errors.get(i).identity());
            run.measure(condition, i, "sigma2OverSigma1", errors.get(i).rank());
            run.measure(condition, i, "partError", errors.get(i).parts());
            run.measure(condition, i, "compositionError", errors.get(i).composition());
            run.measure(condition, i, "prefixError", errors.get(i).prefix());
            run.measure(condition, i, "removalError", errors.get(i).removal());
        }
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
