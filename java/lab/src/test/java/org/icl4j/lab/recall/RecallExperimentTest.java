package org.icl4j.lab.recall;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.lab.run.ShortRuns;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecallExperimentTest {
    private static final Map<String, String> SHORT =
            Map.of("steps", "12", "batch", "8", "dModel", "16", "evaluations", "4", "prompts", "200");

    @TempDir
    private Path directory;

    private ShortRuns runs() {
        return new ShortRuns(new RecallExperiment(), SHORT, directory);
    }

    @Test
    @Tag("extended")
    void everyClaimPasses() throws IOException {
        runs().assertEveryClaimPasses(5);
    }

    @Test
    void modelsThatLearntNothingFail() throws IOException {
        runs().assertFailing(List.of("one-layer.known", "two-layers.held-out", "two-layers.known"));
    }

    @Test
    void sameBytesWhateverTheThreadsAndAfterAnInterruption() throws IOException {
        runs().assertSameBytesAfterAnInterruption(List.of("one-layer", "two-layers"));
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        runs().assertRefused(Map.of("pairs", "17"));
        runs().assertRefused(Map.of("nHeads", "3"));
        runs().assertRefused(Map.of("keys", "5"));
    }
}
