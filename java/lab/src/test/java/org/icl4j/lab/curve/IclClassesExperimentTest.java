package org.icl4j.lab.curve;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.lab.run.ShortRuns;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IclClassesExperimentTest {
    private static final Map<String, String> SHORT = Map.ofEntries(
            Map.entry("dModel", "8"),
            Map.entry("batch", "8"),
            Map.entry("evaluations", "4"),
            Map.entry("prompts", "40"),
            Map.entry("growEvery", "3"),
            Map.entry("sparseSteps", "12"),
            Map.entry("treeSteps", "12"),
            Map.entry("networkSteps", "12"));

    @TempDir
    private Path directory;

    private ShortRuns runs() {
        return new ShortRuns(new IclClassesExperiment(), SHORT, directory);
    }

    @Test
    @Tag("extended")
    void everyClaimPasses() throws IOException {
        runs().assertEveryClaimPasses(7);
    }

    @Test
    void modelsThatLearntNothingFail() throws IOException {
        runs().assertFailing(List.of("tree.error", "network.error", "network.neighbours", "network.ridge"));
    }

    @Test
    void sameBytesWhateverTheThreadsAndAfterAnInterruption() throws IOException {
        runs().assertSameBytesAfterAnInterruption(List.of("sparse", "tree", "network"));
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        runs().assertRefused(Map.of("nonzero", "4"));
        runs().assertRefused(Map.of("sparsePoints", "3", "sparseDims", "6"));
        runs().assertRefused(Map.of("nHeads", "3"));
        runs().assertRefused(Map.of("sparseDims", "10", "nonzero", "6", "sparsePoints", "12", "growEvery", "10"));
    }
}
