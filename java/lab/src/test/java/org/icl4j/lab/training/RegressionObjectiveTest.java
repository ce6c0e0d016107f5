package org.icl4j.lab.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;

class RegressionObjectiveTest {
    private static final DecoderConfig CONFIG = DecoderConfig.garg(3, 9, 1, 2, 8);
    private static final LinearRegression FUNCTIONS = new LinearRegression(3, 0.5);
    private static final Curriculum CURRICULUM =
            new Curriculum(new Curriculum.Growth(1, 3, 1, 10), new Curriculum.Growth(2, 5, 1, 10));

    private static RegressionObjective<double[]> objective() {
        return new RegressionObjective<>(Precision.F64, FUNCTIONS, CURRICULUM, TaskSeed.SEED, 6);
    }

    @Test
    void promptsEndAtAQuery() {
        assertEquals(3, objective().length(0));
        assertEquals(5, objective().length(10));
        assertEquals(9, objective().length(1000));
    }

    /** For a model that always answers 3 the loss is the mean of (3 − y)² over all queries' noisy labels. */
    @Test
    void lossOfAConstant() {
        try (Kernels<double[]> kernels = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            Parameters<double[]> parameters =
                    Decoder.initialize(CONFIG, Initialization.FAN_IN, Precision.F64, TaskSeed.SEED);
            parameters.get("read_out.weight").fill(0);
            parameters.get("read_out.bias").fill(3);
            Parameters<double[]> gradients = parameters.zerosLike();
            DecoderPass<double[]> pass = new Decoder<>(CONFIG, kernels, parameters).trainingPass(gradients, 4, 5);
            double loss = objective().part(4, 5).run(pass, 10, 2, 0.5);
            double squares = 0;
            double slope = 0;
            for (int b = 2; b < 6; b++) {
                Points prompt = FUNCTIONS.sample(RandomStream.of(TaskSeed.SEED, "train", 10, b), 3, 2);
                for (double y : prompt.ys()) {
                    squares += (3 - y) * (3 - y) / 12;
                    slope += 2 * (3 - y) / 12;
                }
            }
            assertEquals(squares, loss, 1e-12 * squares, TaskSeed.hint());
            assertEquals(0.5 * slope, gradients.get("read_out.bias").get(0), 1e-10, TaskSeed.hint());
        }
    }

    /** What is not yet active in the curriculum is 0 in the prompts, so that nothing can be learned of it. */
    @Test
    void coordinatesThatWait() {
        try (Kernels<double[]> kernels = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            Parameters<double[]> parameters =
                    Decoder.initialize(CONFIG, Initialization.FAN_IN, Precision.F64, TaskSeed.SEED);
            Parameters<double[]> gradients = parameters.zerosLike();
            DecoderPass<double[]> pass = new Decoder<>(CONFIG, kernels, parameters).trainingPass(gradients, 6, 5);
            objective().part(6, 5).run(pass, 10, 0, 1);
            Tensor<double[]> readIn = gradients.get("read_in.weight");
            double seen = 0;
            for (int row = 0; row < readIn.dim(0); row++) {
                seen += Math.abs(readIn.get(readIn.index(row, 1)));
                assertEquals(0, readIn.get(readIn.index(row, 2)), "row " + row);
            }
            assertTrue(seen > 0, TaskSeed.hint());
        }
    }
}
