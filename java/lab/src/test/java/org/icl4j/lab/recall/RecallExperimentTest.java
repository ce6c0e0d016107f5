package org.icl4j.lab.recall;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.lab.experiment.Claim.Verdict;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.run.Runner;
import org.icl4j.report.Progress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecallExperimentTest {
    private static final Map<String, String> SHORT =
            Map.of("steps", "12", "batch", "8", "dModel", "16", "evaluations", "4", "prompts", "200");

    @TempDir
    private Path directory;

    private Runner.Result run(String name, Map<String, String> settings, int threads, Progress progress, boolean resume)
            throws IOException {
        RunRequest request = new RunRequest("recall", Scale.QUICK, "f32", 7, settings);
        KernelOptions options = KernelOptions.defaults().threads(threads);
        return new Runner(new RecallExperiment(), request, options, progress).run(directory.resolve(name), resume);
    }

    private static Map<String, Verdict> verdicts(Runner.Result result) {
        Map<String, Verdict> verdicts = new TreeMap<>();
        result.conclusions().forEach(c -> verdicts.put(c.id(), c.verdict()));
        return verdicts;
    }

    @Test
    @Tag("extended")
    void everyClaimPasses() throws IOException {
        Map<String, Verdict> verdicts = verdicts(run("quick", Map.of(), 2, Progress.silent(), false));
        assertEquals(5, verdicts.size());
        verdicts.forEach((id, verdict) -> assertEquals(Verdict.PASS, verdict, id));
    }

    @Test
    void modelsThatLearntNothingFail() throws IOException {
        Map<String, Verdict> verdicts = verdicts(run("short", SHORT, 2, Progress.silent(), false));
        for (String quantity : List.of("one-layer.known", "two-layers.held-out", "two-layers.known")) {
            assertEquals(Verdict.FAIL, verdicts.get("recall." + quantity + ".f32"), quantity);
        }
    }

    /** Stops the run in the middle of the second model's training. */
    private static final class Interruption extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static Progress interrupting() {
        return (name, total) -> new Progress.Stage() {
            @Override
            public void at(long done, String note) {
                if (name.endsWith("two-layers") && done == 8) {
                    throw new Interruption();
                }
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void sameBytesWhateverTheThreadsAndAfterAnInterruption() throws IOException {
        Path one = run("one", SHORT, 1, Progress.silent(), false).directory();
        assertThrows(Interruption.class, () -> run("two", SHORT, 2, interrupting(), false));
        Path two = run("two", SHORT, 2, Progress.silent(), true).directory();
        for (String file : List.of(
                "measurements.csv",
                "claims.json",
                "checkpoints/one-layer.safetensors",
                "checkpoints/two-layers.safetensors")) {
            assertArrayEquals(Files.readAllBytes(one.resolve(file)), Files.readAllBytes(two.resolve(file)), file);
        }
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        for (Map<String, String> settings :
                List.of(Map.of("pairs", "17"), Map.of("nHeads", "3"), Map.of("keys", "5"))) {
            assertThrows(UsageException.class, () -> run("refused", settings, 1, Progress.silent(), false));
        }
    }
}
