package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.run.ShortRuns;
import org.icl4j.lab.task.TaskSeed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PatchesExperimentTest {
    private static final Map<String, String> SHORT = Map.of(
            "steps", "16", "batch", "8", "evaluations", "4", "prompts", "20", "n", "10", "dMlp", "32", "contexts", "2");

    @TempDir
    private Path directory;

    private ShortRuns runs(UpdateRule rule) {
        return new ShortRuns(new PatchesExperiment(rule), SHORT, directory);
    }

    @Test
    @Tag("extended")
    void everyClaimPasses() throws IOException {
        runs(new RankOneUpdate()).assertEveryClaimPasses(14);
    }

    @Test
    void twoVectorsAreTheWholePatch() {
        try (Kernels<double[]> f64 = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            PatchStorage storage = PatchStorage.of(f64, new RankOneUpdate(), TaskSeed.SEED);
            assertEquals(1024 + 256, storage.numbers());
            assertEquals(204.8, storage.saving(), 1e-12);
            assertEquals(0, storage.rebuiltError(), 1e-12);
            for (UpdateRule mistake :
                    List.of(new Rank1ExperimentTest.Transposed(), new Rank1ExperimentTest.MissingNorm())) {
                assertTrue(PatchStorage.of(f64, mistake, TaskSeed.SEED).rebuiltError() > 0.1, mistake.toString());
            }
        }
    }

    @Test
    void blockThatLearntNothingFails() throws IOException {
        runs(new RankOneUpdate()).assertFailing(List.of("control", "one-query"));
    }

    @Test
    void sameBytesWhateverTheThreadsAndAfterAnInterruption() throws IOException {
        runs(new RankOneUpdate()).assertSameBytesAfterAnInterruption(List.of("block", "block"));
    }

    @Test
    void doublePrecisionIsRefused() {
        runs(new RankOneUpdate()).assertRefusedInDoublePrecision();
    }
}
