package org.icl4j.lab.patch;

import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Residual;
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

    /**
     * The changes of block {@code layer}'s maps that read z.
     *
     * @param parameters of the model, that block not patched
     * @param context a record of the run behind the context
     * @param position the token's in that run
     * @param alone a record of the run on the token alone
     * @throws NoPatchException if z is 0
     */
    public <A> Patch<A> inputs(
            Parameters<A> parameters, int layer, Recorder<A> context, int position, Recorder<A> alone) {
        BlockChanges<A> work = new BlockChanges<>(this, parameters, layer, context, position, alone);
        if (config.residual() != Residual.PARALLEL) {
            work.changeInputs();
        }
        return new Patch<>(work.changes);
    }

    /**
     * The changes of block {@code layer} that take up v_C − v; from the hidden layer as it is, so that they hold for it to the last
     * digits.
     *
     * @param parameters of the model, that block's {@link #inputs} patched
     * @param context a record of the run behind the context
     * @param position the token's in that run
     * @param alone a record of the run on the token alone, with these parameters
     * @throws NoPatchException if a vector is 0 that the patch divides by
     */
    public <A> Patch<A> output(
            Parameters<A> parameters, int layer, Recorder<A> context, int position, Recorder<A> alone) {
        BlockChanges<A> work = new BlockChanges<>(this, parameters, layer, context, position, alone);
        if (config.residual() != Residual.NONE) {
            work.changeOutput();
        }
        return new Patch<>(work.changes);
    }
}
