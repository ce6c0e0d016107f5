package org.icl4j.lab.rank1.blocks;

import java.util.LinkedHashMap;
import java.util.Map;
import org.icl4j.kernels.Kernels;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.ParameterSpec;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Decoders that nobody trained: the theorems are facts of linear algebra. Weights have the standard deviation 1/√fan-in, embeddings
 * and positions 0.25, biases 0.3 and gains 0.3 around 1.
 */
final class RandomStack {
    /** Tokens there are, where it does not matter. */
    static final int VOCABULARY = 64;

    private static final double SPREAD = 0.3;

    private RandomStack() {}

    /**
     * @param draw its number; another one is another decoder
     */
    static <A> Decoder<A> draw(Run<A> run, BlockConfig block, Position position, int layers, long draw) {
        return draw(run, VOCABULARY, block, position, layers, draw);
    }

    /** The same with a vocabulary of its own. */
    static <A> Decoder<A> draw(
            Run<A> run, int vocabulary, BlockConfig block, Position position, int layers, long draw) {
        Settings settings = run.settings();
        DecoderConfig config = DecoderConfig.gpt2(
                        vocabulary, settings.integer("n") + 1, layers, block.nHeads(), block.dModel())
                .untied()
                .with(block)
                .with(position);
        Kernels<A> kernels = run.kernels();
        Map<String, Tensor<A>> tensors = new LinkedHashMap<>();
        for (ParameterSpec spec : Decoder.specs(config)) {
            Tensor<A> tensor = Tensor.zeros(kernels.precision(), spec.dimensions());
            fill(tensor, spec, RandomStream.of(run.seed(), "random stack " + spec.name(), layers, draw));
            tensors.put(spec.name(), tensor);
        }
        return new Decoder<>(config, kernels, Parameters.of(tensors));
    }

    private static void fill(Tensor<?> tensor, ParameterSpec spec, RandomStream random) {
        switch (spec.role()) {
            case EMBEDDING, POSITION -> random.fillGaussian(tensor, 0.25);
            case BIAS -> random.fillGaussian(tensor, SPREAD);
            case GAIN -> {
                random.fillGaussian(tensor, SPREAD);
                for (int i = 0; i < tensor.size(); i++) {
                    tensor.set(i, 1 + tensor.get(i));
                }
            }
            default -> random.fillGaussian(tensor, 1 / Math.sqrt(spec.fanIn()));
        }
    }

    /** n tokens of context and the query behind them, the first prompt for a decoder. */
    static int[] tokens(Run<?> run, long draw) {
        return tokens(run, 0, draw);
    }

    /** Prompt number {@code prompt} for a decoder. */
    static int[] tokens(Run<?> run, long prompt, long draw) {
        return RandomStream.of(run.seed(), "random tokens", prompt, draw)
                .ints(run.settings().integer("n") + 1, 0, VOCABULARY)
                .toArray();
    }
}
