package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.lab.experiment.Claim.Verdict;
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
        runs(new RankOneUpdate()).assertEveryClaimPasses(104);
    }

    private Map<String, Verdict> inDoublePrecision(UpdateRule rule) throws IOException {
        RunRequest request = new RunRequest("rank1.layers", Scale.QUICK, "f64", 7, Map.of("blocks", "1"));
        Map<String, Verdict> verdicts = new TreeMap<>();
        new Runner(new LayersExperiment(rule), request, KernelOptions.defaults(), Progress.silent())
                .run(directory.resolve("f64"), false)
                .conclusions()
                .forEach(c -> verdicts.put(c.id(), c.verdict()));
        assertEquals(38, verdicts.size());
        return verdicts;
    }

    @Test
    void everyIdentityHoldsInDoublePrecision() throws IOException {
        inDoublePrecision(new RankOneUpdate()).forEach((id, verdict) -> assertEquals(Verdict.PASS, verdict, id));
    }

    @Test
    void anotherUpdateFailsForEveryLayer() throws IOException {
        Map<String, Verdict> verdicts = inDoublePrecision(new Rank1ExperimentTest.Transposed());
        for (String quantity : ofEveryLayer("identity.random", "part.random", "tokens.random")) {
            assertEquals(Verdict.FAIL, verdicts.get("rank1.layers." + quantity + ".f64"), quantity);
        }
        assertEquals(Verdict.FAIL, verdicts.get("rank1.layers.skip.random.f64"));
    }

    @Test
    @Tag("extended")
    void layersThatLearntNothingFail() throws IOException {
        runs(new RankOneUpdate()).assertFailing(List.of("loss.trained.softmax", "loss.trained.gru"));
    }

    @Test
    @Tag("extended")
    void anotherUpdateFailsForEveryTrainedLayer() throws IOException {
        runs(new Rank1ExperimentTest.MissingNorm())
                .assertFailing(Stream.of("", ".f64")
                        .flatMap(
                                precision -> ofEveryLayer("identity.trained", "part.trained", "tokens.trained").stream()
                                        .map(quantity -> quantity + precision))
                        .toList());
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
