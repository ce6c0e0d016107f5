package org.icl4j.transformer.training;

import java.util.Objects;
import org.icl4j.kernels.AdamW;

/**
 * How a model is trained.
 *
 * @param schedule the learning rate
 * @param adamW the decays, epsilon and weight decay; its learning rate is not read
 * @param clipNorm largest norm of all gradients as one vector; ∞ for no limit
 */
public record TrainingSettings(Schedule schedule, AdamW adamW, double clipNorm) {
    /**
     * @throws IllegalArgumentException if {@code clipNorm} is not above 0
     */
    public TrainingSettings {
        Objects.requireNonNull(schedule, "schedule");
        Objects.requireNonNull(adamW, "adamW");
        if (!(clipNorm > 0)) {
            throw new IllegalArgumentException(
                    "training with clipNorm=" + clipNorm + ": it must be above 0; infinity for no limit");
        }
    }

    /** The recipe for narrow models: Adam with β = (0.9, 0.99), gradients clipped to norm 1. */
    public static TrainingSettings of(Schedule schedule) {
        return new TrainingSettings(schedule, new AdamW(0, 0.9, 0.99, 1e-8, 0), 1);
    }
}
