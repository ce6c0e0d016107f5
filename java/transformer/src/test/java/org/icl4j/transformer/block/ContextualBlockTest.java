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
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
    private static Parameters<double[]> randomParameters(ContextualBlockConfig config) {
        Parameters<double[]> parameters = ContextualBlock.initialize(config, Precision.F64, SEED);
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

    @ParameterizedTest
    @EnumSource(Mixer.class)
    void gradientsMatchCentralDifferences(Mixer mixer) {
        ContextualBlockConfig config = CONFIG.with(mixer);
        Parameters<double[]> parameters = randomParameters(config);
        ContextualBlock<double[]> block = new ContextualBlock<>(config, F64, parameters);
        Tensor<double[]> tokens = random(Precision.F64, "tokens", 4, 6, 3);
        Tensor<double[]> dOut = random(Precision.F64, "dOut", 4, 3);
        Parameters<double[]> gradients = parameters.zerosLike();
        ContextualPass<double[]> pass = block.trainingPass(gradients, 4, 6);
        for (int twice = 0; twice < 2; twice++) { // The second time on what the first left.
            gradients.asMap().values().forEach(gradient -> gradient.fill(0));
            pass.forward(tokens);
            pass.backward(dOut);
        }
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

    /** The layers that are not attention, written out once more for one number wide blocks. */
    @ParameterizedTest
    @EnumSource(
            value = Mixer.class,
            names = {"LINEAR_ATTENTION", "RNN", "DIAGONAL_SSM", "SELECTIVE_SSM"})
    void contextIsTheFormula(Mixer mixer) {
        ContextualBlockConfig config = new ContextualBlockConfig(1, 1, 1, 1).with(mixer);
        Parameters<double[]> p = randomParameters(config);
        double[] tokens = {0.7, -1.3, 0.4};
        Tensor<double[]> prompt = Tensor.of(Precision.F64, tokens, 1, 3, 1);
        double expected = switch (mixer) {
            case LINEAR_ATTENTION -> linearAttention(p, tokens);
            case RNN -> rnn(p, tokens);
            case DIAGONAL_SSM -> diagonal(p, tokens);
            default -> selective(p, tokens);
        };
        assertEquals(
                expected,
                new ContextualBlock<>(config, F64, p).context(prompt).get(0),
                1e-13,
                mixer + ", -Dtests.seed=" + SEED);
    }

    private static double[] numbers(Parameters<double[]> parameters, String name) {
        return parameters.get(name).array();
    }

    private static double read(Parameters<double[]> p, double token) {
        return numbers(p, "read_in.weight")[0] * token;
    }

    private static double linearAttention(Parameters<double[]> p, double[] tokens) {
        double[] w = numbers(p, "attn.c_attn.weight");
        double query = w[0] * read(p, tokens[2]);
        double sum = 0;
        for (double token : tokens) {
            sum += query * (w[1] * read(p, token)) * (w[2] * read(p, token)) / tokens.length;
        }
        return numbers(p, "attn.c_proj.weight")[0] * sum;
    }

    private static double rnn(Parameters<double[]> p, double[] tokens) {
        double h = 0;
        for (double token : tokens) {
            double pre = numbers(p, "attn.in_proj.weight")[0] * read(p, token) + numbers(p, "attn.in_proj.bias")[0];
            h = Math.tanh(pre + numbers(p, "attn.cell.weight")[0] * h);
        }
        return numbers(p, "attn.c_proj.weight")[0] * h;
    }

    private static double diagonal(Parameters<double[]> p, double[] tokens) {
        double h = 0;
        for (double token : tokens) {
            double pre = numbers(p, "attn.in_proj.weight")[0] * read(p, token) + numbers(p, "attn.in_proj.bias")[0];
            h = h / (1 + Math.exp(-numbers(p, "attn.cell.decay")[0])) + pre;
        }
        return numbers(p, "attn.c_proj.weight")[0] * h;
    }

    private static double selective(Parameters<double[]> p, double[] tokens) {
        double[] w = numbers(p, "attn.in_proj.weight");
        int nStates = 8;
        double[] h = new double[nStates];
        double out = 0;
        for (double token : tokens) {
            double in = read(p, token);
            double x = w[0] * in;
            double gate = w[1] * in;
            double step = Math.log(1 + Math.exp(w[2] * in + numbers(p, "attn.dt_bias")[0]));
            double y = numbers(p, "attn.D")[0] * x;
            for (int n = 0; n < nStates; n++) {
                double rate = Math.exp(numbers(p, "attn.A_log")[n]);
                h[n] = Math.exp(-step * rate) * h[n] + step * x * (w[3 + n] * in);
                y += w[3 + nStates + n] * in * h[n];
            }
            out = numbers(p, "attn.c_proj.weight")[0] * y * gate / (1 + Math.exp(-gate));
        }
        return out;
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
        assertThrows(IllegalArgumentException.class, () -> block.pass(1, 0));
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> block.pass(1, 2).forward(random(Precision.F64, "t", 1, 2, 4)))
                .getMessage();
        assertThrows(IllegalStateException.class, () -> block.pass(1, 2).backward(random(Precision.F64, "t", 1, 3)));
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
