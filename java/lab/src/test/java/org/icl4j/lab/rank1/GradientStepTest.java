package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.TaskSeed;
import org.junit.jupiter.api.Test;

class GradientStepTest {
    private static <A> GradientStep step(Precision<A> precision, UpdateRule rule) {
        try (Kernels<A> kernels = Kernels.open(precision, KernelOptions.defaults())) {
            return GradientStep.of(kernels, rule, TaskSeed.SEED);
        }
    }

    @Test
    void patchOfLinearAttentionIsTheStepAlongTheQuery() {
        GradientStep exact = step(Precision.F64, new RankOneUpdate());
        assertEquals(0, exact.patch(), 1e-13);
        assertEquals(0, exact.answer(), 1e-13);
        GradientStep single = step(Precision.F32, new RankOneUpdate());
        assertEquals(0, single.patch(), 1e-5);
        assertEquals(exact.change(), single.change(), 1e-5 * (1 + exact.change()));
    }

    @Test
    void anotherUpdateIsAnotherStep() {
        assertTrue(step(Precision.F64, new Rank1ExperimentTest.MissingNorm()).patch() > 1e-6);
        assertTrue(step(Precision.F64, new Rank1ExperimentTest.Missing()).patch() > 1e-6);
    }
}
