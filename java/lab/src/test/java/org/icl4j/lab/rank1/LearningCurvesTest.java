package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.task.Prompts;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.report.Progress;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The curves of a block that learnt nothing, against what its parts give one by one. */
class LearningCurvesTest {
    private static final ContextualBlockConfig CONFIG = new ContextualBlockConfig(3, 4, 2, 6);
    private static final int EXAMPLES = 3;
    private static final int SECOND = 1;
    private static final int RATE = 1;

    @TempDir
    private Path directory;

    private static double halfSquare(double answer, double target) {
        return Math.pow(answer - target, 2) / 2;
    }

    @Test
    void curvesAreThoseOfTheParts() {
        try (Kernels<double[]> f64 = Kernels.open(Precision.F64, KernelOptions.defaults())) {
            ContextualBlock<double[]> block = new ContextualBlock<>(
                    CONFIG, f64, ContextualBlock.initialize(CONFIG, Precision.F64, TaskSeed.SEED));
            PatchedBlock<double[]> patching = new PatchedBlock<>(block, new RankOneUpdate());
            Prompts<double[]> prompts =
                    Prompts.sample(new LinearRegression(2), Precision.F64, TaskSeed.SEED, "curves", 0, 3, EXAMPLES);
            LearningCurves curves = LearningCurves.of(run(f64), patching, prompts);
            Prompts<double[]> prompt = prompts.at(SECOND);
            double target = prompt.targets()[0];
            ExplicitLearner<double[]> learner = new ExplicitLearner<>(block, LearningCurves.RATES.get(RATE));
            for (int i = 0; i <= EXAMPLES; i++) {
                Tensor<double[]> output = block.apply(prompt.first(i).tokens());
                assertEquals(halfSquare(Errors.prediction(output, 0), target), curves.icl()[SECOND][i], 1e-12);
                if (i > 0) {
                    Prompts<double[]> example = prompt.exampleAsQuery(i - 1);
                    learner.learn(example.tokens(), example.targets()[0]);
                    double own = Errors.cosine(patching.update(prompt.first(i), 0, 0, i), learner.update());
                    assertEquals(own, curves.alignment()[RATE][SECOND][i - 1], 1e-12);
                    Prompts<double[]> other = prompts.at(SECOND - 1).first(i);
                    double foreign = Errors.cosine(patching.update(other, 0, 0, i), learner.update());
                    assertEquals(foreign, curves.foreign()[RATE][SECOND][i - 1], 1e-12);
                }
                double answer = learner.answer(prompt.queries().tokens());
                assertEquals(halfSquare(answer, target), curves.sgd()[RATE][SECOND][i], 1e-12);
            }
        }
    }

    private Run<double[]> run(Kernels<double[]> kernels) {
        Experiment experiment = new LearningExperiment();
        RunRequest request = new RunRequest(experiment.name(), Scale.QUICK, "f64", 1, Map.of());
        Settings settings = Settings.resolve(experiment.settings(), Scale.QUICK, Map.of());
        return new Run<>(experiment, request, settings, kernels, directory, Progress.silent());
    }
}
