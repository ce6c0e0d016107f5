package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.lab.experiment.Claim.Verdict;
import org.icl4j.lab.experiment.Conclusion;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.run.Runner;
import org.icl4j.lab.run.ShortRuns;
import org.icl4j.report.Progress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All six layers pass with the theorem's update, and any other is noticed in each. */
class LayersExperimentTest {
    private static final Map<String, String> SHORT = Map.of(
            "steps", "16", "batch", "8", "evaluations", "4", "prompts", "20", "n", "10", "dMlp", "32", "blocks", "1");

    @TempDir
    private Path directory;

    private ShortRuns runs(UpdateRule rule) {
        return new ShortRuns(new LayersExperiment(rule), SHORT, directory);
    }

    private static List<String> ofEveryLayer(String... quantities) {
        return Stream.of(quantities)
                .flatMap(quantity -> Arrays.stream(LayerKind.values()).map(layer -> quantity + "." + layer.label()))
                .toList();
    }

    @Test
    @Tag("extended")
    void everyClaimPasses() throws IOException {
        runs(new RankOneUpdate()).assertEveryClaimPasses(70);
    }

    @Test
    void everyIdentityHoldsInDoublePrecision() throws IOException {
        RunRequest request = new RunRequest("rank1.layers", Scale.QUICK, "f64", 7, Map.of("blocks", "2"));
        List<Conclusion> conclusions = new Runner(
                        new LayersExperiment(), request, KernelOptions.defaults(), Progress.silent())
                .run(directory.resolve("f64"), false)
                .conclusions();
        assertEquals(30, conclusions.size());
        conclusions.forEach(c -> assertEquals(Verdict.PASS, c.verdict(), c.id()));
    }

    @Test
    @Tag("extended")
    void layersThatLearntNothingFail() throws IOException {
        runs(new RankOneUpdate()).assertFailing(List.of("loss.trained.softmax", "loss.trained.gru"));
    }

    /** A mistake shows on blocks that learnt nothing. */
    @Test
    void transposedOuterProductFails() throws IOException {
        Map<String, String> untrained = new HashMap<>(SHORT);
        untrained.putAll(Map.of("steps", "1", "evaluations", "1"));
        new ShortRuns(new LayersExperiment(new Rank1ExperimentTest.Transposed()), untrained, directory)
                .assertFailing(ofEveryLayer(
                        "identity.random",
                        "part.random",
                        "tokens.random",
                        "identity.trained",
                        "part.trained",
                        "tokens.trained",
                        "loss.patched"));
    }

    @Test
    @Tag("extended")
    void missingNormFails() throws IOException {
        runs(new Rank1ExperimentTest.MissingNorm())
                .assertFailing(ofEveryLayer("identity.random", "part.random", "tokens.random", "identity.trained"));
    }

    @Test
    @Tag("extended")
    void sameBytesWhateverTheThreadsAndAfterAnInterruption() throws IOException {
        runs(new RankOneUpdate())
                .assertSameBytesAfterAnInterruption(
                        Arrays.stream(LayerKind.values()).map(LayerKind::label).toList());
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        runs(new RankOneUpdate()).assertRefused(Map.of("nHeads", "3"));
    }
}
