package org.icl4j.lab.curve;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.lab.run.ShortRuns;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IclCurveExperimentTest {
    private static final Map<String, String> SHORT = Map.ofEntries(
            Map.entry("dModel", "8"),
            Map.entry("batch", "8"),
            Map.entry("evaluations", "4"),
            Map.entry("prompts", "40"),
            Map.entry("growEvery", "3"),
            Map.entry("steps", "12"),
            Map.entry("noisySteps", "12"),
            Map.entry("orders", "3"));

    @TempDir
    private Path directory;

    private ShortRuns runs() {
        return new ShortRuns(new IclCurveExperiment(), SHORT, directory);
    }

    @Test
    @Tag("extended")
    void everyClaimPasses() throws IOException {
        runs().assertEveryClaimPasses(12);
    }

    @Test
    void modelsThatLearntNothingFail() throws IOException {
        runs().assertFailing(List.of("linear.at-d", "linear.at-2d", "length.jump", "ridge.lambda"));
    }

    @Test
    void sameBytesWhateverTheThreadsAndAfterAnInterruption() throws IOException {
        runs().assertSameBytesAfterAnInterruption(List.of("linear", "noisy"));
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        runs().assertRefused(Map.of("nDims", "3"));
        runs().assertRefused(Map.of("points", "8"));
        runs().assertRefused(Map.of("nHeads", "3"));
    }
}
