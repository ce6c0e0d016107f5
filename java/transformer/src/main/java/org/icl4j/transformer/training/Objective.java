package org.icl4j.transformer.training;

import org.icl4j.transformer.decoder.DecoderPass;

/**
 * What a model is trained for: batches that follow from the number of the step alone, and a loss.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Objective<A> {
    /** Sequences of a batch. */
    int batch();

    /** Positions of the sequences of a step, counted from 0; a curriculum lets them grow. */
    int length(long step);

    /**
     * Runs {@code pass} forward on the batch and backward.
     *
     * @param pass over batch() sequences of length(step) positions
     * @param step counted from 0
     * @param part number of the batch within the step, from 0
     * @param weight what gradients are to be multiplied by: 1/(parts of a step)
     * @return the mean loss of the batch
     */
    double run(DecoderPass<A> pass, long step, int part, double weight);
}
