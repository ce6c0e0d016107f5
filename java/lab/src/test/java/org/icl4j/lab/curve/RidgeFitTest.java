package org.icl4j.lab.curve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.lab.task.regression.Ridge;
import org.junit.jupiter.api.Test;

class RidgeFitTest {
    private static final double[] GRID = {0.0625, 0.125, 0.25, 0.5, 1};
    private static final List<Points> PROMPTS = Lesson.draw(new LinearRegression(3, 0.5), TaskSeed.SEED, 300, 8);

    @Test
    void findsTheRidgeThatItIs() {
        for (double lambda : GRID) {
            RidgeFit fit = RidgeFit.of(new Ridge(lambda), PROMPTS, 3, GRID);
            assertEquals(lambda, fit.bestLambda());
            assertEquals(0, fit.leastDistance().value());
            assertTrue(fit.toLeastSquares().value() > 0.01, fit + "; " + TaskSeed.hint());
        }
    }

    @Test
    void nearestWhereItIsNotOnTheGrid() {
        assertEquals(0.5, RidgeFit.of(new Ridge(0.55), PROMPTS, 3, GRID).bestLambda(), TaskSeed.hint());
    }

    /** In one dimension Σxy/Σx² and Σxy/(Σx² + λ) differ the more the larger λ is; in three only on average. */
    @Test
    void leastSquaresIsNearestToTheLeastRidge() {
        List<Points> lines = Lesson.draw(new LinearRegression(1, 0.5), TaskSeed.SEED, 300, 8);
        RidgeFit fit = RidgeFit.of(new LeastSquares(), lines, 1, GRID);
        assertEquals(0.0625, fit.bestLambda(), TaskSeed.hint());
        assertEquals(0, fit.toLeastSquares().value());
        assertEquals(0, fit.leastSquaresByRidge().value());
    }

    /** ⟨x, ω⟩/(1 + λ) of one example x = 1, y = ω: for 0 examples both answer 0. */
    @Test
    void knownDistance() {
        Points prompt = new Points(new double[][] {{1}, {1}}, new double[] {2, 0}, new double[2]);
        RidgeFit fit = RidgeFit.of(new Ridge(1), List.of(prompt, prompt), 2, 3);
        assertEquals(Math.pow(1 - 0.5, 2) / 2 / 2, fit.leastDistance().value(), 1e-12);
        assertEquals(Math.pow(1 - 2, 2) / 2 / 2, fit.toLeastSquares().value(), 1e-12);
        assertEquals(4, fit.leastSquaresByRidge().value(), 1e-9);
    }

    /** Answers of 100 are 98 from least squares, 99 from ridge regression, and 100 from both where there are no examples. */
    @Test
    void aPromptCountsForSoMuchToLeastSquares() {
        Points prompt = new Points(new double[][] {{1}, {1}}, new double[] {2, 0}, new double[2]);
        Predictor far = points -> new double[] {100, 100};
        RidgeFit fit = RidgeFit.of(far, List.of(prompt, prompt), 2, 1);
        assertEquals(RidgeFit.MOST, fit.toLeastSquares().value());
        assertEquals((99 * 99 + 100 * 100) / 4.0, fit.leastDistance().value(), 1e-9);
        assertEquals(
                RidgeFit.MOST / fit.leastDistance().value(),
                fit.leastSquaresByRidge().value(),
                1e-12);
    }
}
