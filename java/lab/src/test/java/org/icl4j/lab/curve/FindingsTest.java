package org.icl4j.lab.curve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.lab.task.regression.Ridge;
import org.icl4j.lab.training.Curriculum;
import org.icl4j.report.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found of oracles in the place of the models. */
class FindingsTest {
    private static final Lesson LINEAR = new Lesson("linear", new LinearRegression(3), 7, 15, Curriculum.none(3, 7), 1);
    private static final Lesson NOISY =
            new Lesson("noisy", new LinearRegression(2, 0.5), 5, 9, Curriculum.none(2, 5), 1);

    @TempDir
    private Path directory;

    private Run<double[]> run(Kernels<double[]> kernels) {
        IclCurveExperiment experiment = new IclCurveExperiment();
        RunRequest request = new RunRequest(experiment.name(), Scale.QUICK, "f64", TaskSeed.SEED, Map.of());
        Settings settings = Settings.resolve(experiment.settings(), Scale.QUICK, Map.of());
        return new Run<>(experiment, request, settings, kernels, directory, Progress.silent());
    }

    @Test
    void oraclesAreFoundOut() {
        Map<String, Double> found = new TreeMap<>();
        try (Kernels<double[]> kernels = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            Run<?> run = run(kernels);
            new ContextLengthFindings(run, LINEAR, new LeastSquares(), 200).report();
            new ShiftFindings(run, LINEAR.functions(), new LeastSquares(), 200).report();
            OrderFindings.report(run, LINEAR, new LeastSquares(), 20);
            RidgeFindings.report(run, NOISY, new Ridge(0.25), 200);
            run.conclusions()
                    .forEach(c -> found.put(
                            c.id().substring("icl-curve.".length(), c.id().length() - ".f64".length()), c.measured()));
        }
        for (String zero : new String[] {
            "linear.at-d",
            "linear.at-2d",
            "linear.no-examples",
            "linear.few-examples",
            "shift.orthogonal",
            "order.deviation",
            "ridge.distance"
        }) {
            assertEquals(0, found.get(zero), 1e-6, zero + "; " + TaskSeed.hint());
        }
        assertTrue(found.get("linear.falling") < 1e-6, found + "; " + TaskSeed.hint());
        assertEquals(1, found.get("ridge.lambda"));
    }

    /** One who is wrong by 1, and by 2 past the longest prompt of training. */
    @Test
    void knownErrorsAreFoundOut() {
        Predictor wrong = prompt -> {
            double[] answers = prompt.targets().clone();
            for (int i = 0; i < answers.length; i++) {
                answers[i] += i < LINEAR.points() ? 1 : 2;
            }
            return answers;
        };
        Map<String, Double> found = new TreeMap<>();
        try (Kernels<double[]> kernels = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            Run<?> run = run(kernels);
            new ContextLengthFindings(run, LINEAR, wrong, 200).report();
            new ShiftFindings(run, LINEAR.functions(), wrong, 200).report();
            OrderFindings.report(run, LINEAR, wrong, 20);
            RidgeFindings.report(run, NOISY, new Ridge(0.3), 200);
            run.conclusions().forEach(c -> found.put(c.id(), c.measured()));
        }
        assertEquals(4, found.get("icl-curve.length.jump.f64"), 1e-9);
        assertEquals(1.0 / 81, found.get("icl-curve.shift.inputs-thrice.f64"), 1e-9);
        assertEquals(1.0 / 3, found.get("icl-curve.linear.at-d.f64"), 1e-9);
        assertTrue(found.get("icl-curve.ridge.least-squares.f64") > 10, found + "; " + TaskSeed.hint());
    }
}
