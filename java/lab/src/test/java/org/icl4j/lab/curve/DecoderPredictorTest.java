package org.icl4j.lab.curve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DecoderPredictorTest {
    private static final DecoderConfig CONFIG = DecoderConfig.garg(2, 9, 1, 2, 8);
    private static final List<Points> PROMPTS = Lesson.draw(new LinearRegression(2), TaskSeed.SEED, 70, 5);

    private static <A> Decoder<A> decoder(Kernels<A> kernels) {
        return new Decoder<>(
                CONFIG, kernels, Decoder.initialize(CONFIG, Initialization.FAN_IN, kernels.precision(), TaskSeed.SEED));
    }

    /** The tokens written out, x and (y, 0) in turn; the answers stand at the points. */
    @Test
    void answersStandAtTheQueries() {
        try (Kernels<double[]> kernels = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            Decoder<double[]> decoder = decoder(kernels);
            double[] answers = new DecoderPredictor<>(decoder, 2).predict(PROMPTS.getFirst());
            Points prompt = PROMPTS.getFirst();
            Tensor<double[]> tokens = Tensor.zeros(Precision.F64, 1, 9, 2);
            for (int i = 0; i < 5; i++) {
                tokens.set(tokens.index(0, 2 * i, 0), prompt.xs()[i][0]);
                tokens.set(tokens.index(0, 2 * i, 1), prompt.xs()[i][1]);
                if (i < 4) {
                    tokens.set(tokens.index(0, 2 * i + 1, 0), prompt.ys()[i]);
                }
            }
            DecoderPass<double[]> pass = decoder.pass(1, 9);
            pass.forward(tokens);
            for (int i = 0; i < 5; i++) {
                assertEquals(pass.out().get(2 * i), answers[i], 1e-12, "query " + i);
            }
        }
    }

    /** More prompts than are worked on at once, and a last batch that is not full. */
    @Test
    void manyPromptsAsOneByOne() {
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, KernelOptions.defaults())) {
            DecoderPredictor<float[]> model = new DecoderPredictor<>(decoder(kernels), 2);
            double[][] all = model.predictAll(PROMPTS);
            assertEquals(PROMPTS.size(), all.length);
            for (int i = 0; i < all.length; i++) {
                assertArrayEquals(model.predict(PROMPTS.get(i)), all[i], 1e-5, "prompt " + i);
            }
            assertNotEquals(all[0][4], all[64][4], "other prompts, other answers");
        }
    }

    @Test
    void answersFollowTheParameters() {
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, KernelOptions.defaults())) {
            Decoder<float[]> decoder = decoder(kernels);
            DecoderPredictor<float[]> model = new DecoderPredictor<>(decoder, 2);
            decoder.parameters().get("read_out.weight").fill(0);
            decoder.parameters().get("read_out.bias").fill(3);
            double[] expected = new double[5];
            Arrays.fill(expected, 3);
            assertArrayEquals(expected, model.predict(PROMPTS.getFirst()));
        }
    }

    @Test
    void promptsLongerThanTheModel() {
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, KernelOptions.defaults())) {
            DecoderPredictor<float[]> model = new DecoderPredictor<>(decoder(kernels), 2);
            List<Points> longer = Lesson.draw(new LinearRegression(2), TaskSeed.SEED, 1, 6);
            assertThrows(IllegalArgumentException.class, () -> model.predictAll(longer));
        }
    }
}
