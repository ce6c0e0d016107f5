package org.icl4j.transformer.training;

import java.util.Objects;

/**
 * The learning rate of every step: it rises in a line over {@code warmup} steps, stays at {@code peak}, and falls from step {@code
 * decayStart} on towards the end.
 *
 * @param peak largest rate, at least 0
 * @param warmup steps of the rise; step t of them, counted from 1, has t/warmup of the peak
 * @param decay shape of the fall
 * @param decayStart last step before the fall
 * @param steps last step of all
 * @param floor what the fall ends at, as a part of the peak, from 0 to 1; later steps stay there
 */
public record Schedule(double peak, long warmup, Decay decay, long decayStart, long steps, double floor) {
    /** How the rate falls. */
    public enum Decay {
        /** Not at all. */
        NONE,
        /** In a line that would reach 0 at the last step, cut off at the floor. */
        LINEAR,
        /** In half a wave of the cosine, from the peak to the floor (Loshchilov and Hutter 2017, eq. 5). */
        COSINE
    }

    /**
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Schedule {
        Objects.requireNonNull(decay, "decay");
        boolean ordered = warmup >= 0 && steps >= 1 && decayStart >= 0 && (decay == Decay.NONE || decayStart < steps);
        if (!(peak >= 0) || !Double.isFinite(peak) || !(floor >= 0 && floor <= 1) || !ordered) {
            throw new IllegalArgumentException("schedule with peak=" + peak + " warmup=" + warmup + " decayStart="
                    + decayStart + " steps=" + steps + " floor=" + floor
                    + ": need peak >= 0, warmup >= 0, 0 <= decayStart < steps, and floor from 0 to 1");
        }
    }

    /** The same rate at every step. */
    public static Schedule constant(double rate) {
        return new Schedule(rate, 0, Decay.NONE, 0, Long.MAX_VALUE, 1);
    }

    /** Up in a line for the first half, down to 0 in a line for the second (Raventós et al. 2023). */
    public static Schedule triangle(double peak, long steps) {
        return new Schedule(peak, steps / 2, Decay.LINEAR, steps / 2, steps, 0);
    }

    /** The rate of a step, counted from 1. */
    public double at(long step) {
        double rising = warmup == 0 ? 1 : Math.min(1, (double) step / warmup);
        double left = Math.clamp((double) (steps - step) / (steps - decayStart), 0, 1);
        double falling = switch (decay) {
            case NONE -> 1;
            case LINEAR -> Math.max(floor, left);
            case COSINE -> floor + (1 - floor) * (1 - StrictMath.cos(Math.PI * left)) / 2;
        };
        return peak * rising * falling;
    }
}
