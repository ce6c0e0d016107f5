package org.icl4j.lab.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.BitSet;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.lab.task.regression.LinearRegression;
import org.junit.jupiter.api.Test;

class PromptsTest {
    private static final LinearRegression TASK = new LinearRegression(3);

    @Test
    void leastSquaresSolvesIt() {
        Prompts<double[]> prompts = Prompts.sample(TASK, Precision.F64, 5, "test", 0, 20, 6);
        assertArrayEquals(prompts.targets(), prompts.predictions(new LeastSquares()), 1e-9);
        assertArrayEquals(new double[20], prompts.first(0).predictions(new LeastSquares()));
    }

    @Test
    void promptsAreAFunctionOfTheirNumber() {
        Prompts<float[]> many = Prompts.sample(TASK, Precision.F32, 5, "train", 9, 8, 4);
        Prompts<float[]> few = Prompts.sample(TASK, Precision.F32, 5, "train", 9, 3, 4);
        assertArrayEquals(few.at(2).tokens().array(), many.at(2).tokens().array());
        assertNotEquals(
                many.targets()[0],
                Prompts.sample(TASK, Precision.F32, 5, "evaluate", 9, 1, 4).targets()[0]);
        assertNotEquals(
                many.targets()[0],
                Prompts.sample(TASK, Precision.F32, 5, "train", 8, 1, 4).targets()[0]);
        assertNotEquals(
                many.targets()[0],
                Prompts.sample(TASK, Precision.F32, 6, "train", 9, 1, 4).targets()[0]);
    }

    @Test
    void secondMomentsAreThoseOfTheTask() {
        Prompts<double[]> prompts = Prompts.sample(TASK, Precision.F64, 1, "moments", 0, 20_000, 0);
        double squares = 0;
        for (double target : prompts.targets()) {
            squares += target * target / prompts.count();
        }
        assertEquals(3, squares, 0.2);
        assertEquals(0, prompts.tokens().get(prompts.tokens().index(0, 0, 3)), "the query shows no answer");
    }

    @Test
    void partsOfPrompts() {
        Prompts<double[]> prompts = Prompts.sample(TASK, Precision.F64, 5, "test", 0, 2, 6);
        double[][] rows = prompts.rows(1);
        double[][] cut = prompts.without(2, 4).rows(1);
        assertArrayEquals(new double[][] {rows[0], rows[1], rows[4], rows[5], rows[6]}, cut);
        BitSet scattered = BitSet.valueOf(new long[] {0b100101});
        assertArrayEquals(
                new double[][] {rows[1], rows[3], rows[4], rows[6]},
                prompts.without(scattered).rows(1));
        assertArrayEquals(rows, prompts.without(new BitSet()).rows(1));
        assertArrayEquals(new double[][] {rows[6]}, prompts.queries().rows(1));
        assertArrayEquals(new double[][] {rows[0], rows[6]}, prompts.first(1).rows(1));
        assertArrayEquals(rows, prompts.at(1).rows(0));
        assertEquals(prompts.targets()[1], prompts.at(1).targets()[0]);
    }

    @Test
    void theQueryIsNoPart() {
        Prompts<double[]> prompts = Prompts.sample(TASK, Precision.F64, 5, "test", 0, 2, 6);
        BitSet query = new BitSet();
        query.set(6);
        assertThrows(IllegalArgumentException.class, () -> prompts.without(query));
    }

    @Test
    void examplesAsQueries() {
        Prompts<double[]> prompts = Prompts.sample(TASK, Precision.F64, 5, "test", 0, 3, 6);
        double[] example = prompts.rows(2)[4];
        Prompts<double[]> query = prompts.exampleAsQuery(4);
        assertArrayEquals(new double[][] {{example[0], example[1], example[2], 0}}, query.rows(2));
        assertEquals(example[3], query.targets()[2]);
        Prompts<double[]> range = prompts.range(1, 3);
        assertEquals(2, range.count());
        assertArrayEquals(prompts.rows(2), range.rows(1));
        assertEquals(prompts.targets()[2], range.targets()[1]);
    }
}
