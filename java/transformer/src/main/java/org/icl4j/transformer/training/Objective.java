package org.icl4j.transformer.training;

import org.icl4j.transformer.decoder.DecoderPass;

/**
 * What a model is trained for: sequences that follow from the number of the step and their own alone, and a loss that is the mean
 * over them.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Objective<A> {
    /** Sequences of a step. */
    int batch();

    /** Positions of the sequences of a step, counted from 0; a curriculum lets them grow. */
    int length(long step);

    /**
     * What trains on some of the sequences, {@code sequences} at a time, in one thread. What it needs for that it makes here, so that
     * a step allocates nothing.
     *
     * @param length positions of each
     */
    Part<A> part(int sequences, int length);

    /** Trains on some of the sequences of a step. */
    interface Part<A> {
        /**
         * Runs {@code pass} forward on the sequences from {@code first} on, and backward.
         *
         * @param pass of the shape that the part was made for
         * @param step counted from 0
         * @param weight what gradients are multiplied by
         * @return the mean loss of these sequences
         */
        double run(DecoderPass<A> pass, long step, int first, double weight);
    }
}
