package org.icl4j.lab.rank1.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.lab.experiment.Claim.Verdict;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.rank1.WrongPatches;
import org.icl4j.lab.run.Runner;
import org.icl4j.report.Progress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The experiment passes with the papers' patches, and notices any other. */
class BlocksExperimentTest {

    /** Of no use for what is said of gains and of many queries. */
    private static final Map<String, String> TINY =
            Map.of("n", "4", "dModel", "8", "dMlp", "8", "depth", "4", "draws", "2", "gains", "2", "queries", "2");

    @TempDir
    private Path directory;

    private Map<String, Verdict> verdicts(PatchRule rule, String precision, Map<String, String> settings, int threads)
            throws IOException {
        RunRequest request = new RunRequest("rank1.blocks", Scale.QUICK, precision, 7, settings);
        Map<String, Verdict> verdicts = new TreeMap<>();
        new Runner(new BlocksExperiment(rule), request, KernelOptions.defaults().threads(threads), Progress.silent())
                .run(directory.resolve("threads-" + threads), false)
                .conclusions()
                .forEach(c ->
                        verdicts.put(c.id().substring("rank1.blocks.".length(), c.id().length() - 4), c.verdict()));
        return verdicts;
    }

    private static Set<String> failing(Map<String, Verdict> verdicts) {
        return verdicts.keySet().stream()
                .filter(quantity -> verdicts.get(quantity) != Verdict.PASS)
                .filter(quantity -> quantity.startsWith("one-block") || quantity.startsWith("stack"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    @Tag("extended")
    void everyClaimPasses() throws IOException {
        for (String precision : new String[] {"f32", "f64"}) {
            Map<String, Verdict> verdicts =
                    verdicts(PatchRule.SEQUENTIAL, precision, Map.of(), precision.equals("f32") ? 1 : 2);
            assertEquals(precision.equals("f32") ? 41 : 35, verdicts.size());
            verdicts.forEach((quantity, verdict) -> assertEquals(Verdict.PASS, verdict, quantity));
        }
    }

    @Test
    void identitiesHoldInBothPrecisionsAndBytesDoNotDependOnThreads() throws IOException {
        assertEquals(new TreeSet<>(), failing(verdicts(PatchRule.SEQUENTIAL, "f64", TINY, 3)));
        assertEquals(new TreeSet<>(), failing(verdicts(PatchRule.SEQUENTIAL, "f32", TINY, 1)));
        verdicts(PatchRule.SEQUENTIAL, "f32", TINY, 2);
        for (String file : new String[] {"measurements.csv", "claims.json"}) {
            assertArrayEquals(
                    Files.readAllBytes(directory.resolve("threads-1").resolve(file)),
                    Files.readAllBytes(directory.resolve("threads-2").resolve(file)),
                    file);
        }
    }

    @Test
    void changesThatAreTooLargeAreNoticed() throws IOException {
        Map<String, Verdict> verdicts = verdicts(new WrongPatches.Scaled(1.001), "f32", TINY, 2);
        assertEquals(2 * BlockKind.values().length, failing(verdicts).size(), verdicts.toString());
    }

    @Test
    void changesLeftOutAreNoticed() throws IOException {
        Map<String, Verdict> verdicts =
                verdicts(new WrongPatches.Without(name -> name.matches(".*(mlp.gate.weight|bias)")), "f32", TINY, 2);
        assertEquals(
                Stream.of("one-block.gpt2", "one-block.moe", "stack.gpt2", "stack.moe")
                        .collect(Collectors.toCollection(TreeSet::new)),
                failing(verdicts));
        assertEquals(Verdict.FAIL, verdicts.get("moe.gates"));
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        for (Map<String, String> wrong : List.of(Map.of("nHeads", "3"), Map.of("dModel", "12", "nHeads", "4"))) {
            UsageException refused =
                    assertThrows(UsageException.class, () -> verdicts(PatchRule.SEQUENTIAL, "f32", wrong, 1));
            assertTrue(refused.getMessage().contains("dHead")
                    || refused.getMessage().contains("dModel"));
        }
    }
}
