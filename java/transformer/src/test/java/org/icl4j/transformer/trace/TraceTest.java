package org.icl4j.transformer.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.layer.BlockConfig.Mlp;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.layer.Norm;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TraceTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final int BATCH = 2;
    private static final int LENGTH = 5;
    private static final DecoderConfig GPT2 = DecoderConfig.gpt2(7, 9, 3, 2, 8).with(Position.NONE);
    private static final Kernels<double[]> F64 = Kernels.open(Precision.F64, KernelOptions.defaults());

    static {
        System.out.println("trace: -Dtests.seed=" + SEED);
    }

    @AfterAll
    static void close() {
        F64.close();
    }

    static Stream<DecoderConfig> kinds() {
        Stream<DecoderConfig> mixers = Arrays.stream(Mixer.values())
                .map(mixer -> GPT2.with(GPT2.block().with(mixer)));
        Stream<DecoderConfig> residuals = Arrays.stream(Residual.values())
                .map(residual -> GPT2.with(GPT2.block().with(residual)));
        return Stream.of(
                        mixers,
                        residuals,
                        Stream.of(GPT2.with(GPT2.block().with(Mlp.SWIGLU, 12).with(Norm.RMS))))
                .flatMap(s -> s);
    }

    /** Those whose MLP gives something else than its last linear map does. */
    static Stream<DecoderConfig> others() {
        return Stream.of(
                GPT2.with(GPT2.block().withPostNorms()), GPT2.with(GPT2.block().withExperts(3, 2)));
    }

    /** Biases and gains random too. */
    private static Decoder<double[]> decoder(DecoderConfig config) {
        Parameters<double[]> parameters = Decoder.initialize(config, Initialization.FAN_IN, Precision.F64, SEED);
        for (String name : parameters.names()) {
            Tensor<double[]> noise = parameters.get(name).zerosLike();
            RandomStream.of(SEED, "noise " + name, 0, 0).fillGaussian(noise, 0.3);
            parameters = parameters.with(name, parameters.get(name).plus(noise));
        }
        return new Decoder<>(config, F64, parameters);
    }

    private static int[] tokens(int count) {
        return RandomStream.of(SEED, "tokens", 0, 0).ints(count, 0, 7).toArray();
    }

    private static void assertClose(Tensor<double[]> expected, Tensor<double[]> actual, String where) {
        assertArrayEquals(expected.shape(), actual.shape(), where);
        assertArrayEquals(expected.array(), actual.array(), 1e-12, where + ", -Dtests.seed=" + SEED);
    }

    /** x·Wᵀ + b by the model's parameters. */
    private static Tensor<double[]> linear(Decoder<double[]> decoder, String name, Tensor<double[]> x) {
        Parameters<double[]> parameters = decoder.parameters();
        Tensor<double[]> weight = parameters.get(name + ".weight");
        Tensor<double[]> y = Tensor.zeros(Precision.F64, BATCH, LENGTH, weight.dim(0));
        F64.gemm(1, x.matrix(), weight.matrix().transposed(), 0, y.matrix());
        if (parameters.names().contains(name + ".bias")) {
            F64.addBias(y.matrix(), parameters.get(name + ".bias").matrix());
        }
        return y;
    }

    /** What is shown at the sites of each block fits together as the block's formula says. */
    @ParameterizedTest
    @MethodSource("kinds")
    void sitesFitTogether(DecoderConfig config) {
        Decoder<double[]> decoder = decoder(config);
        Recorder<double[]> record = Recorder.ofAll();
        DecoderPass<double[]> pass = decoder.pass(BATCH, LENGTH);
        pass.forward(tokens(BATCH * LENGTH), record);
        boolean joined = config.block().residual() != Residual.NONE;
        String down = config.block().mlp() == Mlp.SWIGLU ? "down_proj" : "c_proj";
        for (int layer = 0; layer < config.nLayers(); layer++) {
            Tensor<double[]> pre = record.get(layer, Site.RESID_PRE);
            Tensor<double[]> mid = record.get(layer, Site.RESID_MID);
            Tensor<double[]> attnOut = record.get(layer, Site.ATTN_OUT);
            Tensor<double[]> mlpOut = record.get(layer, Site.MLP_OUT);
            String at = "layer " + layer + " of " + config;
            assertClose(mid, joined ? pre.plus(attnOut) : attnOut, at);
            assertClose(record.get(layer, Site.RESID_POST), joined ? mid.plus(mlpOut) : mlpOut, at);
            assertClose(attnOut, linear(decoder, "h." + layer + ".attn.c_proj", record.get(layer, Site.Z)), at);
            Tensor<double[]> hidden = record.get(layer, Site.MLP_HIDDEN);
            assertClose(mlpOut, linear(decoder, "h." + layer + ".mlp." + down, hidden), at);
            if (layer > 0) {
                assertArrayEquals(record.get(layer - 1, Site.RESID_POST).array(), pre.array(), at);
            }
        }
        assertArrayEquals(
                pass.out().array(), record.get(config.nLayers(), Site.LOGITS).array());
    }

    /** The MLP's input, of which the first linear map and ReLU make the hidden layer. */
    @ParameterizedTest
    @EnumSource(Residual.class)
    void mlpReadsMlpIn(Residual residual) {
        DecoderConfig config = GPT2.with(GPT2.block().with(residual).with(Mlp.RELU, 12));
        Decoder<double[]> decoder = decoder(config);
        Recorder<double[]> record = Recorder.of(Site.MLP_IN, Site.MLP_HIDDEN);
        decoder.pass(BATCH, LENGTH).forward(tokens(BATCH * LENGTH), record);
        Tensor<double[]> hidden = linear(decoder, "h.1.mlp.c_fc", record.get(1, Site.MLP_IN));
        F64.relu(hidden.matrix(), hidden.matrix());
        assertClose(hidden, record.get(1, Site.MLP_HIDDEN), residual.toString());
    }

    /** Σ gₑ·(what expert e makes of the input), with the softmax of the two largest of the router's logits, and 0 for the others. */
    @ParameterizedTest
    @EnumSource(
            value = Mlp.class,
            names = {"RELU", "SWIGLU"})
    void expertsAreWeightedByTheirGates(Mlp mlp) {
        DecoderConfig config = GPT2.with(GPT2.block().with(mlp, 6).withExperts(4, 2));
        Decoder<double[]> decoder = decoder(config);
        Recorder<double[]> record = Recorder.ofAll();
        decoder.pass(BATCH, LENGTH).forward(tokens(BATCH * LENGTH), record);
        Tensor<double[]> in = record.get(1, Site.MLP_IN);
        Tensor<double[]> hidden = record.get(1, Site.MLP_HIDDEN);
        Tensor<double[]> expected = in.zerosLike();
        for (int e = 0; e < 4; e++) {
            String name = "h.1.mlp.experts." + e;
            Tensor<double[]> ofExpert = mlp == Mlp.RELU ? relu(decoder, name, in) : swiglu(decoder, name, in);
            Tensor<double[]> result = linear(decoder, name + (mlp == Mlp.RELU ? ".c_proj" : ".down_proj"), ofExpert);
            for (int row = 0; row < BATCH * LENGTH; row++) {
                double[] logits = linear(decoder, "h.1.mlp.gate", in).row(row).array();
                double gate = expectedGate(logits, e);
                assertEquals(gate, record.get(1, Site.GATES, row).get(e), 1e-12);
                assertArrayEquals(
                        ofExpert.row(row).array(),
                        Arrays.copyOfRange(hidden.row(row).array(), e * 6, e * 6 + 6),
                        1e-12);
                for (int j = row * 8; j < row * 8 + 8; j++) {
                    expected.set(j, expected.get(j) + gate * result.get(j));
                }
            }
        }
        assertClose(expected, record.get(1, Site.MLP_OUT), mlp.toString());
    }

    private static Tensor<double[]> relu(Decoder<double[]> decoder, String name, Tensor<double[]> x) {
        Tensor<double[]> hidden = linear(decoder, name + ".c_fc", x);
        F64.relu(hidden.matrix(), hidden.matrix());
        return hidden;
    }

    private static Tensor<double[]> swiglu(Decoder<double[]> decoder, String name, Tensor<double[]> x) {
        Tensor<double[]> gate = linear(decoder, name + ".gate_proj", x);
        Tensor<double[]> up = linear(decoder, name + ".up_proj", x);
        F64.silu(gate.matrix(), gate.matrix());
        for (int i = 0; i < up.size(); i++) {
            up.set(i, up.get(i) * gate.get(i));
        }
        return up;
    }

    private static double expectedGate(double[] logits, int e) {
        double[] sorted = logits.clone();
        Arrays.sort(sorted);
        double second = sorted[sorted.length - 2];
        double first = sorted[sorted.length - 1];
        return logits[e] < second ? 0 : Math.exp(logits[e]) / (Math.exp(first) + Math.exp(second));
    }

    /** With norms behind: what is added is gain∘y/rms(y), y being the last linear map's result. */
    @ParameterizedTest
    @EnumSource(Residual.class)
    void postNormsStandBeforeTheResidual(Residual residual) {
        DecoderConfig config = GPT2.with(GPT2.block().with(residual).withPostNorms());
        Decoder<double[]> decoder = decoder(config);
        Recorder<double[]> record = Recorder.ofAll();
        decoder.pass(BATCH, LENGTH).forward(tokens(BATCH * LENGTH), record);
        Tensor<double[]> attn = linear(decoder, "h.2.attn.c_proj", record.get(2, Site.Z));
        Tensor<double[]> mlp = linear(decoder, "h.2.mlp.c_proj", record.get(2, Site.MLP_HIDDEN));
        assertClose(
                rmsNormed(decoder, "h.2.post_attention_layernorm", attn), record.get(2, Site.ATTN_OUT), "attention");
        assertClose(rmsNormed(decoder, "h.2.post_feedforward_layernorm", mlp), record.get(2, Site.MLP_OUT), "mlp");
        Tensor<double[]> mid = record.get(2, Site.ATTN_OUT);
        boolean joined = residual != Residual.NONE;
        assertClose(joined ? mid.plus(record.get(2, Site.RESID_PRE)) : mid, record.get(2, Site.RESID_MID), "mid");
        Tensor<double[]> post = record.get(2, Site.MLP_OUT);
        assertClose(joined ? post.plus(record.get(2, Site.RESID_MID)) : post, record.get(2, Site.RESID_POST), "post");
    }

    private static Tensor<double[]> rmsNormed(Decoder<double[]> decoder, String name, Tensor<double[]> x) {
        Tensor<double[]> y = x.zerosLike();
        int width = x.dim(2);
        for (int row = 0; row < x.size() / width; row++) {
            double squares = 0;
            for (int j = 0; j < width; j++) {
                squares += x.get(row * width + j) * x.get(row * width + j);
            }
            double rms = Math.sqrt(squares / width + 1e-5);
            for (int j = 0; j < width; j++) {
                double gain = decoder.parameters().get(name + ".weight").get(j);
                y.set(row * width + j, gain * x.get(row * width + j) / rms);
            }
        }
        return y;
    }

    /** A traced pass gives the bits of one that is not, also with what training keeps. */
    @ParameterizedTest
    @MethodSource({"kinds", "others"})
    void lookingChangesNothing(DecoderConfig config) {
        Decoder<double[]> decoder = decoder(config);
        int[] tokens = tokens(BATCH * LENGTH);
        DecoderPass<double[]> pass = decoder.pass(BATCH, LENGTH);
        pass.forward(tokens);
        double[] expected = pass.out().copy().array();
        Parameters<double[]> gradients = decoder.parameters().zerosLike();
        for (DecoderPass<double[]> traced : List.of(pass, decoder.trainingPass(gradients, BATCH, LENGTH))) {
            traced.forward(tokens, Recorder.ofAll());
            assertArrayEquals(expected, traced.out().array());
        }
    }

    @Test
    void recorderNamesWhatItHasNot() {
        Recorder<double[]> record = Recorder.of(Site.Z);
        decoder(GPT2).pass(1, 3).forward(tokens(3), record);
        assertEquals(3, record.get(2, Site.Z).dim(1));
        assertArrayEquals(
                record.get(2, Site.Z).row(1).array(), record.get(2, Site.Z, 1).array());
        IllegalArgumentException missing =
                assertThrows(IllegalArgumentException.class, () -> record.get(2, Site.MLP_OUT));
        assertTrue(missing.getMessage().contains("layer 2 site MLP_OUT"), missing.getMessage());
    }

    /** What enters block 0 at position p of a text is what enters it when the token stands alone at first position p. */
    @ParameterizedTest
    @EnumSource(Position.class)
    void tokenAloneStandsAtItsPlace(Position position) {
        Decoder<double[]> decoder = decoder(GPT2.with(position));
        int[] tokens = tokens(LENGTH);
        Recorder<double[]> whole = Recorder.ofAll();
        decoder.pass(1, LENGTH).forward(tokens, whole);
        Recorder<double[]> rest = Recorder.ofAll();
        decoder.pass(1, 2, 3).forward(Arrays.copyOfRange(tokens, 3, 5), rest);
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(
                    whole.get(0, Site.RESID_PRE, 3 + i).array(),
                    rest.get(0, Site.RESID_PRE, i).array());
        }
    }

    /**
     * Rotary scores depend on distance only, so two tokens give the same anywhere, but for the rounding of other angles:
     * that shows somewhere in 32 texts, though not in each.
     */
    @Test
    void rotaryTurnsByTheTruePosition() {
        Decoder<double[]> decoder = decoder(GPT2.with(Position.ROTARY));
        int texts = 32;
        int[] pairs = tokens(texts * 2);
        DecoderPass<double[]> first = decoder.pass(texts, 2);
        DecoderPass<double[]> later = decoder.pass(texts, 2, 7);
        first.forward(pairs);
        later.forward(pairs);
        assertArrayEquals(first.out().array(), later.out().array(), 1e-12);
        assertTrue(!Arrays.equals(first.out().array(), later.out().array()), "the angles are others");
    }

    @Test
    void positionsBeyondTheModelAreRefused() {
        Decoder<double[]> decoder = decoder(GPT2);
        decoder.pass(1, 2, 7);
        for (int[] wrong : new int[][] {{2, 8}, {1, 9}, {1, -1}, {2, Integer.MAX_VALUE}}) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> decoder.pass(1, wrong[0], wrong[1]));
            assertTrue(refused.getMessage().contains("from position " + wrong[1]), refused.getMessage());
        }
    }
}
