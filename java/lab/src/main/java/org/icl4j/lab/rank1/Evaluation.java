package org.icl4j.lab.rank1;

import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A block on held-out prompts, at one moment of its training.
 *
 * @param step training steps taken
 * @param trainLoss mean loss of the training batches since the evaluation before; NaN at step 0
 * @param loss ½MSE with the context
 * @param patchedLoss ½MSE of the block patched by ΔW(C), which sees the query alone
 * @param queryLoss ½MSE of the unpatched block on the query alone
 * @param identityError largest relative difference between the outputs with context and with patch
 * @param unpatchedError median relative difference between the outputs with context and for the query alone
 * @param foreignError median relative difference if each query gets the patch of another prompt
 */
record Evaluation(
        double step,
        double trainLoss,
        double loss,
        double patchedLoss,
        double queryLoss,
        double identityError,
        double unpatchedError,
        double foreignError) {

    static <A> Evaluation of(PatchedBlock<A> patching, Prompts<A> heldOut, long step, double trainLoss) {
        Prompts<A> queries = heldOut.queries();
        Tensor<A> outputs = patching.block().apply(heldOut.tokens());
        Tensor<A> patched = patching.outputsToQueries(heldOut);
        Tensor<A> unpatched = patching.block().apply(queries.tokens());
        Tensor<A> foreign = patching.outputsToQueries(heldOut, 1);
        double[] targets = heldOut.targets();
        return new Evaluation(
                step,
                trainLoss,
                Errors.halfMse(outputs, targets),
                Errors.halfMse(patched, targets),
                Errors.halfMse(unpatched, targets),
                Errors.worst(Errors.relative(outputs, patched)),
                Errors.median(Errors.relative(outputs, unpatched)),
                Errors.median(Errors.relative(outputs, foreign)));
    }

    /** Records the numbers: losses under conditions of their own, as the names of the conditions say, relative errors together. */
    void record(Run<?> run, String condition) {
        long at = (long) step;
        if (at > 0) {
            run.measure(condition + ".train", at, "halfMse", trainLoss);
        }
        run.measure(condition + ".validation", at, "halfMse", loss);
        run.measure(condition + ".validation.patched", at, "halfMse", patchedLoss);
        run.measure(condition + ".validation.queryAlone", at, "halfMse", queryLoss);
        run.measure(condition + ".validation", at, "identityError", identityError);
        run.measure(condition + ".validation", at, "unpatchedError", unpatchedError);
        run.measure(condition + ".validation", at, "foreignPatchError", foreignError);
    }

    /** Difference of the losses with context and with patch. */
    double gap() {
        return Math.abs(loss - patchedLoss);
    }

    /** The numbers in the order of the components, for a checkpoint. */
    double[] toArray() {
        return new double[] {step, trainLoss, loss, patchedLoss, queryLoss, identityError, unpatchedError, foreignError
        };
    }

    /** The inverse of {@link #toArray}. */
    static Evaluation fromArray(double[] v) {
        return new Evaluation(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
    }

    /** How many numbers {@link #toArray} gives. */
    static final int WIDTH = 8;
}
