package org.icl4j.lab.patch;

import org.icl4j.transformer.layer.BlockConfig;

/** What of a block takes up the part of the context that goes past the MLP, v_C − v. */
public enum OutputForm {
    /** The bias of the MLP's last linear map: Δb = v_C − v (Dherin et al. 2025, App. A). */
    BIAS,
    /** The MLP's last linear map: ΔW = (v_C − v)·hᵀ/‖h‖² (Goldwaser et al. 2025, Thm 1 for gated MLPs). */
    WEIGHT,
    /** The gain of the norm behind the MLP: Δm = (v_C − v)⊘f, f the normalised result (Goldwaser et al. 2025, Thm 1). */
    GAIN,
    /**
     * That gain as little as can be, and for it the MLP's last linear map, which turns f to where the gain is of most use (Goldwaser
     * et al. 2025, App. B).
     */
    STABLE_GAIN;

    /** The one that the papers give for such a block; of the two for a norm behind the MLP the stable one. */
    public static OutputForm of(BlockConfig config) {
        if (config.postNormed()) {
            return STABLE_GAIN;
        }
        boolean hasBias =
                config.biased() && !config.mlp().isGated() && config.experts().isEmpty();
        return hasBias ? BIAS : WEIGHT;
    }

    /**
     * @throws IllegalArgumentException if such a block has not what the form changes
     */
    void requireFit(BlockConfig config) {
        boolean fits = switch (this) {
            case BIAS -> of(config) == BIAS;
            case WEIGHT -> !config.postNormed();
            case GAIN, STABLE_GAIN -> config.postNormed();
        };
        if (!fits) {
            throw new IllegalArgumentException(
                    "patch of " + this + " for " + config + ": such a block can have one of " + of(config));
        }
    }
}
