package org.icl4j.transformer.trace;

/** Where in a decoder a {@link Trace} looks; [B, T, C] unless told otherwise. The names are TransformerLens's. */
public enum Site {
    /** What enters a block. */
    RESID_PRE,
    /** What the mixer's last linear map reads: of attention the weighted values of all heads, side by side. */
    Z,
    /** What the mixer gives, as it is joined to the residual stream: behind its own norm if it has one. */
    ATTN_OUT,
    /** The residual stream behind the mixer. */
    RESID_MID,
    /** What the MLP reads: {@link #RESID_MID} normalised, in a parallel block {@link #RESID_PRE} normalised. */
    MLP_IN,
    /** The weights of the experts, [B, T, E], 0 for those not chosen; only where there are experts. */
    GATES,
    /** What the MLP's last linear map reads, [B, T, dMlp]; of experts all of them, side by side, [B, T, E·dMlp]. */
    MLP_HIDDEN,
    /** What the MLP gives, as it is joined to the residual stream: behind its own norm if it has one. */
    MLP_OUT,
    /** What leaves a block. */
    RESID_POST,
    /** What leaves the model, [B, T, dOut]; its layer is the number of blocks. */
    LOGITS
}
