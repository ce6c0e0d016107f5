package org.icl4j.transformer.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.files.Sha256;
import org.icl4j.transformer.layer.BlockConfig.Mlp;
import org.icl4j.transformer.layer.Norm;
import org.icl4j.transformer.optimizer.Adam;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.training.Checkpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderFileTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final DecoderConfig TOKENS = DecoderConfig.gpt2(7, 5, 2, 2, 8);

    static {
        System.out.println("decoder file: -Dtests.seed=" + SEED);
    }

    @TempDir
    private Path directory;

    private static <A> Kernels<A> kernels(Precision<A> precision) {
        return Kernels.open(precision, KernelOptions.defaults().provider("scalar"));
    }

    private static <A> Decoder<A> decoder(DecoderConfig config, Kernels<A> kernels) {
        return new Decoder<>(
                config, kernels, Decoder.initialize(config, Initialization.FAN_IN, kernels.precision(), SEED));
    }

    static Stream<DecoderConfig> configs() {
        DecoderConfig llama = TOKENS.untied()
                .with(Position.ROTARY)
                .with(TOKENS.block()
                        .with(Norm.RMS)
                        .with(Mlp.SWIGLU, 12)
                        .withKeyHeads(1)
                        .withoutBiases());
        return Stream.concat(DecoderTest.kinds(), Stream.of(TOKENS, llama));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aCheckpointIsAModel(DecoderConfig config) throws IOException {
        Path file = directory.resolve("checkpoint.safetensors");
        try (Kernels<float[]> kernels = kernels(Precision.F32)) {
            Decoder<float[]> trained = decoder(config, kernels);
            Adam<float[]> adam = new Adam<>(kernels, trained.parameters());
            new Checkpoint<>(file, Map.of("seed", "1", "model", "m"), trained, adam, 1).save(new double[][] {{1}});
            DecoderFile<float[]> loaded = DecoderFile.load(file, kernels);
            assertEquals(config, loaded.decoder().config());
            assertEquals(Sha256.of(file), loaded.sha256());
            assertEquals("m", loaded.metadata().get("model"));
            assertEquals(Precision.F32, DecoderFile.precision(file));
            assertSame(trained.parameters(), loaded.decoder().parameters());
        }
    }

    private static <A> void assertSame(Parameters<A> expected, Parameters<A> found) {
        assertEquals(expected.names(), found.names());
        for (String name : expected.names()) {
            for (int i = 0; i < expected.get(name).size(); i++) {
                assertEquals(expected.get(name).get(i), found.get(name).get(i), name);
            }
        }
    }

    @Test
    void thePrecisionIsTheCallers() throws IOException {
        Path file = directory.resolve("model.safetensors");
        try (Kernels<float[]> single = kernels(Precision.F32);
                Kernels<double[]> dual = kernels(Precision.F64)) {
            Decoder<double[]> exact = decoder(TOKENS, dual);
            DecoderFile.save(file, Map.of("origin", "test"), exact);
            assertEquals(Precision.F64, DecoderFile.precision(file));
            Parameters<double[]> same = DecoderFile.load(file, dual).decoder().parameters();
            assertSame(exact.parameters(), same);
            Decoder<float[]> rounded = DecoderFile.load(file, single).decoder();
            for (String name : same.names()) {
                for (int i = 0; i < same.get(name).size(); i++) {
                    assertEquals(
                            (float) same.get(name).get(i),
                            rounded.parameters().get(name).array()[i]);
                }
            }
            DecoderFile.save(file, Map.of(), rounded);
            Parameters<double[]> widened =
                    DecoderFile.load(file, dual).decoder().parameters();
            for (String name : widened.names()) {
                float[] narrow = rounded.parameters().get(name).array();
                double[] wide = new double[narrow.length];
                for (int i = 0; i < wide.length; i++) {
                    wide[i] = narrow[i];
                }
                assertArrayEquals(wide, widened.get(name).array(), name);
            }
        }
    }

    private ModelFormatException refused(Map<String, String> metadata, Map<String, Tensor<float[]>> tensors)
            throws IOException {
        Path file = directory.resolve("broken.safetensors");
        SafeTensors.write(file, metadata, tensors);
        try (Kernels<float[]> kernels = kernels(Precision.F32)) {
            ModelFormatException e = assertThrows(ModelFormatException.class, () -> DecoderFile.load(file, kernels));
            assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
            return e;
        }
    }

    private static Map<String, Tensor<float[]>> tensors() {
        return new LinkedHashMap<>(Decoder.initialize(TOKENS, Initialization.FAN_IN, Precision.F32, SEED)
                .asMap());
    }

    @ParameterizedTest
    @CsvSource({
        "decoder.nLayers, two, nLayers' is 'two'|whole numbers",
        "decoder.nLayers, 0, nLayers=0|at least 1",
        "decoder.nLayers, 2000000000, 2000000000 blocks|tensors",
        "decoder.input, pictures, is 'pictures'|numbers and tokens",
        "decoder.mixer, hyena, is 'hyena'|softmax_attention|gru",
        "decoder.tied, maybe, is 'maybe'|true and false",
        "decoder.eps, -1, eps=-1.0|above 0",
        "decoder.nHeads, 3, nHeads=3|multiple",
        "decoder.window, 8, window|not known to this version"
    })
    void metadataThatAreNotUnderstood(String name, String value, String parts) throws IOException {
        Map<String, String> metadata = ConfigMetadata.of(TOKENS);
        metadata.put(name, value);
        ModelFormatException e = refused(metadata, tensors());
        assertEquals("config", e.rule());
        for (String part : parts.split("\\|")) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    @Test
    void everyEntryIsNeeded() throws IOException {
        for (String name : ConfigMetadata.of(TOKENS).keySet()) {
            Map<String, String> metadata = ConfigMetadata.of(TOKENS);
            metadata.remove(name);
            String message = refused(metadata, tensors()).getMessage();
            assertTrue(message.contains("no '" + name + "'") && message.contains("train"), message);
        }
    }

    @Test
    void tensorsThatDoNotFit() throws IOException {
        Map<String, Tensor<float[]>> tensors = tensors();
        tensors.remove("h.1.mlp.c_fc.bias");
        assertTrue(refused(ConfigMetadata.of(TOKENS), tensors).getMessage().contains("'h.1.mlp.c_fc.bias'"));
        tensors.put("h.1.mlp.c_fc.bias", Tensor.zeros(Precision.F32, 31));
        ModelFormatException e = refused(ConfigMetadata.of(TOKENS), tensors);
        assertEquals("shape", e.rule());
        assertTrue(e.getMessage().contains("[31], expected [32]"), e.getMessage());
    }
}
