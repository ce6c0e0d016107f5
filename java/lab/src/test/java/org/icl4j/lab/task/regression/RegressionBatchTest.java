package org.icl4j.lab.task.regression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.TaskSeed;
import org.junit.jupiter.api.Test;

class RegressionBatchTest {
    private static final Points PROMPT =
            new Points(new double[][] {{1, 2}, {3, 4}, {5, 6}}, new double[] {7, 8, 9}, new double[] {70, 80, 90});

    @Test
    void tokensAreInterleaved() {
        RegressionBatch<double[]> batch = new RegressionBatch<>(Precision.F64, 2, 3, 2, false);
        batch.set(1, PROMPT);
        assertArrayEquals(new int[] {2, 5, 2}, batch.tokens().shape());
        double[] second = Arrays.copyOfRange(batch.tokens().array(), 10, 20);
        assertArrayEquals(new double[] {1, 2, 7, 0, 3, 4, 8, 0, 5, 6}, second);
        assertArrayEquals(new double[] {0, 0, 0, 7, 8, 9}, batch.labels().array());
        assertEquals(5, batch.tokens().get(batch.tokens().index(1, RegressionBatch.position(2), 0)));
    }

    @Test
    void lastLabelWhenAskedFor() {
        RegressionBatch<double[]> batch = new RegressionBatch<>(Precision.F64, 1, 3, 2, true);
        batch.set(0, PROMPT);
        assertArrayEquals(
                new double[] {1, 2, 7, 0, 3, 4, 8, 0, 5, 6, 9, 0},
                batch.tokens().array());
    }

    @Test
    void oneDimension() {
        RegressionBatch<float[]> batch = new RegressionBatch<>(Precision.F32, 1, 2, 1, false);
        batch.set(0, new Points(new double[][] {{1}, {3}}, new double[] {7, 8}, new double[2]));
        assertArrayEquals(new float[] {1, 7, 3}, batch.tokens().array());
    }

    /** Prompt 2 of 8, of 3, one thread or many, before or after others: the same. */
    @Test
    void promptsAreAFunctionOfTheirNumber() {
        FunctionClass functions = new LinearRegression(2, 0.5);
        float[] expected = sampled(functions, "train", 9, 8);
        int width = expected.length / 8;
        assertArrayEquals(Arrays.copyOf(expected, 3 * width), sampled(functions, "train", 9, 3));
        IntStream.range(0, 20).parallel().forEach(i -> assertArrayEquals(expected, sampled(functions, "train", 9, 8)));
        assertDiffers(expected, sampled(functions, "evaluate", 9, 8));
        assertDiffers(expected, sampled(functions, "train", 8, 8));
        RegressionBatch<float[]> again = new RegressionBatch<>(Precision.F32, 8, 4, 2, false);
        again.sample(functions, TaskSeed.SEED, "train", 8, 0, 2);
        again.sample(functions, TaskSeed.SEED, "train", 9, 0, 2);
        assertArrayEquals(expected, again.tokens().array(), "nothing is left of the batch before");
    }

    private static float[] sampled(FunctionClass functions, String purpose, long step, int count) {
        RegressionBatch<float[]> batch = new RegressionBatch<>(Precision.F32, count, 4, 2, false);
        batch.sample(functions, TaskSeed.SEED, purpose, step, 0, 2);
        return batch.tokens().array();
    }

    private static void assertDiffers(float[] some, float[] other) {
        assertFalse(Arrays.equals(some, other), "prompts of another purpose or step are others");
    }

    @Test
    void promptsOfAnotherShape() {
        RegressionBatch<double[]> batch = new RegressionBatch<>(Precision.F64, 1, 3, 3, false);
        String message = assertThrows(IllegalArgumentException.class, () -> batch.set(0, PROMPT))
                .getMessage();
        assertEquals("prompt of 3 points of 2 dimensions in a batch of 3 points of 3 dimensions", message);
        assertThrows(IllegalArgumentException.class, () -> batch.sample(new LinearRegression(2), 1, "x", 0, 0, 2));
        assertThrows(IllegalArgumentException.class, () -> new RegressionBatch<>(Precision.F64, 1, 0, 2, false));
    }
}
