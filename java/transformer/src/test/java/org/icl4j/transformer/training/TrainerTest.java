package org.icl4j.transformer.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.Targets;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final DecoderConfig CONFIG = DecoderConfig.garg(2, 9, 2, 2, 16);

    static {
        System.out.println("trainer: -Dtests.seed=" + SEED);
    }

    /** To say of every point the sum of its coordinates; sequences grow by two positions every ten steps. */
    private static final class SumOfCoordinates<A> implements Objective<A> {
        private final SquaredError loss = new SquaredError(2);
        private final int batch;
        /** A sequence with a number that is none. */
        private OptionalInt broken = OptionalInt.empty();

        SumOfCoordinates(int batch) {
            this.batch = batch;
        }

        @Override
        public int batch() {
            return batch;
        }

        @Override
        public int length(long step) {
            return Math.min(9, 5 + 2 * (int) (step / 10));
        }

        @Override
        public Part<A> part(int sequences, int length) {
            return (pass, step, first, weight) -> run(pass, sequences, step, first, weight);
        }

        private double run(DecoderPass<A> pass, int sequences, long step, int first, double weight) {
            Precision<A> precision = pass.out().precision();
            int length = length(step);
            Tensor<A> numbers = Tensor.zeros(precision, sequences, length, 2);
            Tensor<A> targets = Tensor.zeros(precision, sequences, loss.predictions(length));
            for (int b = 0; b < sequences; b++) {
                RandomStream random = RandomStream.of(SEED, "points", step, first + b);
                for (int t = 0; t < length; t++) {
                    numbers.set(numbers.index(b, t, 0), random.nextGaussian());
                    numbers.set(numbers.index(b, t, 1), random.nextGaussian());
                    if (t % 2 == 0) {
                        int at = numbers.index(b, t, 0);
                        targets.set(targets.index(b, t / 2), numbers.get(at) + numbers.get(at + 1));
                    }
                }
            }
            if (broken.isPresent() && broken.getAsInt() >= first && broken.getAsInt() < first + sequences) {
                numbers.set(numbers.index(broken.getAsInt() - first, 1, 0), Double.NaN);
            }
            pass.forward(numbers);
            Tensor<A> dOut = pass.out().zerosLike();
            double value = loss.of(pass.out(), targets, weight, dOut);
            pass.backward(dOut);
            return value;
        }
    }

    private static <A> Trainer<A> trainer(Kernels<A> kernels, int batch, TrainingSettings settings) {
        return trainer(kernels, batch, settings, 1);
    }

    private static <A> Trainer<A> trainer(Kernels<A> kernels, int batch, TrainingSettings settings, int threads) {
        return trainer(CONFIG, kernels, batch, settings, threads);
    }

    private static <A> Trainer<A> trainer(
            DecoderConfig config, Kernels<A> kernels, int batch, TrainingSettings settings, int threads) {
        Parameters<A> parameters = Decoder.initialize(config, Initialization.FAN_IN, kernels.precision(), SEED);
        return new Trainer<>(
                new Decoder<>(config, kernels, parameters), new SumOfCoordinates<>(batch), settings, threads);
    }

    private static TrainingSettings settings(double rate) {
        return TrainingSettings.of(Schedule.constant(rate));
    }

    private static Kernels<float[]> f32(int threads) {
        return Kernels.open(Precision.F32, KernelOptions.defaults().threads(threads));
    }

    private static <A> void assertSame(Parameters<A> expected, Parameters<A> actual) {
        for (String name : expected.names()) {
            for (int i = 0; i < expected.get(name).size(); i++) {
                assertEquals(expected.get(name).get(i), actual.get(name).get(i), name + " element " + i);
            }
        }
    }

    @Test
    void learns() {
        try (Kernels<float[]> kernels = f32(2)) {
            Trainer<float[]> trainer = trainer(kernels, 16, settings(3e-3));
            double first = trainer.step().loss();
            double last = 0;
            for (int i = 0; i < 150; i++) {
                last = trainer.step().loss();
            }
            assertTrue(last < first / 5, "loss " + first + " to " + last + ", -Dtests.seed=" + SEED);
            assertEquals(151, trainer.adam().steps());
        }
    }

    @Test
    void threadsChangeNothing() {
        try (Kernels<float[]> one = f32(1);
                Kernels<float[]> two = f32(2);
                Trainer<float[]> alone = trainer(one, 7, settings(1e-2), 1);
                Trainer<float[]> pair = trainer(one, 7, settings(1e-2), 2);
                Trainer<float[]> quartet = trainer(two, 7, settings(1e-2), 4)) {
            for (int i = 0; i < 25; i++) {
                double loss = alone.step().loss();
                assertEquals(loss, pair.step().loss());
                assertEquals(loss, quartet.step().loss());
            }
            assertSame(alone.decoder().parameters(), pair.decoder().parameters());
            assertSame(alone.decoder().parameters(), quartet.decoder().parameters());
        }
    }

    @Test
    void aResumedRunEndsInTheSameBytes(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("model.safetensors");
        Map<String, String> identity = Map.of("seed", Long.toString(SEED));
        try (Kernels<float[]> kernels = f32(1)) {
            Trainer<float[]> whole = trainer(kernels, 4, settings(1e-2));
            Trainer<float[]> first = trainer(kernels, 4, settings(1e-2));
            for (int i = 0; i < 24; i++) {
                whole.step();
                if (i < 13) {
                    first.step();
                }
            }
            double[][] history = {{13, 0.5}};
            new Checkpoint<>(file, identity, first.decoder().parameters(), first.adam(), 2).save(history);
            Trainer<float[]> second = trainer(kernels, 4, settings(1e-2));
            double[][] found = new Checkpoint<>(file, identity, second.decoder().parameters(), second.adam(), 2)
                    .resume()
                    .orElseThrow();
            assertArrayEquals(history, found);
            while (second.adam().steps() < 24) {
                second.step();
            }
            assertSame(whole.decoder().parameters(), second.decoder().parameters());
            assertThrows(
                    Checkpoint.OtherRunException.class,
                    () -> new Checkpoint<>(
                                    file,
                                    Map.of("seed", "other"),
                                    second.decoder().parameters(),
                                    second.adam(),
                                    2)
                            .resume());
        }
    }

    /** A batch of more sequences than are worked on at once, in shares of unequal size, has the gradient of its mean loss. */
    @Test
    void sharesAndPartsMakeTheWholeBatch() {
        try (Kernels<double[]> kernels = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            int batch = 6;
            TrainingSettings resting =
                    new TrainingSettings(Schedule.constant(0), settings(0).adamW(), 1e9);
            DecoderConfig wide = CONFIG.with(CONFIG.block().with(BlockConfig.Mlp.GELU_TANH, 14_000)); // One at a time.
            Trainer<double[]> trainer = trainer(wide, kernels, batch, resting, 1);
            Decoder<double[]> decoder = trainer.decoder();
            Parameters<double[]> expected = decoder.parameters().zerosLike();
            DecoderPass<double[]> pass = decoder.trainingPass(expected, batch, 5);
            double loss = new SumOfCoordinates<double[]>(batch).part(batch, 5).run(pass, 0, 0, 1);
            assertEquals(loss, trainer.step().loss(), 1e-12 * loss);
            for (String name : expected.names()) {
                for (int i = 0; i < expected.get(name).size(); i++) {
                    double gradient = trainer.adam().firstMoments().get(name).get(i)
                            / (1 - settings(0).adamW().beta1());
                    assertEquals(expected.get(name).get(i), gradient, 1e-9, name + " element " + i);
                }
            }
        }
    }

    /** Of clipped gradients only the direction counts, of others the length too; seen in Adam's first moment. */
    @Test
    void clipsTheNormOfAllGradients() {
        try (Kernels<double[]> kernels = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            AdamW adam = settings(0).adamW();
            for (double limit : new double[] {1e-3, 1e3}) {
                Trainer<double[]> trainer =
                        trainer(kernels, 4, new TrainingSettings(Schedule.constant(0), adam, limit));
                double norm = trainer.step().gradientNorm();
                double squares = 0;
                for (String name : trainer.decoder().parameters().names()) {
                    squares += kernels.sumOfSquares(
                            trainer.adam().firstMoments().get(name).matrix());
                }
                double expected = (1 - adam.beta1()) * Math.min(limit, norm);
                assertEquals(expected, Math.sqrt(squares), 1e-9 * expected, "limit " + limit);
            }
        }
    }

    @Test
    void namesTheLayerAndTheKernelThatFirstFailed() {
        try (Kernels<float[]> kernels = f32(1)) {
            Trainer<float[]> trainer = trainer(kernels, 4, settings(1e-3));
            trainer.step();
            Tensor<float[]> weight = trainer.decoder().parameters().get("h.1.mlp.c_proj.weight");
            weight.fill(3e37); // Finite, but not what is multiplied by it.
            Parameters<float[]> before = copy(trainer.decoder().parameters());
            String message =
                    assertThrows(NonFiniteException.class, trainer::step).getMessage();
            assertTrue(message.contains("step 2"), message);
            assertTrue(message.contains("h.1.mlp.c_proj"), message);
            assertTrue(message.contains("gemm"), message);
            assertSame(before, trainer.decoder().parameters());
            weight.set(3, Double.NaN);
            String second =
                    assertThrows(NonFiniteException.class, trainer::step).getMessage();
            assertTrue(second.contains("parameter 'h.1.mlp.c_proj.weight'"), second);
        }
    }

    @Test
    void namesTheScanThatFailed() {
        DecoderConfig config = CONFIG.with(CONFIG.block().with(Mixer.SELECTIVE_SSM));
        try (Kernels<float[]> kernels = f32(1);
                Trainer<float[]> trainer = trainer(config, kernels, 4, settings(1e-3), 1)) {
            Tensor<float[]> skip = trainer.decoder().parameters().get("h.0.attn.D");
            skip.fill(3e38);
            String message =
                    assertThrows(NonFiniteException.class, trainer::step).getMessage();
            assertTrue(message.contains("h.0.attn'"), message);
            assertTrue(message.contains("selectiveScan"), message);
        }
    }

    @Test
    void saysThatTheDataAreNotFinite() {
        try (Kernels<float[]> kernels = f32(1)) {
            Parameters<float[]> parameters =
                    Decoder.initialize(CONFIG, Initialization.FAN_IN, kernels.precision(), SEED);
            SumOfCoordinates<float[]> objective = new SumOfCoordinates<>(4);
            objective.broken = OptionalInt.of(3);
            try (Trainer<float[]> trainer =
                    new Trainer<>(new Decoder<>(CONFIG, kernels, parameters), objective, settings(1e-3), 1)) {
                String message =
                        assertThrows(NonFiniteException.class, trainer::step).getMessage();
                assertTrue(message.contains("step 1"), message);
                assertTrue(message.contains("data"), message);
            }
        }
    }

    private static Parameters<float[]> copy(Parameters<float[]> parameters) {
        Parameters<float[]> copy = parameters;
        for (String name : parameters.names()) {
            copy = copy.with(name, parameters.get(name).copy());
        }
        return copy;
    }

    @Test
    void crossEntropyHasItsGradient() {
        try (Kernels<double[]> kernels = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            Tensor<double[]> logits = Tensor.zeros(Precision.F64, 2, 3, 5);
            RandomStream.of(SEED, "logits", 0, 0).fillGaussian(logits, 2);
            Targets targets = Targets.of(1, Targets.IGNORED, 4, 0, 0, Targets.IGNORED);
            CrossEntropyLoss<double[]> loss = new CrossEntropyLoss<>(kernels, 6);
            Tensor<double[]> gradient = logits.zerosLike();
            Tensor<double[]> unused = logits.zerosLike();
            loss.of(logits, targets, 1, gradient);
            for (int i = 0; i < logits.size(); i++) {
                double value = logits.get(i);
                logits.set(i, value + 1e-5);
                double above = loss.of(logits, targets, 1, unused);
                logits.set(i, value - 1e-5);
                double below = loss.of(logits, targets, 1, unused);
                logits.set(i, value);
                assertEquals((above - below) / 2e-5, gradient.get(i), 1e-8, "element " + i);
            }
        }
    }
}
