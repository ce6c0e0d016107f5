package org.icl4j.lab.curve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.icl4j.lab.task.Sample;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.regression.FunctionClass;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Zero;
import org.junit.jupiter.api.Test;

class SquaredDifferencesTest {
    @Test
    void knownNumbers() {
        SquaredDifferences values =
                SquaredDifferences.of(new double[][] {{1, 2, 3}, {4, 5, 6}}, new double[][] {{1, 0, 0}, {3, 5, 10}}, 2);
        assertEquals(2, values.most());
        assertArrayEquals(new double[] {4.5, 8}, values.at(2));
        assertArrayEquals(new double[] {0.25, 1, 6.25}, values.curve());
        assertArrayEquals(new double[] {6.5 / 3, 8.5 / 3}, values.averages(), 1e-15);
        assertEquals(6.25, values.mean(2).value());
    }

    /** Least squares of k &lt; d examples is wrong by (1 − k/d) of answering 0 in expectation, and right from k = d on. */
    @Test
    void aModelThatIsTheOracle() {
        FunctionClass functions = new LinearRegression(4);
        List<Points> prompts = Lesson.draw(functions, TaskSeed.SEED, 3000, 7);
        SquaredDifferences errors = SquaredDifferences.errors(new LeastSquares(), prompts, functions.zeroError());
        for (int k = 0; k < 4; k++) {
            Sample sample = new Sample();
            for (double error : errors.at(k)) {
                sample.add(error);
            }
            sample.assertMean(1 - k / 4.0, "least squares of " + k + " examples in 4 dimensions");
        }
        for (int k = 5; k <= errors.most(); k++) {
            assertTrue(errors.mean(k).value() < 1e-12, k + " examples: " + errors.mean(k));
        }
    }

    @Test
    void errorsAreAgainstTargetsWithoutNoise() {
        Points prompt = new Points(new double[][] {{1}, {2}}, new double[] {100, 200}, new double[] {3, 4});
        assertArrayEquals(
                new double[] {9, 16},
                SquaredDifferences.errors(new Zero(), List.of(prompt), 1).curve());
    }
}
