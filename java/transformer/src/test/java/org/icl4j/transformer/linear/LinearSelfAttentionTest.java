package org.icl4j.transformer.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LinearSelfAttentionTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());

    /** An object of 32 bytes for each of the prompts below; the smallest working array, the scores, has 41,984. */
    private static final long MOST_BYTES = 8_192;

    private static final Kernels<double[]> F64 =
            Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"));

    static {
        System.out.println("linear self-attention tests: -Dtests.seed=" + SEED);
    }

    @AfterAll
    static void close() {
        F64.close();
    }

    /** Prompts of noiseless linear regression with points of variance 1. */
    private static final class Prompts<A> {
        final Tensor<A> e;
        final Tensor<A> queries;
        final Tensor<A> targets;

        Prompts(Precision<A> precision, int batch, int dims, int examples) {
            e = Tensor.zeros(precision, batch, dims + 1, examples + 1);
            queries = Tensor.zeros(precision, batch, dims);
            targets = Tensor.zeros(precision, batch);
        }

        Prompts<A> draw(long step) {
            int dims = queries.dim(1);
            int examples = e.dim(2) - 1;
            RandomGenerator random = RandomStream.of(SEED, "prompts", step, 0);
            double[] w = new double[dims];
            for (int b = 0; b < queries.dim(0); b++) {
                for (int i = 0; i < dims; i++) {
                    w[i] = random.nextGaussian();
                }
                for (int j = 0; j <= examples; j++) {
                    double y = 0;
                    for (int i = 0; i < dims; i++) {
                        double x = random.nextGaussian();
                        y += w[i] * x;
                        e.set(e.index(b, i, j), x);
                        if (j == examples) {
                            queries.set(queries.index(b, i), x);
                        }
                    }
                    e.set(e.index(b, dims, j), j == examples ? 0 : y);
                    targets.set(b, y);
                }
            }
            return this;
        }
    }

    private static Parameters<double[]> randomParameters(int dims) {
        Map<String, Tensor<double[]>> all = new LinkedHashMap<>();
        LinearSelfAttention.initialize(dims, 1, Precision.F64, SEED).asMap().forEach((name, shape) -> {
            Tensor<double[]> parameter = shape.zerosLike();
            RandomStream.of(SEED, name, 0, 0).fillGaussian(parameter, 1);
            all.put(name, parameter);
        });
        return Parameters.of(all);
    }

    /** In every element of both matrices, those that the prediction does not depend on among them. */
    @Test
    void gradientsMatchCentralDifferences() {
        int dims = 3;
        Parameters<double[]> parameters = randomParameters(dims);
        Prompts<double[]> prompts = new Prompts<>(Precision.F64, 5, dims, 6).draw(0);
        LinearSelfAttention<double[]> model = new LinearSelfAttention<>(F64, parameters);
        LinearSelfAttention.Pass<double[]> pass = model.pass(prompts.e, prompts.queries);
        LinearSelfAttention.Pass<double[]> other = model.pass(prompts.e, prompts.queries);
        for (int again = 0; again < 2; again++) {
            pass.forward();
            pass.backward(prompts.targets);
        }
        double step = 1e-6;
        for (String name : parameters.names()) {
            Tensor<double[]> weight = parameters.get(name);
            for (int i = 0; i < weight.size(); i++) {
                double value = weight.get(i);
                weight.set(i, value + step);
                other.forward();
                double above = other.backward(prompts.targets);
                weight.set(i, value - step);
                other.forward();
                double below = other.backward(prompts.targets);
                weight.set(i, value);
                double slope = (above - below) / (2 * step);
                assertEquals(
                        slope,
                        pass.gradients().get(name).get(i),
                        1e-6 * (1 + Math.abs(slope)),
                        name + " element " + i + ", -Dtests.seed=" + SEED);
            }
        }
    }

    /** With W^PV = diag(0, 1) and W^KQ = diag(I, 0) the prediction is that of one step of gradient descent: x_q·(1/N)·Σ yⱼ·xⱼ. */
    @Test
    void predictionIsAStepOfGradientDescent() {
        int dims = 4;
        int examples = 7;
        Parameters<double[]> parameters =
                LinearSelfAttention.initialize(dims, 1, Precision.F64, SEED).zerosLike();
        Tensor<double[]> wPV = parameters.get(LinearSelfAttention.W_PV);
        Tensor<double[]> wKQ = parameters.get(LinearSelfAttention.W_KQ);
        wPV.set(wPV.index(dims, dims), 1);
        for (int i = 0; i < dims; i++) {
            wKQ.set(wKQ.index(i, i), 1);
        }
        Prompts<double[]> prompts = new Prompts<>(Precision.F64, 3, dims, examples).draw(0);
        Tensor<double[]> e = prompts.e;
        Tensor<double[]> out = new LinearSelfAttention<>(F64, parameters)
                .pass(e, prompts.queries)
                .forward();
        for (int b = 0; b < 3; b++) {
            double expected = 0;
            for (int j = 0; j < examples; j++) {
                for (int i = 0; i < dims; i++) {
                    expected += e.get(e.index(b, i, examples))
                            * e.get(e.index(b, i, j))
                            * e.get(e.index(b, dims, j))
                            / examples;
                }
            }
            assertEquals(expected, out.get(b), 1e-13, "prompt " + b + ", -Dtests.seed=" + SEED);
        }
    }

    /** Theorem 4.1 with Λ = I: from the paper's start, plain gradient descent brings u·U, of W22 and W11, to Γ⁻¹ = I/(1 + (d + 1)/N). */
    @Test
    void gradientDescentReachesTheTheoremsLimit() {
        int dims = 2;
        int examples = 6;
        Parameters<float[]> parameters = LinearSelfAttention.initialize(dims, 0.5, Precision.F32, SEED);
        double[] product = new double[dims * dims];
        int steps = 1500;
        int last = 500;
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, KernelOptions.defaults())) {
            Prompts<float[]> prompts = new Prompts<>(Precision.F32, 128, dims, examples);
            LinearSelfAttention<float[]> model = new LinearSelfAttention<>(kernels, parameters);
            LinearSelfAttention.Pass<float[]> pass = model.pass(prompts.e, prompts.queries);
            for (int step = 0; step < steps; step++) {
                prompts.draw(step);
                pass.forward();
                pass.backward(prompts.targets);
                model.step(0.05, pass.gradients());
                if (step >= steps - last) {
                    addProduct(parameters, dims, 1.0 / last, product);
                }
            }
        }
        double limit = 1 / (1 + (dims + 1.0) / examples);
        for (int i = 0; i < dims; i++) {
            for (int j = 0; j < dims; j++) {
                assertEquals(
                        i == j ? limit : 0,
                        product[i * dims + j],
                        0.06,
                        "u·U[" + i + ", " + j + "], -Dtests.seed=" + SEED);
            }
        }
    }

    private static void addProduct(Parameters<?> parameters, int dims, double weight, double[] product) {
        Tensor<?> wPV = parameters.get(LinearSelfAttention.W_PV);
        Tensor<?> wKQ = parameters.get(LinearSelfAttention.W_KQ);
        for (int i = 0; i < dims; i++) {
            for (int j = 0; j < dims; j++) {
                product[i * dims + j] += weight * wPV.get(wPV.index(dims, dims)) * wKQ.get(wKQ.index(i, j));
            }
        }
    }

    /** The step's own arrays, on plain loops: what vectors leave behind depends on the compiler, and is a test of the kernels'. */
    @Test
    void stepsAllocateNoArrays() {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long thread = Thread.currentThread().threadId();
        try (Kernels<float[]> kernels =
                Kernels.open(Precision.F32, KernelOptions.defaults().provider("scalar"))) {
            Prompts<float[]> prompts = new Prompts<>(Precision.F32, 256, 20, 40).draw(0);
            LinearSelfAttention<float[]> model =
                    new LinearSelfAttention<>(kernels, LinearSelfAttention.initialize(20, 0.5, Precision.F32, SEED));
            LinearSelfAttention.Pass<float[]> pass = model.pass(prompts.e, prompts.queries);
            long least = Long.MAX_VALUE;
            long patience = System.nanoTime() + 30_000_000_000L;
            while (least > MOST_BYTES && System.nanoTime() < patience) {
                long before = threads.getThreadAllocatedBytes(thread);
                for (int i = 0; i < 10; i++) {
                    pass.forward();
                    pass.backward(prompts.targets);
                    model.step(1e-3, pass.gradients());
                }
                least = Math.min(least, (threads.getThreadAllocatedBytes(thread) - before) / 10);
            }
            assertTrue(least <= MOST_BYTES, "a step allocates " + least + " bytes");
        }
    }

    @Test
    void wrongShapesAreTold() {
        Parameters<double[]> parameters = LinearSelfAttention.initialize(3, 1, Precision.F64, SEED);
        LinearSelfAttention<double[]> model = new LinearSelfAttention<>(F64, parameters);
        Tensor<double[]> queries = Tensor.zeros(Precision.F64, 2, 3);
        Tensor<double[]> prompts = Tensor.zeros(Precision.F64, 2, 4, 5);
        assertTold("[2, 5, 5]", () -> model.pass(Tensor.zeros(Precision.F64, 2, 5, 5), queries));
        assertTold("[2, 4, 1]", () -> model.pass(Tensor.zeros(Precision.F64, 2, 4, 1), queries));
        assertTold("[2, 4]", () -> model.pass(prompts, Tensor.zeros(Precision.F64, 2, 4)));
        assertTold("[3]", () -> model.pass(prompts, queries).backward(Tensor.zeros(Precision.F64, 3)));
        assertTold("dims=0", () -> LinearSelfAttention.initialize(0, 1, Precision.F64, 1));
        assertTold("sigma=-1", () -> LinearSelfAttention.initialize(3, -1, Precision.F64, 1));
        Map<String, Tensor<double[]>> uneven = new LinkedHashMap<>(parameters.asMap());
        uneven.put(LinearSelfAttention.W_KQ, Tensor.zeros(Precision.F64, 4, 3));
        assertTold("[4, 3]", () -> new LinearSelfAttention<>(F64, Parameters.of(uneven)));
    }

    private static void assertTold(String numbers, org.junit.jupiter.api.function.Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(numbers), message);
    }
}
