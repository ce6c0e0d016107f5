package org.icl4j.lab.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.lab.experiment.Claim.Verdict;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.report.Progress;

/**
 * Runs of an experiment that last seconds, and what is asked of every experiment that trains.
 *
 * @param settings with which a run is short
 * @param directory where the runs are
 */
public record ShortRuns(Experiment experiment, Map<String, String> settings, Path directory) {
    private static final int SEED = 7;

    private Runner.Result run(String name, Map<String, String> given, int threads, Progress progress, boolean resume)
            throws IOException {
        return run(name, "f32", given, threads, progress, resume);
    }

    private Runner.Result run(
            String name, String precision, Map<String, String> given, int threads, Progress progress, boolean resume)
            throws IOException {
        RunRequest request = new RunRequest(experiment.name(), Scale.QUICK, precision, SEED, given);
        KernelOptions options = KernelOptions.defaults().threads(threads);
        return new Runner(experiment, request, options, progress).run(directory.resolve(name), resume);
    }

    /** The verdicts by what stands behind the experiment's name, without the precision where it is the run's. */
    private Map<String, Verdict> verdicts(Map<String, String> given) throws IOException {
        Map<String, Verdict> verdicts = new TreeMap<>();
        String prefix = experiment.name() + ".";
        run("verdicts", given, 2, Progress.silent(), false)
                .conclusions()
                .forEach(c -> verdicts.put(c.id().substring(prefix.length()).replaceFirst("\\.f32$", ""), c.verdict()));
        return verdicts;
    }

    /** At quick scale as it is, which takes a minute. */
    public void assertEveryClaimPasses(int claims) throws IOException {
        Map<String, Verdict> verdicts = verdicts(Map.of());
        assertEquals(claims, verdicts.size());
        verdicts.forEach((quantity, verdict) -> assertEquals(Verdict.PASS, verdict, quantity));
    }

    /** That what a short run teaches is not enough for these. */
    public void assertFailing(List<String> quantities) throws IOException {
        Map<String, Verdict> verdicts = verdicts(settings);
        quantities.forEach(quantity -> assertEquals(Verdict.FAIL, verdicts.get(quantity), quantity));
    }

    /** Stops a run in the middle of a training. */
    private static final class Interruption extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static Progress interrupting(String model) {
        return (name, total) -> new Progress.Stage() {
            @Override
            public void at(long done, String note) {
                if (name.endsWith(model) && done == 8) {
                    throw new Interruption();
                }
            }

            @Override
            public void close() {}
        };
    }

    /** One thread, and two with an interruption while {@code models.get(1)} is trained. */
    public void assertSameBytesAfterAnInterruption(List<String> models) throws IOException {
        Path one = run("one", settings, 1, Progress.silent(), false).directory();
        assertThrows(Interruption.class, () -> run("two", settings, 2, interrupting(models.get(1)), false));
        Path two = run("two", settings, 2, Progress.silent(), true).directory();
        for (String model : models) {
            assertSame(one, two, "checkpoints/" + model + ".safetensors");
        }
        assertSame(one, two, "measurements.csv");
        assertSame(one, two, "claims.json");
    }

    private static void assertSame(Path one, Path two, String file) throws IOException {
        assertArrayEquals(Files.readAllBytes(one.resolve(file)), Files.readAllBytes(two.resolve(file)), file);
    }

    /** Before anything is trained. */
    public void assertRefusedInDoublePrecision() {
        UsageException refused =
                assertThrows(UsageException.class, () -> run("double", "f64", settings, 1, interrupting(""), false));
        assertTrue(refused.getMessage().contains("[f32]"), refused.getMessage());
    }

    public void assertRefused(Map<String, String> given) {
        assertThrows(UsageException.class, () -> run("refused", given, 1, Progress.silent(), false), given::toString);
    }
}
