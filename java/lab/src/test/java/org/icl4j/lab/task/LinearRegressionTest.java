package org.icl4j.lab.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.icl4j.kernels.Precision;
import org.junit.jupiter.api.Test;

class LinearRegressionTest {
    private static final LinearRegression TASK = new LinearRegression(3);

    @Test
    void leastSquaresSolvesIt() {
        Prompts<double[]> prompts = TASK.sample(Precision.F64, 5, "test", 0, 20, 6);
        assertArrayEquals(prompts.targets(), LeastSquares.predict(prompts, 6), 1e-9);
        assertArrayEquals(new double[20], LeastSquares.predict(prompts, 0));
    }

    /** With fewer examples than dimensions, the solution of least norm: it answers 0 across all of them. */
    @Test
    void leastSquaresTakesTheLeastNorm() {
        double[][] xs = {{3, 4, 0}};
        double[] ys = {10};
        assertEquals(10, LeastSquares.predict(xs, ys, new double[] {3, 4, 0}), 1e-12);
        assertEquals(0, LeastSquares.predict(xs, ys, new double[] {4, -3, 7}), 1e-12);
    }

    @Test
    void promptsAreAFunctionOfTheirNumber() {
        Prompts<float[]> many = TASK.sample(Precision.F32, 5, "train", 9, 8, 4);
        Prompts<float[]> few = TASK.sample(Precision.F32, 5, "train", 9, 3, 4);
        assertArrayEquals(few.at(2).tokens().array(), many.at(2).tokens().array());
        assertNotEquals(
                many.targets()[0],
                TASK.sample(Precision.F32, 5, "evaluate", 9, 1, 4).targets()[0]);
        assertNotEquals(
                many.targets()[0],
                TASK.sample(Precision.F32, 5, "train", 8, 1, 4).targets()[0]);
        assertNotEquals(
                many.targets()[0],
                TASK.sample(Precision.F32, 6, "train", 9, 1, 4).targets()[0]);
    }

    @Test
    void secondMomentsAreThoseOfTheTask() {
        Prompts<double[]> prompts = TASK.sample(Precision.F64, 1, "moments", 0, 20_000, 0);
        double squares = 0;
        for (double target : prompts.targets()) {
            squares += target * target / prompts.count();
        }
        assertEquals(3, squares, 0.2);
        assertEquals(0, prompts.tokens().get(prompts.tokens().index(0, 0, 3)), "the query shows no answer");
    }

    @Test
    void partsOfPrompts() {
        Prompts<double[]> prompts = TASK.sample(Precision.F64, 5, "test", 0, 2, 6);
        double[][] rows = prompts.rows(1);
        double[][] cut = prompts.without(2, 4).rows(1);
        assertArrayEquals(new double[][] {rows[0], rows[1], rows[4], rows[5], rows[6]}, cut);
        assertArrayEquals(new double[][] {rows[6]}, prompts.queries().rows(1));
        assertArrayEquals(new double[][] {rows[0], rows[6]}, prompts.first(1).rows(1));
        assertArrayEquals(rows, prompts.at(1).rows(0));
        assertEquals(prompts.targets()[1], prompts.at(1).targets()[0]);
    }
}
