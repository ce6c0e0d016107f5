package org.icl4j.lab.curve;

import java.util.List;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.lab.task.regression.RegressionBatch;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A decoder's answers at the queries of prompts in Garg's form, those of the parameters as they are when it is asked.
 *
 * @param decoder of one number at every position
 * @param nDims d, the dimension of x
 */
record DecoderPredictor<A>(Decoder<A> decoder, int nDims) implements Predictor {
    private static final int AT_ONCE = 64;

    @Override
    public double[] predict(Points prompt) {
        return predictAll(List.of(prompt))[0];
    }

    /**
     * @throws IllegalArgumentException if the prompts are not of one length, not of d dimensions, or longer than the model's positions
     */
    @Override
    public double[][] predictAll(List<Points> prompts) {
        int points = prompts.getFirst().count();
        int atOnce = Math.min(AT_ONCE, prompts.size());
        RegressionBatch<A> batch = new RegressionBatch<>(decoder.kernels().precision(), atOnce, points, nDims, false);
        DecoderPass<A> pass = decoder.pass(atOnce, batch.tokens().dim(1));
        double[][] predictions = new double[prompts.size()][points];
        for (int first = 0; first < predictions.length; first += atOnce) {
            int count = Math.min(atOnce, predictions.length - first);
            for (int b = 0; b < count; b++) {
                batch.set(b, prompts.get(first + b));
            }
            pass.forward(batch.tokens());
            for (int b = 0; b < count; b++) {
                read(pass.out(), b, predictions[first + b]);
            }
        }
        return predictions;
    }

    private static void read(Tensor<?> out, int b, double[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = out.get(out.index(b, RegressionBatch.position(i), 0));
        }
    }
}
