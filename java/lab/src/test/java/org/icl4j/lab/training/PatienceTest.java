package org.icl4j.lab.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.recall.RecallExperiment;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.report.Progress;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.training.Schedule;
import org.icl4j.transformer.training.Trainer;
import org.icl4j.transformer.training.TrainingSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When training ends before its last step. */
class PatienceTest {
    private static final DecoderConfig CONFIG = DecoderConfig.garg(1, 3, 1, 1, 4);

    @TempDir
    private Path directory;

    /** Gives these numbers in turn, whatever the model. */
    private static final class Script implements TrainingRun.Evaluator {
        private final double[] values;
        private int next;

        Script(double... values) {
            this.values = values;
        }

        @Override
        public int width() {
            return 1;
        }

        @Override
        public double[] measure() {
            return new double[] {values[next++]};
        }
    }

    /** The step of the last evaluation of a training of 60 steps with one every 10, the first before any step. */
    private long lastStep(String name, int patience, double... values) throws IOException {
        RunRequest request = new RunRequest("recall", Scale.QUICK, "f32", 1, Map.of());
        Settings settings = Settings.resolve(new RecallExperiment().settings(), Scale.QUICK, Map.of());
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, KernelOptions.defaults())) {
            Run<float[]> run =
                    new Run<>(new RecallExperiment(), request, settings, kernels, directory, Progress.silent());
            Decoder<float[]> decoder =
                    new Decoder<>(CONFIG, kernels, Decoder.initialize(CONFIG, Initialization.FAN_IN, Precision.F32, 1));
            RegressionObjective<float[]> objective =
                    new RegressionObjective<>(Precision.F32, new LinearRegression(1), Curriculum.none(1, 2), 1, 2);
            TrainingSettings constant = TrainingSettings.of(Schedule.constant(1e-3));
            TrainingRun.Plan plan = new TrainingRun.Plan(60, 6, patience);
            try (Trainer<float[]> trainer = new Trainer<>(decoder, objective, constant, 1)) {
                List<TrainingRun.Evaluation> history =
                        new TrainingRun<>(run, name, trainer, plan, new Script(values)).train();
                assertEquals(trainer.adam().steps(), history.getLast().step());
                return history.getLast().step();
            }
        }
    }

    @Test
    void withoutPatienceToTheEnd() throws IOException {
        assertEquals(60, lastStep("rising", 0, 1, 2, 3, 4, 5, 6, 7));
    }

    @Test
    void evaluationsWithoutABetterOneAreCounted() throws IOException {
        assertEquals(20, lastStep("worse", 2, 1, 2, 3));
        assertEquals(30, lastStep("equal", 3, 1, 1, 1, 1));
        assertEquals(40, lastStep("later", 2, 5, 6, 4, 4, 7));
        assertEquals(60, lastStep("better", 2, 7, 8, 6, 7, 5, 6, 4));
    }

    @Test
    void whatIsNoNumberIsNotBetter() throws IOException {
        assertEquals(20, lastStep("nan", 2, 1, Double.NaN, Double.NaN));
    }
}
