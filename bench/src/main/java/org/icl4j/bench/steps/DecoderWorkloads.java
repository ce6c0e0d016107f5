package org.icl4j.bench.steps;

import java.util.List;
import java.util.Locale;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Cost;
import org.icl4j.kernels.workload.Operands;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.training.Objective;
import org.icl4j.transformer.training.Schedule;
import org.icl4j.transformer.training.SquaredError;
import org.icl4j.transformer.training.Trainer;
import org.icl4j.transformer.training.TrainingSettings;

/**
 * Training steps of the decoders of Garg et al. (2022, §A.1) on prompts of 20 coordinates: forward, backward, Adam. Their operands are
 * the tokens and the labels, the result is the loss and the norm of the gradients; the first call has that of the first parameters.
 */
public final class DecoderWorkloads {
    /** Their name among the kernels. They take seconds, so they are measured only where they are asked for. */
    public static final String STEP = "decoderStep";

    /** Prompts of a step. */
    public static final int BATCH = 64;

    /** Rate of Adam, which has its usual other settings. */
    public static final double RATE = 1e-4;

    private static final int SEED = 1;
    private static final int DIMS = 20;
    private static final int POSITIONS = 101;
    private static final SquaredError LOSS = new SquaredError(2);

    /** What roundings add up to over all layers and terms of the norm. */
    private static final double BOUND = 512;

    /** Sizes of Garg et al. */
    private enum Size {
        TINY(3, 2, 64),
        SMALL(6, 4, 128),
        STANDARD(12, 8, 256);

        private final DecoderConfig config;

        Size(int nLayers, int nHeads, int dModel) {
            config = DecoderConfig.garg(DIMS, POSITIONS, nLayers, nHeads, dModel);
        }

        private String shape(int length) {
            return name().toLowerCase(Locale.ROOT) + " B" + BATCH + " T" + length;
        }
    }

    private DecoderWorkloads() {}

    /** All sizes, on prompts of 21 and 51 points. */
    public static <A> List<Workload<A>> all() {
        return List.of(
                step(Size.TINY, 41),
                step(Size.TINY, 101),
                step(Size.SMALL, 41),
                step(Size.SMALL, 101),
                step(Size.STANDARD, 41),
                step(Size.STANDARD, 101));
    }

    /** The model that a workload trains. */
    public static DecoderConfig config(Workload<?> step) {
        String name = step.shape().substring(0, step.shape().indexOf(' '));
        return Size.valueOf(name.toUpperCase(Locale.ROOT)).config;
    }

    /** Its parameters before the first step. */
    public static <A> Parameters<A> parameters(DecoderConfig config, Precision<A> precision) {
        return Decoder.initialize(config, Initialization.GPT2, precision, SEED);
    }

    private static <A> Workload<A> step(Size size, int length) {
        double multiplyAdds = 3 * size.config.operations(BATCH, length) / 2;
        Cost cost = Cost.products(multiplyAdds, 0, BATCH * length * DIMS, 2);
        return new Workload<>(STEP, size.shape(length), BOUND, cost, (kernels, operands) -> {
            FixedPrompts<A> prompts = FixedPrompts.of(operands, length);
            Matrix<A> result = operands.result(1, 1, 2);
            Decoder<A> decoder = new Decoder<>(size.config, kernels, parameters(size.config, kernels.precision()));
            TrainingSettings settings = TrainingSettings.of(Schedule.constant(RATE));
            // Never closed, as a workload is not; its threads do not keep a process alive.
            Trainer<A> trainer =
                    new Trainer<>(decoder, prompts, settings, kernels.info().threads());
            return () -> {
                Trainer.Step done = trainer.step();
                kernels.precision().set(result.array(), 0, done.loss());
                kernels.precision().set(result.array(), 1, done.gradientNorm());
            };
        });
    }

    /**
     * The same prompts at every step.
     *
     * @param tokens [BATCH, length, DIMS]
     * @param labels [BATCH, predictions]
     */
    private record FixedPrompts<A>(Tensor<A> tokens, Tensor<A> labels) implements Objective<A> {
        static <A> FixedPrompts<A> of(Operands<A> operands, int length) {
            int predictions = LOSS.predictions(length);
            Matrix<A> tokens = operands.random(1, BATCH * length, DIMS);
            Matrix<A> labels = operands.random(1, BATCH, predictions);
            return new FixedPrompts<>(
                    Tensor.of(operands.precision(), tokens.array(), BATCH, length, DIMS),
                    Tensor.of(operands.precision(), labels.array(), BATCH, predictions));
        }

        @Override
        public int batch() {
            return BATCH;
        }

        @Override
        public int length(long step) {
            return tokens.dim(1);
        }

        @Override
        public Part<A> part(int sequences, int length) {
            Tensor<A> some = Tensor.zeros(tokens.precision(), sequences, length, DIMS);
            Tensor<A> wanted = Tensor.zeros(tokens.precision(), sequences, labels.dim(1));
            Tensor<A> dOut = Tensor.zeros(tokens.precision(), sequences, length, 1);
            return (pass, step, first, weight) -> {
                copy(tokens, first, some);
                copy(labels, first, wanted);
                pass.forward(some);
                double value = LOSS.of(pass.out(), wanted, weight, dOut);
                pass.backward(dOut);
                return value;
            };
        }

        private static <A> void copy(Tensor<A> all, int first, Tensor<A> some) {
            int each = some.size() / some.dim(0);
            System.arraycopy(all.array(), first * each, some.array(), 0, some.size());
        }
    }
}
