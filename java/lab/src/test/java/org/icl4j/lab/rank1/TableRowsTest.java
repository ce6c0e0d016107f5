package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Claim.Verdict;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.patch.Conditioning;
import org.icl4j.report.Progress;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableRowsTest {
    private static final ContextualBlockConfig CONFIG = new ContextualBlockConfig(3, 8, 2, 16);

    /** The claim on the table alone, of an experiment that is not run. */
    private static final class TableOnly implements Experiment {
        @Override
        public String name() {
            return "rank1";
        }

        @Override
        public String summary() {
            return "";
        }

        @Override
        public Map<Scale, String> durations() {
            return Map.of();
        }

        @Override
        public List<Setting> settings() {
            return new Rank1Experiment().settings();
        }

        @Override
        public List<Claim> claims(Scale scale, Precision<?> precision) {
            return Rank1Claims.at(scale, precision).stream()
                    .filter(claim -> claim.id().startsWith("rank1.identity.table."))
                    .toList();
        }

        @Override
        public <A> void run(Run<A> run) {
            throw new AssertionError("the table is run by itself, not as an experiment");
        }
    }

    @TempDir
    private Path directory;

    private Verdict verdict(UpdateRule rule) throws IOException {
        Path table = Files.writeString(directory.resolve("t.csv"), "mpg,wt\n1,2\n2,4\n3,5\n");
        Experiment experiment = new TableOnly();
        RunRequest request = new RunRequest("rank1", Scale.QUICK, "f64", 1, Map.of());
        Settings settings = Settings.resolve(
                experiment.settings(), Scale.QUICK, Map.of("data", table.toString(), "features", "wt"));
        try (Kernels<double[]> kernels =
                Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"))) {
            Run<double[]> run = new Run<>(experiment, request, settings, kernels, directory, Progress.silent());
            ContextualBlock<double[]> block =
                    new ContextualBlock<>(CONFIG, kernels, ContextualBlock.initialize(CONFIG, Precision.F64, 1));
            TableRows.run(run, new PatchedBlock<>(block, rule), TableRows.read(run));
            return run.conclusions().getFirst().verdict();
        }
    }

    /** Rows without an update are left out; if that is all of them, nothing was shown. */
    private static final class NoUpdate implements UpdateRule {
        @Override
        public <A> Tensor<A> update(Kernels<A> kernels, Tensor<A> w, Tensor<A> delta, Tensor<A> a) {
            new Conditioning(0, 1).require(Precision.F64, "W", "|A(x)|", "|A(C,x)|");
            return w;
        }
    }

    @Test
    void nothingComparedIsNoPass() throws IOException {
        assertEquals(Verdict.FAIL, verdict(new NoUpdate()));
    }

    @Test
    void everyRowCompared() throws IOException {
        assertEquals(Verdict.PASS, verdict(new RankOneUpdate()));
    }
}
