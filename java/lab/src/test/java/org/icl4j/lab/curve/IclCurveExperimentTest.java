package org.icl4j.lab.curve;

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

    private Runner.Result run(String name, Map<String, String> settings, int threads, Progress progress, boolean resume)
            throws IOException {
        RunRequest request = new RunRequest("icl-curve", Scale.QUICK, "f32", 7, settings);
        KernelOptions options = KernelOptions.defaults().threads(threads);
        return new Runner(new IclCurveExperiment(), request, options, progress).run(directory.resolve(name), resume);
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
        assertEquals(12, verdicts.size());
        verdicts.forEach((id, verdict) -> assertEquals(Verdict.PASS, verdict, id));
    }

    @Test
    void modelsThatLearntNothingFail() throws IOException {
        Map<String, Verdict> verdicts = verdicts(run("short", SHORT, 2, Progress.silent(), false));
        for (String quantity : List.of("linear.at-d", "linear.at-2d", "length.jump", "ridge.lambda")) {
            assertEquals(Verdict.FAIL, verdicts.get("icl-curve." + quantity + ".f32"), quantity);
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
                if (name.endsWith("noisy") && done == 8) {
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
                "measurements.csv", "claims.json", "checkpoints/linear.safetensors", "checkpoints/noisy.safetensors")) {
            assertArrayEquals(Files.readAllBytes(one.resolve(file)), Files.readAllBytes(two.resolve(file)), file);
        }
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        for (Map<String, String> settings : List.of(
                Map.of("points", "5", "positions", "11", "nDims", "3"),
                Map.of("positions", "12", "points", "6"),
                Map.of("nHeads", "3"))) {
            assertThrows(UsageException.class, () -> run("refused", settings, 1, Progress.silent(), false));
        }
    }
}
