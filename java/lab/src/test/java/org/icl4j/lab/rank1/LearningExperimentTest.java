package org.icl4j.lab.rank1;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.lab.run.ShortRuns;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningExperimentTest {
    private static final Map<String, String> SHORT = Map.of(
            "steps", "16", "batch", "8", "evaluations", "4", "prompts", "20", "n", "10", "dMlp", "32", "repeats", "40");

    @TempDir
    private Path directory;

    private ShortRuns runs() {
        return new ShortRuns(new LearningExperiment(), SHORT, directory);
    }

    @Test
    @Tag("extended")
    void everyClaimPasses() throws IOException {
        runs().assertEveryClaimPasses(10);
    }

    @Test
    void blockThatLearntNothingFails() throws IOException {
        runs().assertFailing(List.of("icl.falls"));
    }

    @Test
    void sameBytesWhateverTheThreadsAndAfterAnInterruption() throws IOException {
        runs().assertSameBytesAfterAnInterruption(List.of("block", "block"));
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        runs().assertRefused(Map.of("nHeads", "3"));
    }

    @Test
    void doublePrecisionIsRefused() {
        runs().assertRefusedInDoublePrecision();
    }
}
