package org.icl4j.lab.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.patch.Change.LowRank;
import org.icl4j.lab.patch.Change.Shift;
import org.icl4j.lab.patch.Patch;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The adapter against PEFT's format, as its documentation and source have it.
 *
 */
class AdapterTest {
    private static final String FC = "h.0.mlp.c_fc.weight";
    private static final String PROJ = "h.0.mlp.c_proj.weight";

    /** ΔW of c_fc, [3, 2], of rank 2: 5·(1, 0, 0)(0.6, 0.8) + 2·(0, 1, 0)(−0.8, 0.6). */
    private static final LowRank<float[]> RANK_TWO = new LowRank<>(
            FC,
            Tensor.of(Precision.F32, new float[] {5, 0, 0, 2, 0, 0}, 3, 2),
            Tensor.of(Precision.F32, new float[] {0.6f, 0.8f, -0.8f, 0.6f}, 2, 2));

    /** ΔW of c_proj, [2, 3], of rank 1. */
    private static final LowRank<float[]> RANK_ONE = new LowRank<>(
            PROJ,
            Tensor.of(Precision.F32, new float[] {1, -3}, 2, 1),
            Tensor.of(Precision.F32, new float[] {0, 0, 1}, 1, 3));

    private static final List<LowRank<float[]>> CHANGES = List.of(RANK_TWO, RANK_ONE);

    @TempDir
    private Path directory;

    @Test
    void theConfigIsPefts() throws IOException {
        Adapter.of(CHANGES, 2).write(directory);
        assertEquals("""
            {
              "peft_type" : "LORA",
              "task_type" : null,
              "base_model_name_or_path" : null,
              "inference_mode" : true,
              "r" : 2,
              "lora_alpha" : 2,
              "lora_dropout" : 0.0,
              "use_rslora" : false,
              "use_dora" : false,
              "fan_in_fan_out" : false,
              "bias" : "none",
              "init_lora_weights" : true,
              "modules_to_save" : null,
              "target_modules" : [ "h.0.mlp.c_fc", "h.0.mlp.c_proj" ]
            }
            """, Files.readString(directory.resolve("adapter_config.json")));
    }

    @Test
    void theTensorsArePefts() throws IOException {
        Adapter.of(CHANGES, 2).write(directory);
        String fc = "base_model.model.h.0.mlp.c_fc.";
        String proj = "base_model.model.h.0.mlp.c_proj.";
        try (SafeTensors saved = SafeTensors.open(directory.resolve("adapter_model.safetensors"))) {
            assertEquals(
                    Set.of(fc + "lora_A.weight", fc + "lora_B.weight", proj + "lora_A.weight", proj + "lora_B.weight"),
                    saved.names());
            assertEquals(Map.of("format", "pt"), saved.metadata());
            assertTensor(saved, fc + "lora_A.weight", new int[] {2, 2}, 0.6f, 0.8f, -0.8f, 0.6f);
            assertTensor(saved, fc + "lora_B.weight", new int[] {3, 2}, 5, 0, 0, 2, 0, 0);
            assertTensor(saved, proj + "lora_A.weight", new int[] {2, 3}, 0, 0, 1, 0, 0, 0);
            assertTensor(saved, proj + "lora_B.weight", new int[] {2, 2}, 1, 0, -3, 0);
        }
    }

    @Test
    void aVectorHasNoAdapter() {
        assertEquals(Optional.empty(), Adapter.refusal(CHANGES));
        Shift<float[]> gain =
                new Shift<>("h.0.post_feedforward_layernorm.weight", Tensor.of(Precision.F32, new float[] {1, 2}, 2));
        String refusal = Adapter.refusal(List.of(RANK_TWO, gain)).orElseThrow();
        assertTrue(refusal.contains("'h.0.post_feedforward_layernorm.weight'") && refusal.contains("vector"), refusal);
    }

    private static void assertTensor(SafeTensors saved, String name, int[] shape, float... values) throws IOException {
        Tensor<float[]> tensor = saved.load(name, Precision.F32);
        assertArrayEquals(shape, tensor.shape(), name);
        assertArrayEquals(values, tensor.array(), name);
    }

    private static Parameters<float[]> weights() {
        return Parameters.of(Map.of(
                FC, Tensor.zeros(Precision.F32, 3, 2),
                PROJ, Tensor.zeros(Precision.F32, 2, 3)));
    }

    private float[] merged(String parameter) throws IOException {
        return Adapter.read(directory, Precision.F32)
                .appliedTo(weights())
                .get(parameter)
                .array();
    }

    @Test
    void readBackItIsThePatch() throws IOException {
        Adapter.of(CHANGES, 2).write(directory);
        Parameters<float[]> patched = new Patch<float[]>(List.copyOf(CHANGES)).appliedTo(weights());
        assertArrayEquals(new float[] {3, 4, -1.6f, 1.2f, 0, 0}, patched.get(FC).array(), 1e-6f);
        assertArrayEquals(new float[] {0, 0, 1, 0, 0, -3}, patched.get(PROJ).array());
        assertArrayEquals(patched.get(FC).array(), merged(FC));
        assertArrayEquals(patched.get(PROJ).array(), merged(PROJ));
    }

    /** lora_alpha / r is what PEFT multiplies by, whoever wrote the files. */
    @Test
    void scalingIsAlphaOverR() throws IOException {
        Adapter.of(CHANGES, 2).write(directory);
        Path config = directory.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"lora_alpha\" : 2", "\"lora_alpha\" : 6"));
        assertArrayEquals(new float[] {9, 12, -4.8f, 3.6f, 0, 0}, merged(FC), 1e-5f);
    }

    @Test
    void aLowerRankKeepsTheGreatestSingularValues() throws IOException {
        Adapter<float[]> adapter = Adapter.of(CHANGES, 1);
        adapter.write(directory);
        assertArrayEquals(new float[] {3, 4, 0, 0, 0, 0}, merged(FC), 1e-6f);
        assertArrayEquals(new float[] {0, 0, 1, 0, 0, -3}, merged(PROJ));
        assertEquals(2 / Math.sqrt(29), adapter.loss(RANK_TWO), 1e-12);
        assertEquals(0, adapter.loss(RANK_ONE));
        assertEquals(2, Adapter.fullRank(CHANGES));
        assertEquals(0, Adapter.of(CHANGES, 2).loss(RANK_TWO));
    }

    @ParameterizedTest
    @CsvSource({
        "\"LORA\", \"IA3\", peft_type",
        "\"bias\" : \"none\", \"bias\" : \"all\", bias",
        "\"fan_in_fan_out\" : false, \"fan_in_fan_out\" : true, fan_in_fan_out",
        "\"use_dora\" : false, \"use_dora\" : true, use_dora",
        "\"use_rslora\" : false, \"use_rslora\" : true, use_rslora",
        "\"r\" : 2, \"r\" : 0, r is 0",
        "\"lora_alpha\" : 2, \"lora_alpha\" : null, lora_alpha null",
        "\"LORA\", LORA, not JSON"
    })
    void otherAdaptersAreRefused(String from, String to, String part) throws IOException {
        Adapter.of(CHANGES, 2).write(directory);
        Path config = directory.resolve("adapter_config.json");
        String text = Files.readString(config);
        assertTrue(text.contains(from), from);
        Files.writeString(config, text.replace(from, to));
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Adapter.read(directory, Precision.F32));
        assertTrue(e.getMessage().contains(part) && e.getMessage().contains("adapter_config.json"), e.getMessage());
    }

    @Test
    void otherTensorsAreRefused() throws IOException {
        Adapter.of(CHANGES, 2).write(directory);
        Tensor<float[]> one = Tensor.zeros(Precision.F32, 2, 2);
        Path model = directory.resolve("adapter_model.safetensors");
        SafeTensors.write(model, Map.of(), Map.of("base_model.model.wte.lora_embedding_A", one));
        assertTrue(assertThrows(ModelFormatException.class, () -> Adapter.read(directory, Precision.F32))
                .getMessage()
                .contains("lora_embedding_A"));
        SafeTensors.write(model, Map.of(), Map.of("base_model.model.h.0.mlp.c_fc.lora_A.weight", one));
        assertTrue(assertThrows(ModelFormatException.class, () -> Adapter.read(directory, Precision.F32))
                .getMessage()
                .contains("no tensor 'base_model.model.h.0.mlp.c_fc.lora_B.weight'"));
        SafeTensors.write(
                model,
                Map.of(),
                Map.of(
                        "base_model.model.h.0.mlp.c_fc.lora_A.weight",
                        one,
                        "base_model.model.h.0.mlp.c_fc.lora_B.weight",
                        Tensor.zeros(Precision.F32, 2, 3)));
        assertTrue(assertThrows(ModelFormatException.class, () -> Adapter.read(directory, Precision.F32))
                .getMessage()
                .contains("expected [out, r] and [r, in]"));
    }
}
