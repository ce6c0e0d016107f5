package org.icl4j.transformer.training;

import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * One thread's share of a step: its sequences, which it goes through a few at a time so that their activations stay in the cache, and
 * gradients of its own.
 */
final class BatchShare<A> {
    /**
     * Numbers in the widest activation of the sequences that are worked on at once: two megabytes of f32. With a quarter of it the
     * weights of a wide model are packed so often that a step takes a tenth longer. The most that may be in memory at once, whatever
     * the batch: gradients are accumulated over the rest.
     */
    private static final int WIDEST = 1 << 19;

    private final Decoder<A> decoder;
    private final Objective<A> objective;
    private final Parameters<A> gradients;
    private final int first;
    private final int count;
    private DecoderPass<A> pass;
    private Objective.Part<A> part;
    private int length;
    private int atOnce;
    private double loss;

    /**
     * @param gradients overwritten at every step
     * @param first number of its first sequence
     * @param count its sequences
     */
    BatchShare(Decoder<A> decoder, Objective<A> objective, Parameters<A> gradients, int first, int count) {
        this.decoder = decoder;
        this.objective = objective;
        this.gradients = gradients;
        this.first = first;
        this.count = count;
    }

    Parameters<A> gradients() {
        return gradients;
    }

    /** Sum of the losses of the last step over the sequences. */
    double loss() {
        return loss;
    }

    /** Leaves loss and gradients of a step, the latter weighted as parts of the mean over the whole batch. */
    void run(long step) {
        makeRoom(objective.length(step));
        for (Tensor<A> gradient : gradients.asMap().values()) {
            gradient.fill(0);
        }
        loss = 0;
        double weight = (double) atOnce / objective.batch();
        for (int done = 0; done < count; done += atOnce) {
            loss += atOnce * part.run(pass, step, first + done, weight);
        }
    }

    private void makeRoom(int wanted) {
        if (wanted != length) {
            pass = null; // The old one's tensors go before the new one's come.
            part = null;
            atOnce = sequencesAtOnce(wanted);
            pass = decoder.trainingPass(gradients, atOnce, wanted);
            part = objective.part(atOnce, wanted);
            length = wanted;
        }
    }

    /** The largest divisor of the count with which the widest activation is small. Never what the machine is like: it decides bits. */
    private int sequencesAtOnce(int positions) {
        int widest = Math.max(
                decoder.config().block().dMlp(), 3 * decoder.config().block().dModel());
        int sequences = Math.clamp(WIDEST / ((long) positions * widest), 1, count);
        while (count % sequences != 0) {
            sequences--;
        }
        return sequences;
    }
}
