package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.report.Progress;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.optimizer.Adam;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint gives back, and that one which was changed is refused with the name of what is wrong. */
class TrainingCheckpointTest {
    private static final Kernels<double[]> KERNELS =
            Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"));
    private static final ContextualBlockConfig CONFIG = new ContextualBlockConfig(3, 4, 2, 5);
    private static final List<Evaluation> HISTORY =
            List.of(new Evaluation(0, 1, 2, 3, 4, 5, 6, 7), new Evaluation(100, 7, 6, 5, 4, 3, 2, 1));

    @TempDir
    private Path directory;

    private Parameters<double[]> parameters;
    private TrainingCheckpoint<double[]> checkpoint;

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    @BeforeEach
    void save() throws IOException {
        Experiment experiment = new Rank1Experiment();
        RunRequest request = new RunRequest("rank1", Scale.QUICK, "f64", 1, Map.of());
        Settings settings = Settings.resolve(experiment.settings(), Scale.QUICK, Map.of());
        Run<double[]> run = new Run<>(experiment, request, settings, KERNELS, directory, Progress.silent());
        parameters = ContextualBlock.initialize(CONFIG, Precision.F64, 1);
        Adam<double[]> adam = new Adam<>(KERNELS, parameters);
        adam.resumeAfter(100);
        checkpoint = new TrainingCheckpoint<>(run, "block", parameters, adam);
        checkpoint.save(HISTORY);
    }

    private List<Evaluation> resume() throws IOException {
        return checkpoint.resume(i -> 100L * i).orElseThrow();
    }

    @Test
    void givesBackWhatWasSaved() throws IOException {
        double[] weights = parameters.get(ContextualBlock.MLP_WEIGHT).array();
        double[] before = weights.clone();
        weights[0] = 7;
        assertEquals(HISTORY, resume());
        assertArrayEquals(before, weights);
    }

    private void rewrite(Map<String, String> metadata, Map<String, Tensor<?>> changes) throws IOException {
        Path file = directory.resolve("block.safetensors");
        Map<String, String> newMetadata;
        Map<String, Tensor<?>> tensors = new LinkedHashMap<>();
        try (SafeTensors saved = SafeTensors.open(file)) {
            newMetadata = new HashMap<>(saved.metadata());
            for (String name : saved.names()) {
                tensors.put(name, saved.load(name, Precision.F64));
            }
        }
        metadata.forEach((name, value) -> newMetadata.compute(name, (n, old) -> value.isEmpty() ? null : value));
        tensors.putAll(changes);
        SafeTensors.write(file, newMetadata, tensors);
    }

    private void assertRefused(String... parts) {
        String message = assertThrows(ModelFormatException.class, this::resume).getMessage();
        assertTrue(message.startsWith(directory.resolve("block.safetensors").toString()), message);
        for (String part : parts) {
            assertTrue(message.contains(part), "'" + message + "' lacks '" + part + "'");
        }
    }

    @Test
    void refusesAnotherStep() throws IOException {
        rewrite(Map.of("step", "99"), Map.of());
        assertRefused("step 99", "2 evaluations", "expected 100", "remove the file");
        for (String step : new String[] {"-1", "many", "1e2"}) {
            rewrite(Map.of("step", step), Map.of());
            assertRefused("step '" + step + "'", "remove the file");
        }
        rewrite(Map.of("step", ""), Map.of());
        assertRefused("no step");
    }

    @Test
    void refusesOtherShapes() throws IOException {
        rewrite(Map.of(), Map.of(ContextualBlock.MLP_WEIGHT, Tensor.zeros(Precision.F64, 4, 5)));
        assertRefused("'mlp.c_fc.weight'", "[4, 5]", "expected [5, 4]");
    }

    @Test
    void refusesAnotherHistory() throws IOException {
        for (int[] shape : new int[][] {{2, 7}, {16}, {2, 8, 1}}) {
            rewrite(Map.of(), Map.of("history", Tensor.zeros(Precision.F64, shape)));
            assertRefused("'history'", "rows of 8");
        }
        rewrite(Map.of(), Map.of("history", Tensor.zeros(Precision.F64, 0, 8)));
        assertRefused("0 evaluations");
        rewrite(Map.of(), Map.of("history", Tensor.zeros(Precision.F64, 3, 8)));
        assertRefused("step 100 after 3 evaluations", "expected 200");
    }
}
