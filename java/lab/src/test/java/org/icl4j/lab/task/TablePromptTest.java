package org.icl4j.lab.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.hipparchus.stat.regression.OLSMultipleLinearRegression;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;

class TablePromptTest {
    private static final Table CARS = TableReader.read("mtcars", "mpg", List.of("wt", "hp"));

    /** The published fit of this table: mpg = 37.22727 − 3.87783·wt − 0.03177·hp. */
    @Test
    void sampleIsThePublishedTable() {
        OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
        regression.newSampleData(CARS.ys(), CARS.xs());
        assertArrayEquals(new double[] {37.22727, -3.87783, -0.03177}, regression.estimateRegressionParameters(), 5e-6);
        assertEquals(0.8268, regression.calculateRSquared(), 5e-5);
    }

    @Test
    void leastSquaresIsTheRegressionOnTheOtherRows() {
        for (int row = 0; row < CARS.rows(); row++) {
            double[][] xs = new double[CARS.rows() - 1][];
            double[] ys = new double[CARS.rows() - 1];
            for (int i = 0; i < ys.length; i++) {
                int from = i < row ? i : i + 1;
                xs[i] = CARS.xs()[from];
                ys[i] = CARS.ys()[from];
            }
            OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
            regression.newSampleData(ys, xs);
            double[] b = regression.estimateRegressionParameters();
            double expected = b[0] + b[1] * CARS.xs()[row][0] + b[2] * CARS.xs()[row][1];
            assertEquals(expected, TablePrompt.of(CARS, row, 2, Precision.F64).leastSquares(), 1e-9);
        }
    }

    @Test
    void promptIsStandardisedByTheContextAlone() {
        int row = 7;
        TablePrompt<double[]> prompt = TablePrompt.of(CARS, row, 4, Precision.F64);
        Tensor<double[]> tokens = prompt.prompts().tokens();
        assertArrayEquals(new int[] {1, 32, 5}, tokens.shape());
        for (int column : new int[] {0, 1, 4}) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < 31; i++) {
                double value = tokens.get(tokens.index(0, i, column));
                sum += value;
                squares += value * value;
            }
            assertEquals(0, sum, 1e-12);
            assertEquals(30, squares, 1e-11);
        }
        for (int i = 0; i < 32; i++) {
            assertEquals(0, tokens.get(tokens.index(0, i, 2)), "a dimension without a feature is 0");
        }
        assertEquals(0, tokens.get(tokens.index(0, 31, 4)), "the query's answer is not in the prompt");
        assertEquals(CARS.ys()[row], prompt.inUnits(prompt.prompts().targets()[0]), 1e-12);
    }
}
