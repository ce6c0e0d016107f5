package org.icl4j.transformer.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.layer.BlockConfig.Mlp;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.layer.Norm;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final DecoderConfig SMALL = DecoderConfig.garg(3, 12, 2, 2, 16);

    static {
        System.out.println("decoder: -Dtests.seed=" + SEED);
    }

    private static <A> Kernels<A> kernels(Precision<A> precision, int threads) {
        return Kernels.open(precision, KernelOptions.defaults().threads(threads));
    }

    private static <A> Tensor<A> random(Precision<A> precision, String purpose, int... shape) {
        Tensor<A> tensor = Tensor.zeros(precision, shape);
        RandomStream.of(SEED, purpose, 0, 0).fillGaussian(tensor, 1);
        return tensor;
    }

    private static <A> Decoder<A> decoder(DecoderConfig config, Kernels<A> kernels) {
        return new Decoder<>(
                config, kernels, Decoder.initialize(config, Initialization.FAN_IN, kernels.precision(), SEED));
    }

    static Stream<DecoderConfig> kinds() {
        Stream<DecoderConfig> mixers = Arrays.stream(Mixer.values())
                .map(mixer -> SMALL.with(SMALL.block().with(mixer)));
        Stream<DecoderConfig> mlps = Stream.of(Mlp.values())
                .filter(mlp -> mlp != Mlp.RELU) // at its kink two precisions may differ by more than rounding
                .map(mlp -> SMALL.with(SMALL.block().with(mlp, 24)));
        Stream<DecoderConfig> positions = Arrays.stream(Position.values()).map(SMALL::with);
        Stream<DecoderConfig> residuals = Arrays.stream(Residual.values())
                .map(residual -> SMALL.with(SMALL.block().with(Norm.RMS).with(residual)));
        Stream<DecoderConfig> others = Stream.of(
                SMALL.with(SMALL.block().withoutBiases()),
                SMALL.with(SMALL.block().withKeyHeads(1)),
                SMALL.with(Position.ROTARY).with(SMALL.block().with(Mixer.LINEAR_ATTENTION)),
                SMALL.with(SMALL.block().withPostNorms().with(Residual.PARALLEL)),
                SMALL.with(Position.ROTARY).with(SMALL.block().with(Norm.RMS).with(Mlp.SWIGLU, 24)),
                SMALL.with(SMALL.block().with(Norm.NONE).with(Residual.PARALLEL)),
                SMALL.with(SMALL.block().with(Mlp.SWIGLU, 24).withPostNorms()),
                SMALL.with(SMALL.block().with(Mlp.SWIGLU, 24).withExperts(4, 2)));
        return Stream.of(mixers, mlps, positions, residuals, others).flatMap(s -> s);
    }

    /** What stands later in a sequence, or in another sequence, changes nothing. */
    @ParameterizedTest
    @MethodSource("kinds")
    void aPositionSeesWhatCameBefore(DecoderConfig config) {
        try (Kernels<double[]> f64 = kernels(Precision.F64, 1)) {
            Decoder<double[]> decoder = decoder(config, f64);
            Tensor<double[]> numbers = random(Precision.F64, "numbers", 2, 9, 3);
            DecoderPass<double[]> pass = decoder.pass(2, 9);
            pass.forward(numbers);
            double[] before = pass.out().copy().array();
            for (int j = 0; j < 3; j++) {
                numbers.set(numbers.index(0, 5, j), 7 + j);
            }
            pass.forward(numbers);
            double[] after = pass.out().array();
            assertArrayEquals(Arrays.copyOfRange(before, 0, 5), Arrays.copyOfRange(after, 0, 5));
            assertArrayEquals(Arrays.copyOfRange(before, 9, 18), Arrays.copyOfRange(after, 9, 18));
            assertTrue(before[5] != after[5] && before[8] != after[8], "what came before is seen");
        }
    }

    /** Forward and backward by the fastest kernels in f32 against the specification in f64. */
    @ParameterizedTest
    @MethodSource("kinds")
    void singlePrecisionFollowsDouble(DecoderConfig config) {
        try (Kernels<double[]> f64 = kernels(Precision.F64, 1);
                Kernels<float[]> f32 = kernels(Precision.F32, 2)) {
            Parameters<double[]> exact = train(decoder(config, f64));
            Parameters<float[]> fast = train(decoder(config, f32));
            for (String name : exact.names()) {
                double scale = 0;
                for (int i = 0; i < exact.get(name).size(); i++) {
                    scale = Math.max(scale, Math.abs(exact.get(name).get(i)));
                }
                for (int i = 0; i < exact.get(name).size(); i++) {
                    assertEquals(
                            exact.get(name).get(i),
                            fast.get(name).get(i),
                            1e-4 * scale,
                            name + " element " + i + ", -Dtests.seed=" + SEED);
                }
            }
        }
    }

    /** The gradients of one pass over random numbers. */
    private static <A> Parameters<A> train(Decoder<A> decoder) {
        Parameters<A> gradients = decoder.parameters().zerosLike();
        Precision<A> precision = decoder.kernels().precision();
        DecoderPass<A> pass = decoder.trainingPass(gradients, 5, 11);
        pass.forward(random(precision, "numbers", 5, 11, 3));
        pass.backward(random(precision, "dOut", 5, 11, 1));
        return gradients;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void bitsDoNotDependOnThreadsNorOnWhatIsKept(DecoderConfig config) {
        try (Kernels<float[]> one = kernels(Precision.F32, 1);
                Kernels<float[]> four = kernels(Precision.F32, 4)) {
            Parameters<float[]> alone = train(decoder(config, one));
            Parameters<float[]> shared = train(decoder(config, four));
            for (String name : alone.names()) {
                assertArrayEquals(alone.get(name).array(), shared.get(name).array(), name);
            }
            Tensor<float[]> numbers = random(Precision.F32, "numbers", 5, 11, 3);
            DecoderPass<float[]> training = decoder(config, one).trainingPass(alone, 5, 11);
            DecoderPass<float[]> inference = decoder(config, four).pass(5, 11);
            training.forward(numbers);
            inference.forward(numbers);
            assertArrayEquals(training.out().array(), inference.out().array());
        }
    }

    @Test
    void gradientsAreAddedTo() {
        try (Kernels<double[]> f64 = kernels(Precision.F64, 1)) {
            Decoder<double[]> decoder = decoder(SMALL, f64);
            Parameters<double[]> once = decoder.parameters().zerosLike();
            Parameters<double[]> twice = decoder.parameters().zerosLike();
            Tensor<double[]> numbers = random(Precision.F64, "numbers", 2, 4, 3);
            Tensor<double[]> dOut = random(Precision.F64, "dOut", 2, 4, 1);
            for (Parameters<double[]> gradients : java.util.List.of(once, twice, twice)) {
                DecoderPass<double[]> pass = decoder.trainingPass(gradients, 2, 4);
                pass.forward(numbers);
                pass.backward(dOut);
            }
            for (String name : once.names()) {
                for (int i = 0; i < once.get(name).size(); i++) {
                    double expected = 2 * once.get(name).get(i);
                    assertEquals(expected, twice.get(name).get(i), 1e-12 * (1 + Math.abs(expected)), name);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Initialization.class)
    void initializationHasTheDeviationsOfItsSource(Initialization initialization) {
        DecoderConfig config = DecoderConfig.garg(20, 101, 6, 4, 128);
        Parameters<float[]> parameters = Decoder.initialize(config, initialization, Precision.F32, SEED);
        boolean fanIn = initialization == Initialization.FAN_IN || initialization == Initialization.LECUN;
        double residual = initialization == Initialization.LECUN ? 1 : Math.sqrt(12);
        double position = switch (initialization) {
            case GPT2 -> 0.01;
            case NANO_GPT, GARG, FAN_IN -> 0.02;
            case LECUN -> 1 / Math.sqrt(128);
        };
        double readIn = switch (initialization) {
            case GPT2, NANO_GPT -> 0.02;
            case GARG -> 1 / Math.sqrt(60);
            case FAN_IN, LECUN -> 1 / Math.sqrt(20);
        };
        assertDeviation(fanIn ? 1 / Math.sqrt(128) : 0.02, parameters.get("h.0.attn.c_attn.weight"));
        assertDeviation((fanIn ? 1 / Math.sqrt(512) : 0.02) / residual, parameters.get("h.5.mlp.c_proj.weight"));
        assertDeviation(position, parameters.get("wpe.weight"));
        assertDeviation(readIn, parameters.get("read_in.weight"));
        assertEquals(1, parameters.get("h.3.ln_1.weight").get(7));
        assertEquals(0, parameters.get("h.3.ln_1.bias").get(7));
    }

    /** Steps near 0.13, rates 1 … 8, no by-pass changed. */
    @Test
    void selectiveStatesBeginAsTheirSourcesSay() {
        DecoderConfig config = SMALL.with(SMALL.block().with(Mixer.SELECTIVE_SSM));
        Parameters<double[]> parameters = Decoder.initialize(config, Initialization.FAN_IN, Precision.F64, SEED);
        Tensor<double[]> logRates = parameters.get("h.0.attn.A_log");
        for (int i = 0; i < logRates.size(); i++) {
            assertEquals(1 + i % 8, Math.exp(logRates.get(i)), 1e-12);
        }
        assertEquals(-2, parameters.get("h.0.attn.dt_bias").get(3));
        assertEquals(1, parameters.get("h.0.attn.D").get(3));
    }

    private static void assertDeviation(double expected, Tensor<?> tensor) {
        double sum = 0;
        for (int i = 0; i < tensor.size(); i++) {
            sum += tensor.get(i) * tensor.get(i);
        }
        double relativeError = 6 / Math.sqrt(2.0 * tensor.size()); // Six standard errors.
        assertEquals(expected, Math.sqrt(sum / tensor.size()), expected * relativeError, "-Dtests.seed=" + SEED);
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheNumbers() {
        try (Kernels<float[]> f32 = kernels(Precision.F32, 1)) {
            Decoder<float[]> decoder = decoder(SMALL, f32);
            DecoderPass<float[]> pass = decoder.pass(2, 4);
            assertMessage("length=13", () -> decoder.pass(2, 13));
            assertMessage("batch=0", () -> decoder.pass(0, 4));
            assertMessage("[2, 5, 3]", () -> pass.forward(Tensor.zeros(Precision.F32, 2, 5, 3)));
            assertThrows(IllegalStateException.class, () -> pass.forward(new int[8]));
            assertThrows(IllegalStateException.class, () -> pass.backward(pass.out()));
            DecoderConfig tokens = DecoderConfig.gpt2(5, 8, 1, 2, 8);
            DecoderPass<float[]> reading = decoder(tokens, f32).pass(1, 3);
            assertMessage("token 5 at place 2", () -> reading.forward(new int[] {0, 4, 5}));
            assertMessage("2 tokens", () -> reading.forward(new int[] {0, 4}));
            assertMessage(
                    "read_in.weight",
                    () -> new Decoder<>(SMALL, f32, decoder(tokens, f32).parameters()));
            assertMessage("dModel=9", () -> BlockConfig.gpt2(9, 2));
            assertMessage("chosen=5", () -> SMALL.block().withExperts(4, 5));
            assertMessage("chosen=0", () -> SMALL.block().withExperts(4, 0));
            assertMessage(
                    "rotary", () -> SMALL.with(SMALL.block().with(Mixer.RNN)).with(Position.ROTARY));
            assertMessage(
                    "linear attention", () -> SMALL.block().withKeyHeads(1).with(Mixer.LINEAR_ATTENTION));
        }
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable executable) {
        String message =
                assertThrows(IllegalArgumentException.class, executable).getMessage();
        assertTrue(message.contains(part), message);
    }
}
