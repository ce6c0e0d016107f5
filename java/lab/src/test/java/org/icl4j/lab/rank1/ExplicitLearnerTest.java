package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.Prompts;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ExplicitLearnerTest {
    private static final Kernels<double[]> F64 =
            Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"));
    private static final ContextualBlockConfig CONFIG = new ContextualBlockConfig(3, 4, 2, 6);
    private static final double LR = 0.25;

    private final ContextualBlock<double[]> block =
            new ContextualBlock<>(CONFIG, F64, ContextualBlock.initialize(CONFIG, Precision.F64, TaskSeed.SEED));
    private final Prompts<double[]> prompt = Prompts.sample(
                    new LinearRegression(2), Precision.F64, TaskSeed.SEED, "learner", 0, 1, 3)
            .exampleAsQuery(1);
    private final double target = prompt.targets()[0];

    @AfterAll
    static void close() {
        F64.close();
    }

    private double loss(Tensor<double[]> w) {
        Tensor<double[]> out = block.with(ContextualBlock.MLP_WEIGHT, w).apply(prompt.tokens());
        return Math.pow(Errors.prediction(out, 0) - target, 2) / 2;
    }

    /** A step is −lr times the slope of ½(ŷ − y)² by central differences; the block itself stays as it is. */
    @Test
    void stepsAgainstTheGradient() {
        Tensor<double[]> w = block.parameters().get(ContextualBlock.MLP_WEIGHT);
        double[] before = w.array().clone();
        ExplicitLearner<double[]> learner = new ExplicitLearner<>(block, LR);
        learner.learn(prompt.tokens(), target);
        assertArrayEquals(before, w.array());
        Tensor<double[]> update = learner.update();
        double step = 1e-6;
        for (int i = 0; i < w.size(); i++) {
            Tensor<double[]> moved = w.copy();
            moved.set(i, before[i] + step);
            double above = loss(moved);
            moved.set(i, before[i] - step);
            double slope = (above - loss(moved)) / (2 * step);
            assertEquals(-LR * slope, update.get(i), 1e-7, i + ", -Dtests.seed=" + TaskSeed.SEED);
        }
    }

    /** The second step starts where the first ended. */
    @Test
    void stepsAddUp() {
        ExplicitLearner<double[]> learner = new ExplicitLearner<>(block, LR / 10);
        learner.learn(prompt.tokens(), target);
        Tensor<double[]> once =
                block.parameters().get(ContextualBlock.MLP_WEIGHT).plus(learner.update());
        learner.learn(prompt.tokens(), target);
        ExplicitLearner<double[]> second = new ExplicitLearner<>(block.with(ContextualBlock.MLP_WEIGHT, once), LR / 10);
        second.learn(prompt.tokens(), target);
        double[] both = once.plus(second.update())
                .minus(block.parameters().get(ContextualBlock.MLP_WEIGHT))
                .array();
        assertArrayEquals(both, learner.update().array(), 1e-13);
    }
}
