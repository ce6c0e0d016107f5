package org.icl4j.transformer.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ContextualBlockTest {
    private static final ContextualBlockConfig CONFIG = new ContextualBlockConfig(3, 8, 2, 12);
    private static final Kernels<double[]> F64 =
            Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"));

    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());

    static {
        System.out.println("block tests: -Dtests.seed=" + SEED);
    }

    @AfterAll
    static void close() {
        F64.close();
    }

    private static <A> Tensor<A> random(Precision<A> precision, String purpose, int... shape) {
        Tensor<A> tensor = Tensor.zeros(precision, shape);
        RandomStream.of(SEED, purpose, 0, 0).fillGaussian(tensor, 1);
        return tensor;
    }

    /** Weights and biases all random, so that no gradient is checked at a special point. */
    private static Parameters<double[]> randomParameters() {
        Parameters<double[]> parameters = ContextualBlock.initialize(CONFIG, Precision.F64, SEED);
        parameters.names().stream()
                .filter(name -> name.endsWith("bias"))
                .forEach(name -> RandomStream.of(SEED, name, 0, 0).fillGaussian(parameters.get(name), 1));
        return parameters;
    }

    private static double dot(Tensor<double[]> x, Tensor<double[]> y) {
        double sum = 0;
        for (int i = 0; i < x.size(); i++) {
            sum += x.get(i) * y.get(i);
        }
        return sum;
    }

    @Test
    void gradientsMatchCentralDifferences() {
        Parameters<double[]> parameters = randomParameters();
        ContextualBlock<double[]> block = new ContextualBlock<>(CONFIG, F64, parameters);
        Tensor<double[]> tokens = random(Precision.F64, "tokens", 4, 6, 3);
        Tensor<double[]> dOut = random(Precision.F64, "dOut", 4, 3);
        ContextualBlock.Activations<double[]> kept = block.activations(4, 6);
        Parameters<double[]> gradients = parameters.zerosLike();
        block.forward(tokens, kept);
        block.backward(tokens, kept, dOut, gradients);
        double step = 1e-6;
        for (String name : parameters.names()) {
            Tensor<double[]> weight = parameters.get(name);
            for (int i = 0; i < weight.size(); i++) {
                double value = weight.get(i);
                weight.set(i, value + step);
                double above = dot(block.apply(tokens), dOut);
                weight.set(i, value - step);
                double below = dot(block.apply(tokens), dOut);
                weight.set(i, value);
                assertEquals(
                        (above - below) / (2 * step),
                        gradients.get(name).get(i),
                        1e-7,
                        name + " element " + i + ", -Dtests.seed=" + SEED);
            }
        }
    }

    /** The formula of the block, written out once more for one head and a prompt of three tokens. */
    @Test
    void forwardIsTheFormula() {
        ContextualBlockConfig config = new ContextualBlockConfig(2, 2, 1, 2);
        Map<String, Tensor<double[]>> weights = new LinkedHashMap<>();
        double[][] values = {
            {1, 0, 0, 1},
            {0.5, 1, -1, 0.25},
            {1, 2, 3, 4},
            {1, 1, 0, 1},
            {1, -1, 2, 0.5},
            {0.1, -0.2},
            {1, 0, 1, 1},
            {0, 5}
        };
        Parameters<double[]> shapes = ContextualBlock.initialize(config, Precision.F64, 0);
        int next = 0;
        for (String name : shapes.names()) {
            weights.put(
                    name,
                    Tensor.of(Precision.F64, values[next++], shapes.get(name).shape()));
        }
        ContextualBlock<double[]> block = new ContextualBlock<>(config, F64, Parameters.of(weights));
        double[][] tokens = {{1, 2}, {-1, 0.5}, {0.5, 1}};
        double[] query = tokens[2];
        double[] scores = new double[3];
        double total = 0;
        for (int i = 0; i < 3; i++) {
            double k0 = 0.5 * tokens[i][0] + 1 * tokens[i][1];
            double k1 = -1 * tokens[i][0] + 0.25 * tokens[i][1];
            scores[i] = Math.exp((query[0] * k0 + query[1] * k1) / Math.sqrt(2));
            total += scores[i];
        }
        double z0 = 0;
        double z1 = 0;
        for (int i = 0; i < 3; i++) {
            z0 += scores[i] / total * (1 * tokens[i][0] + 2 * tokens[i][1]);
            z1 += scores[i] / total * (3 * tokens[i][0] + 4 * tokens[i][1]);
        }
        double a0 = z0 + z1;
        double a1 = z1;
        double h0 = Math.max(0, a0 - a1 + 0.1);
        double h1 = Math.max(0, 2 * a0 + 0.5 * a1 - 0.2);
        Tensor<double[]> prompt = Tensor.of(Precision.F64, new double[] {1, 2, -1, 0.5, 0.5, 1}, 1, 3, 2);
        assertArrayEquals(new double[] {a0, a1}, block.context(prompt).array(), 1e-14);
        assertArrayEquals(new double[] {h0, h0 + h1 + 5}, block.apply(prompt).array(), 1e-14);
    }

    @Test
    void singlePrecisionFollowsDouble() {
        Tensor<double[]> tokens = random(Precision.F64, "prompts", 5, 9, 3);
        Tensor<double[]> exact = new ContextualBlock<>(
                        CONFIG, F64, ContextualBlock.initialize(CONFIG, Precision.F64, SEED))
                .apply(tokens);
        try (Kernels<float[]> f32 = Kernels.open(Precision.F32, KernelOptions.defaults())) {
            Tensor<float[]> narrow = Tensor.zeros(Precision.F32, 5, 9, 3);
            for (int i = 0; i < narrow.size(); i++) {
                narrow.set(i, tokens.get(i));
            }
            Tensor<float[]> out = new ContextualBlock<>(
                            CONFIG, f32, ContextualBlock.initialize(CONFIG, Precision.F32, SEED))
                    .apply(narrow);
            for (int i = 0; i < out.size(); i++) {
                assertEquals(exact.get(i), out.get(i), 2e-5);
            }
        }
    }

    @Test
    void withReplacesOneParameter() {
        ContextualBlock<double[]> block =
                new ContextualBlock<>(CONFIG, F64, ContextualBlock.initialize(CONFIG, Precision.F64, SEED));
        Tensor<double[]> w = block.parameters().get(ContextualBlock.MLP_WEIGHT);
        Tensor<double[]> tokens = random(Precision.F64, "tokens", 1, 2, 3);
        double[] before = block.apply(tokens).array();
        double[] patched = block.with(ContextualBlock.MLP_WEIGHT, w.zerosLike())
                .apply(tokens)
                .array();
        assertArrayEquals(new double[3], patched, "biases are 0, so without W the output is 0");
        assertArrayEquals(before, block.apply(tokens).array());
    }

    @Test
    void badInput() {
        assertThrows(IllegalArgumentException.class, () -> new ContextualBlockConfig(3, 7, 2, 12));
        assertThrows(IllegalArgumentException.class, () -> new ContextualBlockConfig(0, 8, 2, 12));
        ContextualBlock<double[]> block =
                new ContextualBlock<>(CONFIG, F64, ContextualBlock.initialize(CONFIG, Precision.F64, SEED));
        assertThrows(IllegalArgumentException.class, () -> block.activations(1, 0));
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> block.forward(random(Precision.F64, "t", 1, 2, 4), block.activations(1, 2)))
                .getMessage();
        assertTrue(message.contains("[1, 2, 4]") && message.contains("[1, 2, 3]"), message);
        for (Executable call : List.<Executable>of(
                () -> block.apply(random(Precision.F64, "t", 5)), () -> block.context(random(Precision.F64, "t", 5)))) {
            String rank = assertThrows(IllegalArgumentException.class, call).getMessage();
            assertTrue(rank.contains("f64[5]") && rank.contains("dToken=3"), rank);
        }
    }

    @Test
    void parametersOfAnotherBlock() {
        Parameters<double[]> wider =
                ContextualBlock.initialize(new ContextualBlockConfig(3, 8, 2, 13), Precision.F64, SEED);
        String message = assertThrows(IllegalArgumentException.class, () -> new ContextualBlock<>(CONFIG, F64, wider))
                .getMessage();
        assertTrue(message.contains("f64[13, 8]") && message.contains("[12, 8]"), message);
    }
}
