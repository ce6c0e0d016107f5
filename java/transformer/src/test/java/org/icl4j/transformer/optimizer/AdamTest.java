package org.icl4j.transformer.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;

class AdamTest {
    private static Parameters<double[]> one(double... values) {
        return Parameters.of(Map.of("p", Tensor.of(Precision.F64, values, values.length)));
    }

    private static void descend(Adam<double[]> adam, Parameters<double[]> p, int steps) {
        for (int i = 0; i < steps; i++) {
            double[] x = p.get("p").array();
            adam.step(AdamW.adam(0.05), one(2 * (x[0] - 3), 20 * (x[1] + 1)));
        }
    }

    /** Finds the minimum of (x − 3)² + 10·(y + 1)². */
    @Test
    void descends() {
        try (Kernels<double[]> kernels =
                Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"))) {
            Parameters<double[]> p = one(0, 0);
            descend(new Adam<>(kernels, p), p, 2000);
            assertArrayEquals(new double[] {3, -1}, p.get("p").array(), 1e-3);
        }
    }

    /** 5 steps and 5 more on a copy of the state are 10 steps. */
    @Test
    void resumes() {
        try (Kernels<double[]> kernels =
                Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"))) {
            Parameters<double[]> whole = one(0, 0);
            descend(new Adam<>(kernels, whole), whole, 10);
            Parameters<double[]> first = one(0, 0);
            Adam<double[]> before = new Adam<>(kernels, first);
            descend(before, first, 5);
            Parameters<double[]> second = one(first.get("p").array().clone());
            Adam<double[]> after = new Adam<>(kernels, second);
            System.arraycopy(
                    before.firstMoments().get("p").array(),
                    0,
                    after.firstMoments().get("p").array(),
                    0,
                    2);
            System.arraycopy(
                    before.secondMoments().get("p").array(),
                    0,
                    after.secondMoments().get("p").array(),
                    0,
                    2);
            after.resumeAfter(before.steps());
            descend(after, second, 5);
            assertEquals(10, after.steps());
            assertArrayEquals(whole.get("p").array(), second.get("p").array());
        }
    }
}
