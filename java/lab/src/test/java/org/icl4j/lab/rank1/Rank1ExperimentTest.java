package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.lab.experiment.Claim.Verdict;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.run.Runner;
import org.icl4j.report.Progress;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The experiment passes with the theorem's update, and notices any other. */
class Rank1ExperimentTest {
    /** Enough training for every claim at the quick scale, and no more. */
    private static final Map<String, String> SHORT =
            Map.of("steps", "150", "batch", "32", "lr", "0.002", "evaluations", "2", "prompts", "100");

    /** A mistake shows on blocks that learnt nothing. */
    private static final Map<String, String> UNTRAINED =
            Map.of("steps", "5", "batch", "8", "evaluations", "1", "prompts", "50");

    @TempDir
    private Path directory;

    private Map<String, Verdict> verdicts(Experiment experiment, String precision, Map<String, String> settings)
            throws IOException {
        Map<String, Verdict> verdicts = new TreeMap<>();
        run(experiment, precision, settings, 2).conclusions().forEach(c -> verdicts.put(c.id(), c.verdict()));
        return verdicts;
    }

    private Runner.Result run(Experiment experiment, String precision, Map<String, String> settings, int threads)
            throws IOException {
        RunRequest request = new RunRequest("rank1", Scale.QUICK, precision, 7, settings);
        KernelOptions options = KernelOptions.defaults().threads(threads);
        return new Runner(experiment, request, options, Progress.silent())
                .run(directory.resolve(precision + "-" + threads), false);
    }

    private static void assertAllPass(Map<String, Verdict> verdicts) {
        assertEquals(25, verdicts.size());
        verdicts.forEach((id, verdict) -> assertEquals(Verdict.PASS, verdict, id));
    }

    @Test
    void everyClaimPassesInSinglePrecision() throws IOException {
        assertAllPass(verdicts(new Rank1Experiment(), "f32", SHORT));
    }

    @Test
    void everyClaimPassesInDoublePrecision() throws IOException {
        assertAllPass(verdicts(new Rank1Experiment(), "f64", SHORT));
    }

    /** The kernels that a run gets, first cold and then compiled. */
    @Test
    void sameBytesWhateverTheThreads() throws IOException {
        Map<String, String> settings = Map.of("steps", "20", "batch", "16", "evaluations", "2", "prompts", "50");
        Path two = run(new Rank1Experiment(), "f32", settings, 2).directory();
        Path one = run(new Rank1Experiment(), "f32", settings, 1).directory();
        for (String file : List.of("measurements.csv", "claims.json", "checkpoints/block.safetensors")) {
            assertArrayEquals(Files.readAllBytes(two.resolve(file)), Files.readAllBytes(one.resolve(file)), file);
        }
    }

    private static <A> Tensor<A> correct(Kernels<A> kernels, Tensor<A> w, Tensor<A> delta, Tensor<A> a) {
        return new RankOneUpdate().update(kernels, w, delta, a);
    }

    /** The outer product the other way round, in the storage of the right one. */
    static final class Transposed implements UpdateRule {
        @Override
        public <A> Tensor<A> update(Kernels<A> kernels, Tensor<A> w, Tensor<A> delta, Tensor<A> a) {
            Tensor<A> update = correct(kernels, w, delta, a);
            Tensor<A> transposed = update.zerosLike();
            int rows = update.dim(0);
            int cols = update.dim(1);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < cols; j++) {
                    transposed.set(j * rows + i, update.get(i * cols + j));
                }
            }
            return transposed;
        }
    }

    /** (W·δ)·aᵀ, not divided by ‖a‖². */
    static final class MissingNorm implements UpdateRule {
        @Override
        public <A> Tensor<A> update(Kernels<A> kernels, Tensor<A> w, Tensor<A> delta, Tensor<A> a) {
            Tensor<A> update = correct(kernels, w, delta, a);
            double squared = Math.pow(a.norm(), 2);
            for (int i = 0; i < update.size(); i++) {
                update.set(i, squared * update.get(i));
            }
            return update;
        }
    }

    /** Nothing at all. */
    static final class Missing implements UpdateRule {
        @Override
        public <A> Tensor<A> update(Kernels<A> kernels, Tensor<A> w, Tensor<A> delta, Tensor<A> a) {
            return w.zerosLike();
        }
    }

    private void assertNoticed(UpdateRule mistake) throws IOException {
        Map<String, Verdict> verdicts = verdicts(new Rank1Experiment(mistake), "f32", UNTRAINED);
        for (String quantity : List.of(
                "identity.random",
                "identity.trained",
                "identity.table",
                "part.any",
                "tokens.prefix",
                "tokens.removal")) {
            assertEquals(Verdict.FAIL, verdicts.get("rank1." + quantity + ".f32"), quantity);
        }
        assertTrue(verdicts.containsValue(Verdict.PASS), "claims that do not rest on the update still pass");
    }

    @Test
    void transposedOuterProductFails() throws IOException {
        assertNoticed(new Transposed());
    }

    @Test
    void missingNormFails() throws IOException {
        assertNoticed(new MissingNorm());
    }

    @Test
    void missingUpdateFails() throws IOException {
        assertNoticed(new Missing());
    }
}
