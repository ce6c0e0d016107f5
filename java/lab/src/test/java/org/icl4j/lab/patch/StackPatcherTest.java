package org.icl4j.lab.patch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Mlp;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.layer.Norm;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Recorder;
import org.icl4j.transformer.trace.Site;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of block, and stacks of them. */
class StackPatcherTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final int LENGTH = 6;
    private static final int VOCABULARY = 11;
    private static final BlockConfig GPT2 = BlockConfig.gpt2(12, 3);
    private static final BlockConfig SWIGLU = GPT2.with(Mlp.SWIGLU, 20).with(Norm.RMS);
    private static final Kernels<double[]> F64 = Kernels.open(Precision.F64, KernelOptions.defaults());

    static {
        System.out.println("stack patcher: -Dtests.seed=" + SEED);
    }

    @AfterAll
    static void close() {
        F64.close();
    }

    static Stream<BlockPatcher> kinds() {
        return Stream.of(
                BlockPatcher.of(GPT2),
                BlockPatcher.of(GPT2.withoutBiases()),
                new BlockPatcher(GPT2, OutputForm.WEIGHT),
                BlockPatcher.of(GPT2.with(Mlp.RELU, 20)),
                BlockPatcher.of(SWIGLU),
                BlockPatcher.of(GPT2.with(Mlp.GEGLU_TANH, 20)),
                new BlockPatcher(SWIGLU.withPostNorms(), OutputForm.GAIN),
                BlockPatcher.of(SWIGLU.withPostNorms()),
                BlockPatcher.of(GPT2.withPostNorms()),
                BlockPatcher.of(SWIGLU.with(Residual.PARALLEL)),
                BlockPatcher.of(GPT2.with(Residual.PARALLEL)),
                BlockPatcher.of(GPT2.with(Residual.NONE)),
                BlockPatcher.of(SWIGLU.withExperts(4, 2)),
                BlockPatcher.of(GPT2.with(Mlp.GELU_TANH, 16).withExperts(4, 2)),
                BlockPatcher.of(SWIGLU.withExperts(3, 2).withPostNorms()));
    }

    private static <A> Decoder<A> decoder(BlockConfig block, Position position, int layers, Kernels<A> kernels) {
        DecoderConfig config = DecoderConfig.gpt2(VOCABULARY, LENGTH, layers, 3, 12)
                .untied()
                .with(position)
                .with(block);
        Parameters<A> parameters = Decoder.initialize(config, Initialization.FAN_IN, kernels.precision(), SEED);
        for (String name : parameters.names()) { // Biases, gains and positions random too.
            Tensor<A> noise = parameters.get(name).zerosLike();
            RandomStream.of(SEED, "noise " + name, 0, 0).fillGaussian(noise, 0.3);
            parameters = parameters.with(name, parameters.get(name).plus(noise));
        }
        return new Decoder<>(config, kernels, parameters);
    }

    private static int[] tokens(int sample) {
        return RandomStream.of(SEED, "tokens", 0, sample)
                .ints(LENGTH, 0, VOCABULARY)
                .toArray();
    }

    private static <A> Recorder<A> recorded(Decoder<A> decoder, int[] tokens) {
        Recorder<A> record = Recorder.ofAll();
        decoder.pass(1, tokens.length).forward(tokens, record);
        return record;
    }

    /** Of the last token alone on other parameters. */
    private static <A> Recorder<A> alone(Decoder<A> decoder, Parameters<A> parameters, int token) {
        Recorder<A> record = Recorder.ofAll();
        DecoderPass<A> pass = new Decoder<>(decoder.config(), decoder.kernels(), parameters).pass(1, 1, LENGTH - 1);
        pass.forward(new int[] {token}, record);
        return record;
    }

    private static <A> Patch<A> patch(Decoder<A> decoder, BlockPatcher patcher, int[] tokens) {
        return new StackPatcher<>(decoder, patcher)
                .patch(recorded(decoder, tokens), LENGTH - 1, StackPatcher.Query.token(tokens[LENGTH - 1]));
    }

    /** ‖actual − expected‖∞/‖expected‖∞ at a site. */
    private static double error(Recorder<?> context, Recorder<?> alone, int layer, Site site) {
        Tensor<?> expected = context.get(layer, site, LENGTH - 1);
        Tensor<?> actual = alone.get(layer, site, 0);
        double size = 0;
        double difference = 0;
        for (int j = 0; j < expected.size(); j++) {
            size = Math.max(size, Math.abs(expected.get(j)));
            difference = Math.max(difference, Math.abs(expected.get(j) - actual.get(j)));
        }
        return difference / size;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void tokenAloneOnPatchedWeightsGivesWhatItGivesBehindItsContext(BlockPatcher patcher) {
        for (int layers : new int[] {1, 3}) {
            Decoder<double[]> decoder = decoder(patcher.config(), Position.LEARNED, layers, F64);
            int[] tokens = tokens(layers);
            Recorder<double[]> context = recorded(decoder, tokens);
            Patch<double[]> patch = patch(decoder, patcher, tokens);
            Recorder<double[]> patched = alone(decoder, patch.appliedTo(decoder.parameters()), tokens[LENGTH - 1]);
            for (int layer = 0; layer < layers; layer++) {
                assertEquals(0, error(context, patched, layer, Site.RESID_POST), 1e-11, "layer " + layer + seed());
                if (patcher.config().experts().isEmpty()) {
                    assertEquals(0, error(context, patched, layer, Site.MLP_HIDDEN), 1e-11, "layer " + layer + seed());
                }
            }
            assertEquals(0, error(context, patched, layers, Site.LOGITS), 1e-11, seed());
            Recorder<double[]> unpatched = alone(decoder, decoder.parameters(), tokens[LENGTH - 1]);
            assertTrue(error(context, unpatched, layers, Site.LOGITS) > 1e-3, "the context matters, " + seed());
        }
    }

    @ParameterizedTest
    @EnumSource(Position.class)
    void tokenStandsAtItsTruePlace(Position position) {
        BlockPatcher patcher = BlockPatcher.of(SWIGLU);
        Decoder<double[]> decoder = decoder(SWIGLU, position, 2, F64);
        int[] tokens = tokens(0);
        Parameters<double[]> patched = patch(decoder, patcher, tokens).appliedTo(decoder.parameters());
        Recorder<double[]> alone = alone(decoder, patched, tokens[LENGTH - 1]);
        assertEquals(0, error(recorded(decoder, tokens), alone, 2, Site.LOGITS), 1e-11, seed());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void singlePrecision(BlockPatcher patcher) {
        try (Kernels<float[]> f32 = Kernels.open(Precision.F32, KernelOptions.defaults())) {
            Decoder<float[]> decoder = decoder(patcher.config(), Position.LEARNED, 2, f32);
            int[] tokens = tokens(0);
            Parameters<float[]> patched = patch(decoder, patcher, tokens).appliedTo(decoder.parameters());
            Recorder<float[]> alone = alone(decoder, patched, tokens[LENGTH - 1]);
            assertEquals(0, error(recorded(decoder, tokens), alone, 2, Site.LOGITS), 1e-3, seed());
        }
    }

    /** The parameters that each kind of block has changed, all by changes of rank 1 or of a vector. */
    @Test
    void onlyWhatTheTheoremsNameIsChanged() {
        assertChanged(BlockPatcher.of(GPT2), "c_fc.weight", "c_proj.bias");
        assertChanged(BlockPatcher.of(GPT2.withoutBiases()), "c_fc.weight", "c_proj.weight");
        assertChanged(BlockPatcher.of(SWIGLU), "down_proj.weight", "gate_proj.weight", "up_proj.weight");
        assertChanged(BlockPatcher.of(SWIGLU.with(Residual.PARALLEL)), "down_proj.weight");
        assertChanged(BlockPatcher.of(GPT2.with(Residual.NONE)), "c_fc.weight");
        BlockConfig gemma = SWIGLU.withPostNorms();
        assertChanged(
                new BlockPatcher(gemma, OutputForm.GAIN),
                "gate_proj.weight",
                "h.0.post_feedforward_layernorm.weight",
                "up_proj.weight");
        assertChanged(
                BlockPatcher.of(gemma),
                "down_proj.weight",
                "gate_proj.weight",
                "h.0.post_feedforward_layernorm.weight",
                "up_proj.weight");
    }

    private static void assertChanged(BlockPatcher patcher, String... names) {
        Decoder<double[]> decoder = decoder(patcher.config(), Position.LEARNED, 1, F64);
        TreeSet<String> changed = new TreeSet<>();
        patch(decoder, patcher, tokens(0))
                .changes()
                .forEach(change -> changed.add(change.parameter().replace("h.0.mlp.", "")));
        assertEquals(List.of(names), List.copyOf(changed), patcher.toString());
    }

    /** Router, and of the experts those that were chosen and no others; the gates are the contextual ones. */
    @Test
    void onlyChosenExpertsArePatched() {
        BlockPatcher patcher = BlockPatcher.of(SWIGLU.withExperts(5, 2));
        Decoder<double[]> decoder = decoder(patcher.config(), Position.LEARNED, 1, F64);
        int[] tokens = tokens(0);
        Recorder<double[]> context = recorded(decoder, tokens);
        Patch<double[]> patch = patch(decoder, patcher, tokens);
        Tensor<double[]> gates = context.get(0, Site.GATES, LENGTH - 1);
        for (int e = 0; e < 5; e++) {
            String expert = "h.0.mlp.experts." + e + ".";
            long changes = patch.changes().stream()
                    .filter(change -> change.parameter().startsWith(expert))
                    .count();
            assertEquals(gates.get(e) > 0 ? 3 : 0, changes, seed());
        }
        assertEquals("h.0.mlp.gate.weight", patch.changes().getFirst().parameter());
        Recorder<double[]> alone = alone(decoder, patch.appliedTo(decoder.parameters()), tokens[LENGTH - 1]);
        assertArrayEquals(gates.array(), alone.get(0, Site.GATES, 0).array(), 1e-12, seed());
    }

    @Test
    void noContextNoChange() {
        for (BlockPatcher patcher : kinds().toList()) {
            Decoder<double[]> decoder = decoder(patcher.config(), Position.LEARNED, 2, F64);
            Recorder<double[]> single = recorded(decoder, new int[] {4});
            Patch<double[]> patch = new StackPatcher<>(decoder, patcher).patch(single, 0, StackPatcher.Query.token(4));
            for (Change<double[]> change : patch.changes()) {
                assertEquals(0, largest(change.delta()), 1e-12, patcher + " " + change.parameter());
            }
        }
    }

    private static double largest(Tensor<double[]> tensor) {
        return Arrays.stream(tensor.array()).map(Math::abs).max().orElseThrow();
    }

    private static <A> Decoder<A> with(Decoder<A> decoder, String name, Tensor<A> value) {
        return new Decoder<>(
                decoder.config(), decoder.kernels(), decoder.parameters().with(name, value));
    }

    private static Decoder<double[]> zeroed(Decoder<double[]> decoder, String name) {
        return with(decoder, name, decoder.parameters().get(name).zerosLike());
    }

    private static void assertNoPatch(Decoder<double[]> decoder, BlockPatcher patcher, int[] tokens, String... parts) {
        String message = assertThrows(NoPatchException.class, () -> patch(decoder, patcher, tokens))
                .getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void zeroVectorsAreNamed() {
        int[] tokens = {1, 2, 3, 4, 5, 0};
        BlockPatcher swiglu = BlockPatcher.of(SWIGLU.withoutBiases());
        Decoder<double[]> plain = decoder(SWIGLU.withoutBiases(), Position.NONE, 1, F64);
        Tensor<double[]> table = plain.parameters().get("wte.weight").copy();
        Arrays.fill(table.array(), 0, 12, 0); // Token 0 has no vector: alone it is 0 all the way to z.
        assertNoPatch(with(plain, "wte.weight", table), swiglu, tokens, "gate_proj", "z the input of the MLP, is 0.0");
        Decoder<double[]> silent = zeroed(plain, "h.0.mlp.up_proj.weight");
        assertNoPatch(silent, swiglu, tokens, "h.0.mlp.down_proj.weight", "h the hidden layer, is 0.0");
    }

    /** Where the plain form divides by 0, the stable one is exact. */
    @Test
    void stableFormReachesWhatTheGainAloneCannot() {
        BlockConfig gemma = SWIGLU.withPostNorms();
        Decoder<double[]> whole = decoder(gemma, Position.LEARNED, 1, F64);
        Tensor<double[]> down =
                whole.parameters().get("h.0.mlp.down_proj.weight").copy();
        Arrays.fill(down.array(), 3 * 20, 4 * 20, 0); // f₃ = 0
        Decoder<double[]> decoder = with(whole, "h.0.mlp.down_proj.weight", down);
        int[] tokens = tokens(0);
        assertNoPatch(decoder, new BlockPatcher(gemma, OutputForm.GAIN), tokens, "component 3", "stable form");
        Parameters<double[]> patched =
                patch(decoder, BlockPatcher.of(gemma), tokens).appliedTo(decoder.parameters());
        Recorder<double[]> alone = alone(decoder, patched, tokens[LENGTH - 1]);
        assertEquals(0, error(recorded(decoder, tokens), alone, 1, Site.LOGITS), 1e-11, seed());
        Decoder<double[]> silent = zeroed(decoder, "h.0.mlp.down_proj.weight"); // All of f is 0.
        patched = patch(silent, BlockPatcher.of(gemma), tokens).appliedTo(silent.parameters());
        assertEquals(
                0,
                error(recorded(silent, tokens), alone(silent, patched, tokens[LENGTH - 1]), 1, Site.LOGITS),
                1e-11,
                seed());
        Tensor<double[]> gain =
                whole.parameters().get("h.0.post_feedforward_layernorm.weight").copy();
        gain.set(5, 0);
        Decoder<double[]> blind = with(whole, "h.0.post_feedforward_layernorm.weight", gain);
        patched = patch(blind, new BlockPatcher(gemma, OutputForm.GAIN), tokens).appliedTo(blind.parameters());
        assertFalse(Double.isNaN(
                patched.get("h.0.post_feedforward_layernorm.weight").get(5)));
    }

    @Test
    void formsThatABlockHasNotAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BlockPatcher(SWIGLU, OutputForm.BIAS));
        assertThrows(IllegalArgumentException.class, () -> new BlockPatcher(GPT2.withoutBiases(), OutputForm.BIAS));
        assertThrows(IllegalArgumentException.class, () -> new BlockPatcher(GPT2, OutputForm.GAIN));
        assertThrows(IllegalArgumentException.class, () -> new BlockPatcher(GPT2.withPostNorms(), OutputForm.WEIGHT));
    }

    private static String seed() {
        return "-Dtests.seed=" + SEED;
    }
}
