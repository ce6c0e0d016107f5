package org.icl4j.lab.rank1;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.lab.run.ShortRuns;
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
        runs(new RankOneUpdate()).assertEveryClaimPasses(10);
    }

    @Test
    void anotherUpdateFails() throws IOException {
        runs(new Rank1ExperimentTest.MissingNorm()).assertFailing(List.of("storage.identity"));
    }

    @Test
    void blockThatLearntNothingFails() throws IOException {
        runs(new RankOneUpdate()).assertFailing(List.of("control", "one-query"));
    }

    @Test
    void sameBytesWhateverTheThreadsAndAfterAnInterruption() throws IOException {
        runs(new RankOneUpdate()).assertSameBytesAfterAnInterruption(List.of("block", "block"));
    }
}
