package org.icl4j.transformer.training;

import org.icl4j.transformer.tensor.Tensor;

/**
 * Mean squared error of predictions at regular positions of each sequence: the i-th is the output's only number at position i·every.
 * With Garg's prompts of points and values in turn, every = 2.
 */
public final class SquaredError {
    private final int every;

    /**
     * @throws IllegalArgumentException if {@code every} is below 1
     */
    public SquaredError(int every) {
        if (every < 1) {
            throw new IllegalArgumentException("a prediction at every " + every + " positions: at least 1");
        }
        this.every = every;
    }

    /** Predictions in {@code length} positions. */
    public int predictions(int length) {
        return Math.ceilDiv(length, every);
    }

    /** Prediction i of sequence b. */
    public double prediction(Tensor<?> out, int b, int i) {
        return out.get(out.index(b, i * every, 0));
    }

    /**
     * Mean over sequences and predictions of (out − target)².
     *
     * @param out [B, T, 1]
     * @param targets [B, predictions(T)]
     * @param weight what the gradient is multiplied by
     * @param dOut as out, overwritten by the gradient with respect to it
     * @throws IllegalArgumentException if the shapes do not go together
     */
    public double of(Tensor<?> out, Tensor<?> targets, double weight, Tensor<?> dOut) {
        int batch = out.dim(0);
        int count = predictions(out.dim(1));
        if (out.dim(2) != 1 || targets.dim(0) != batch || targets.dim(1) != count) {
            throw new IllegalArgumentException("squared error of " + out + " against targets " + targets
                    + ": expected [B, T, 1] and [B, " + count + "]");
        }
        dOut.fill(0);
        double sum = 0;
        double terms = (double) batch * count;
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < count; i++) {
                double error = prediction(out, b, i) - targets.get(targets.index(b, i));
                sum += error * error;
                dOut.set(dOut.index(b, i * every, 0), 2 * weight * error / terms);
            }
        }
        return sum / terms;
    }
}
