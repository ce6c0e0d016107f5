package org.icl4j.transformer.decoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.decoder.DecoderConfig.Input;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.layer.BlockConfig.Mlp;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.layer.Norm;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every option of the decoder, its backward pass against central differences in f64, in every parameter tensor. */
class DecoderGradientTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final int BATCH = 3;
    private static final int LENGTH = 5;
    private static final int ELEMENTS_OF_A_TENSOR = 12;
    private static final double STEP = 1e-5;

    /** Differences of two steps that are less alike have a kink of ReLU between them, and another element is taken. */
    private static final double SMOOTH = 2e-7;

    private static final BlockConfig BLOCK = BlockConfig.gpt2(8, 4).with(Mlp.GELU_TANH, 12);
    private static final DecoderConfig NUMBERS =
            DecoderConfig.garg(3, 6, 2, 4, 8).with(BLOCK);
    private static final DecoderConfig TOKENS =
            DecoderConfig.gpt2(7, 6, 2, 4, 8).with(BLOCK);
    private static final Kernels<double[]> F64 =
            Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"));

    static {
        System.out.println("decoder gradients: -Dtests.seed=" + SEED);
    }

    @AfterAll
    static void close() {
        F64.close();
    }

    static Stream<DecoderConfig> configurations() {
        Stream<DecoderConfig> mixers = Arrays.stream(Mixer.values()).map(mixer -> NUMBERS.with(BLOCK.with(mixer)));
        Stream<DecoderConfig> mlps = Arrays.stream(Mlp.values()).map(mlp -> NUMBERS.with(BLOCK.with(mlp, 12)));
        Stream<DecoderConfig> norms = Arrays.stream(Norm.values())
                .flatMap(norm -> Arrays.stream(Residual.values())
                        .map(residual -> NUMBERS.with(BLOCK.with(norm).with(residual))));
        Stream<DecoderConfig> positions = Arrays.stream(Position.values()).map(TOKENS::with);
        Stream<DecoderConfig> others = Stream.of(
                TOKENS.untied(),
                NUMBERS.with(BLOCK.withoutBiases()),
                NUMBERS.with(BLOCK.withKeyHeads(2)),
                NUMBERS.with(Position.ROTARY)
                        .with(BLOCK.withKeyHeads(1).with(Mlp.SWIGLU, 12).with(Norm.RMS)),
                NUMBERS.with(Position.ROTARY).with(BLOCK.with(Mixer.LINEAR_ATTENTION)));
        Stream<DecoderConfig> postNorms = Arrays.stream(Residual.values())
                .map(residual -> NUMBERS.with(BLOCK.withPostNorms().with(residual)));
        Stream<DecoderConfig> experts = Stream.of(
                NUMBERS.with(BLOCK.with(Mlp.SWIGLU, 6).withExperts(4, 2)),
                NUMBERS.with(BLOCK.with(Mlp.GELU_TANH, 6).withExperts(3, 3).with(Residual.NONE)),
                NUMBERS.with(BLOCK.withExperts(3, 1).withPostNorms().with(Residual.PARALLEL)));
        return Stream.of(mixers, mlps, norms, positions, others, postNorms, experts)
                .flatMap(s -> s);
    }

    /** Weights, biases and gains all random, so that no gradient is taken at a special point. */
    private static Parameters<double[]> randomParameters(DecoderConfig config) {
        Parameters<double[]> parameters = Decoder.initialize(config, Initialization.FAN_IN, Precision.F64, SEED);
        for (String name : parameters.names()) {
            Tensor<double[]> tensor = parameters.get(name);
            RandomStream random = RandomStream.of(SEED, "noise " + name, 0, 0);
            for (int i = 0; i < tensor.size(); i++) {
                tensor.set(i, tensor.get(i) + 0.3 * random.nextGaussian());
            }
        }
        return parameters;
    }

    /** What a pass is run on: numbers or tokens, as the model reads. */
    private static void forward(DecoderPass<double[]> pass, DecoderConfig config) {
        RandomStream random = RandomStream.of(SEED, "input", 0, 0);
        switch (config.input()) {
            case Input.Numbers numbers -> {
                Tensor<double[]> x = Tensor.zeros(Precision.F64, BATCH, LENGTH, numbers.width());
                random.fillGaussian(x, 1);
                pass.forward(x);
            }
            case Input.Tokens tokens ->
                pass.forward(random.ints(BATCH * LENGTH, 0, tokens.vocabulary()).toArray());
        }
    }

    private static double loss(DecoderPass<double[]> pass, DecoderConfig config, Tensor<double[]> dOut) {
        forward(pass, config);
        double sum = 0;
        for (int i = 0; i < dOut.size(); i++) {
            sum += dOut.get(i) * pass.out().get(i);
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void gradientsMatchCentralDifferences(DecoderConfig config) {
        Parameters<double[]> parameters = randomParameters(config);
        Parameters<double[]> gradients = parameters.zerosLike();
        Decoder<double[]> decoder = new Decoder<>(config, F64, parameters);
        DecoderPass<double[]> pass = decoder.trainingPass(gradients, BATCH, LENGTH);
        Tensor<double[]> dOut = Tensor.zeros(Precision.F64, BATCH, LENGTH, config.dOut());
        RandomStream.of(SEED, "dOut", 0, 0).fillGaussian(dOut, 1);
        forward(pass, config);
        pass.backward(dOut);
        DecoderPass<double[]> inference = decoder.pass(BATCH, LENGTH);
        RandomStream choice = RandomStream.of(SEED, "choice", 0, 0);
        for (String name : parameters.names()) {
            Tensor<double[]> weight = parameters.get(name);
            int checked = 0;
            for (int n = 0; checked < ELEMENTS_OF_A_TENSOR; n++) {
                assertTrue(n < 10 * ELEMENTS_OF_A_TENSOR, name + ": kinks everywhere, -Dtests.seed=" + SEED);
                int i = choice.nextInt(weight.size());
                double slope = slope(weight, i, STEP, () -> loss(inference, config, dOut));
                double closer = slope(weight, i, STEP / 2, () -> loss(inference, config, dOut));
                double unit = Math.max(1, Math.abs(slope));
                if (Math.abs(slope - closer) <= SMOOTH * unit) {
                    String where = name + " element " + i + ", -Dtests.seed=" + SEED;
                    assertEquals(slope, gradients.get(name).get(i), 1e-6 * unit, where);
                    checked++;
                }
            }
        }
    }

    private static double slope(Tensor<double[]> weight, int i, double step, DoubleSupplier loss) {
        double value = weight.get(i);
        weight.set(i, value + step);
        double above = loss.getAsDouble();
        weight.set(i, value - step);
        double below = loss.getAsDouble();
        weight.set(i, value);
        return (above - below) / (2 * step);
    }
}
