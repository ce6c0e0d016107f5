package org.icl4j.lab.rank1.generation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.lab.rank1.WrongPatches;
import org.icl4j.lab.run.ShortRuns;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationExperimentTest {
    private static final Map<String, String> SHORT = Map.of(
            "steps", "12",
            "batch", "8",
            "dModel", "16",
            "length", "16",
            "minSegment", "6",
            "maxSegment", "8",
            "generated", "4",
            "evaluations", "4",
            "prompts", "20");

    @TempDir
    private Path directory;

    private ShortRuns runs() {
        return new ShortRuns(new GenerationExperiment(), SHORT, directory);
    }

    @Test
    @Tag("extended")
    void everyClaimPasses() throws IOException {
        runs().assertEveryClaimPasses(20);
    }

    @Test
    void modelsThatLearntNothingFail() throws IOException {
        runs().assertFailing(List.of("trained.gpt2", "trained.gemma"));
    }

    /** Models that learnt nothing have small logits; a patch that is wrong by a fifth shows in them. */
    @Test
    void wrongPatchesAreNoticed() throws IOException {
        new ShortRuns(new GenerationExperiment(new WrongPatches.Scaled(1.2)), SHORT, directory)
                .assertFailing(List.of("logits.gpt2", "logits.gemma", "logits.gemma-stable"));
    }

    @Test
    void sameBytesWhateverTheThreadsAndAfterAnInterruption() throws IOException {
        runs().assertSameBytesAfterAnInterruption(List.of("gpt2", "gemma"));
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        runs().assertRefused(Map.of("generated", "22"));
        runs().assertRefused(Map.of("maxSegment", "25"));
        runs().assertRefused(Map.of("nHeads", "3"));
        runs().assertRefused(Map.of("nHeads", "64"));
    }

    @Test
    void doublePrecisionIsRefused() {
        runs().assertRefusedInDoublePrecision();
    }
}
