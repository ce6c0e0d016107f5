package org.icl4j.transformer.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
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

    /** A step that is refused has changed nothing. */
    @Test
    void refusesOtherGradients() {
        try (Kernels<double[]> kernels =
                Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"))) {
            Map<String, Tensor<double[]>> parameters = new LinkedHashMap<>();
            parameters.put("a", Tensor.zeros(Precision.F64, 2));
            parameters.put("b", Tensor.zeros(Precision.F64, 2, 3));
            Adam<double[]> adam = new Adam<>(kernels, Parameters.of(parameters));
            Tensor<double[]> gradientOfA = Tensor.of(Precision.F64, new double[] {1, 1}, 2);
            for (Map<String, Tensor<double[]>> gradients : List.of(
                    Map.of("a", gradientOfA),
                    Map.of("a", gradientOfA, "b", Tensor.zeros(Precision.F64, 3, 2)),
                    Map.of("a", gradientOfA, "b", parameters.get("b").zerosLike(), "c", gradientOfA))) {
                String message = assertThrows(
                                IllegalArgumentException.class,
                                () -> adam.step(AdamW.adam(0.05), Parameters.of(gradients)))
                        .getMessage();
                assertTrue(message.contains("b") && message.contains("gradient"), message);
                assertEquals(0, adam.steps());
                assertArrayEquals(new double[2], parameters.get("a").array());
                assertArrayEquals(new double[2], adam.firstMoments().get("a").array());
            }
            assertThrows(IllegalArgumentException.class, () -> adam.resumeAfter(-3));
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
