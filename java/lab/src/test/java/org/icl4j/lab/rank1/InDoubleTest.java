package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.Prompts;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;

class InDoubleTest {
    private static final ContextualBlockConfig CONFIG = new ContextualBlockConfig(3, 8, 2, 16, Mixer.GRU);

    @Test
    void sameWeightsAndPromptsWithFinerArithmetic() {
        Prompts<float[]> prompts =
                Prompts.sample(new LinearRegression(2), Precision.F32, TaskSeed.SEED, "in double", 0, 1, 10);
        try (Kernels<float[]> f32 = Kernels.open(Precision.F32, KernelOptions.defaults());
                Kernels<double[]> f64 = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            ContextualBlock<float[]> block = new ContextualBlock<>(
                    CONFIG, f32, ContextualBlock.initialize(CONFIG, Precision.F32, TaskSeed.SEED));
            PatchedBlock<float[]> single = new PatchedBlock<>(block, new RankOneUpdate());
            PatchedBlock<double[]> fine = InDouble.of(single, f64);
            for (int i = 0; i < single.weight().size(); i++) {
                assertEquals(single.weight().get(i), fine.weight().get(i));
            }
            Tensor<float[]> rounded = block.apply(prompts.tokens());
            Tensor<double[]> exact = fine.block().apply(InDouble.of(prompts).tokens());
            assertEquals(exact.get(2), rounded.get(2), 1e-5 * Errors.usualSize(exact));
            TheoremErrors errors =
                    TheoremErrors.of(fine, InDouble.of(prompts), 0, RandomStream.of(TaskSeed.SEED, "parts", 0, 0));
            assertTrue(Math.max(errors.part(), Math.max(errors.identity(), errors.token())) < 1e-11, errors::toString);
        }
    }
}
