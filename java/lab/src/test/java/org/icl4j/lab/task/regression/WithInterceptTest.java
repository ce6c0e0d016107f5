package org.icl4j.lab.task.regression;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.probability.Draws;
import org.junit.jupiter.api.Test;

class WithInterceptTest {
    /** A constant and two coefficients are found from three examples. */
    @Test
    void affineFunctionsAreFound() {
        double[][] xs = new double[3][];
        double[] ys = new double[3];
        for (int i = 0; i < 3; i++) {
            xs[i] = Draws.gaussians(TaskSeed.stream("intercept", i), 2);
            ys[i] = 7 + 2 * xs[i][0] - 3 * xs[i][1];
        }
        double answer = new WithIntercept(new LeastSquares()).predict(xs, ys, new double[] {10, 100});
        assertEquals(7 + 20 - 300, answer, 1e-6, TaskSeed.hint());
    }

    /** Of labels 1 and 2 at the input 0 only the constant speaks: their sum, by 2 + λ. */
    @Test
    void theConstantIsPenalisedToo() {
        double[][] xs = {{0}, {0}};
        double[] ys = {1, 2};
        assertEquals(3 / 2.5, new WithIntercept(new Ridge(0.5)).predict(xs, ys, new double[] {9}), 1e-12);
    }

    @Test
    void noExamples() {
        assertEquals(0, new WithIntercept(new Ridge(1)).predict(new double[0][], new double[0], new double[] {1}));
    }
}
