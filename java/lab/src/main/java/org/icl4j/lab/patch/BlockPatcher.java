package org.icl4j.lab.patch;

import java.util.List;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.trace.Recorder;
import org.icl4j.transformer.trace.Site;

/**
 * The exact patch of one block for one token: with it the block makes of the token alone what it makes of it behind its context
 * (Dherin et al. 2025, Thm 2.2 and App. A; Goldwaser et al. 2025, Thm 1 and 5). With v the residual stream behind the mixer, z what
 * the MLP reads, and the index C for what they are behind the context:
 *
 * <ul>
 *   <li>the maps that read z, a router among them, get ΔW = W·(z_C − z)·zᵀ/‖z‖², so that all hidden layers are the contextual ones,
 *       and the same experts are chosen with the same weights; a parallel block needs none of that, its z does not see the context;
 *   <li>v_C − v, which reaches the output beside the MLP, is taken up as {@link OutputForm} says; of experts, each gets it by
 *       1/S, S the sum of the weights of those chosen.
 * </ul>
 *
 * @param config what the block is made of
 * @param form what takes up v_C − v
 */
public record BlockPatcher(BlockConfig config, OutputForm form) {
    /**
     * @throws IllegalArgumentException if such a block has not what the form changes
     */
    public BlockPatcher {
        form.requireFit(config);
    }

    /** The patch that the papers give for such a block. */
    public static BlockPatcher of(BlockConfig config) {
        return new BlockPatcher(config, OutputForm.of(config));
    }

    /** What must be recorded of both runs. */
    public static <A> Recorder<A> recorder() {
        return Recorder.of(Site.RESID_MID, Site.MLP_IN, Site.MLP_HIDDEN, Site.MLP_OUT, Site.GATES);
    }

    /** What is changed by steps, each from the activations as the one before leaves them, so that it holds for these to the last digits. */
    public List<Step> steps() {
        return switch (form) {
            case BIAS, WEIGHT -> List.of(Step.INPUTS, Step.REST);
            case GAIN -> List.of(Step.INPUTS, Step.GAIN);
            case STABLE_GAIN -> List.of(Step.INPUTS, Step.DIRECTION, Step.GAIN);
        };
    }

    /** A step of {@link #steps}. */
    public enum Step {
        /** The maps that read z. */
        INPUTS,
        /** The bias or weight that takes up v_C − v. */
        REST,
        /** The weight that turns f to where the gain is of most use. */
        DIRECTION,
        /** The gain, with what is then missing at the end of the block. */
        GAIN
    }

    /**
     * The changes of block {@code layer} in one step.
     *
     * @param parameters of the model, that block patched by the steps before
     * @param context a record of the run behind the context
     * @param position the token's in that run
     * @param alone a record of the run on the token alone, with these parameters
     * @throws NoPatchException if a vector is 0 that the patch divides by
     */
    public <A> Patch<A> patch(
            Step step, Parameters<A> parameters, int layer, Recorder<A> context, int position, Recorder<A> alone) {
        return new BlockChanges<>(this, parameters, layer, context, position, alone).of(step);
    }
}
