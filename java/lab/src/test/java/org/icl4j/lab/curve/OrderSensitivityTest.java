package org.icl4j.lab.curve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.regression.Averaging;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.junit.jupiter.api.Test;

class OrderSensitivityTest {
    /** Estimators are blind to order, but for rounding. */
    @Test
    void zeroWithoutSensitivity() {
        List<Points> prompts = Lesson.draw(new LinearRegression(3), TaskSeed.SEED, 20, 8);
        for (Predictor blind : List.of(new LeastSquares(), new Averaging())) {
            Estimate sensitivity = OrderSensitivity.of(blind, prompts, TaskSeed.SEED, 12);
            assertEquals(0, sensitivity.value(), 1e-9, blind + "; " + TaskSeed.hint());
        }
    }

    /** Who repeats the first label of 0 and 2 answers each in half of the orders: a deviation of 1. */
    @Test
    void knownSensitivity() {
        Points prompt = new Points(new double[3][1], new double[] {0, 2, 7}, new double[3]);
        Predictor first = points -> new double[] {0, 0, points.ys()[0]};
        Estimate sensitivity = OrderSensitivity.of(first, List.of(prompt, prompt), TaskSeed.SEED, 4000);
        assertEquals(1, sensitivity.value(), 0.02, TaskSeed.hint());
    }

    /** The query stays where it is. */
    @Test
    void theQueryIsNoExample() {
        List<Points> prompts = Lesson.draw(new LinearRegression(2), TaskSeed.SEED, 5, 6);
        Predictor query = points -> new double[] {points.xs()[5][0]};
        assertEquals(0, OrderSensitivity.of(query, prompts, TaskSeed.SEED, 10).value(), 1e-12);
    }
}
