package org.icl4j.lab.task.regression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.icl4j.lab.task.Sample;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.transformer.tensor.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws that prompts are drawn from. */
class FunctionClassTest {
    static Stream<FunctionClass> classes() {
        return Stream.of(
                new LinearRegression(4),
                new LinearRegression(4, 0.5),
                new SparseLinearRegression(4, 2, 0.5),
                new TwoLayerNetwork(4, 6),
                new DecisionTree(4, 3),
                TaskPool.draw(TaskSeed.SEED, 7, 4, 0.5));
    }

    private static double[] input(FunctionClass functions, RandomStream random, int activeDims) {
        double[][] xs = new double[1][functions.nDims()];
        functions.drawInputs(random, activeDims, xs);
        return xs[0];
    }

    private static Points draw(FunctionClass functions, long sample, int points, int activeDims) {
        return functions.sample(TaskSeed.stream("law", sample), points, activeDims);
    }

    @ParameterizedTest
    @MethodSource("classes")
    void momentsAreThoseOfTheClass(FunctionClass functions) {
        Sample squares = new Sample();
        Sample noise = new Sample();
        Sample inputs = new Sample();
        for (int b = 0; b < 20_000; b++) {
            Points points = draw(functions, b, 2, 4);
            double error = points.ys()[1] - points.targets()[1];
            squares.add(points.targets()[1] * points.targets()[1]);
            noise.add(error * error);
            inputs.add(Vectors.dot(points.xs()[0], points.xs()[0]));
        }
        squares.assertMean(functions.zeroError(), functions + ": E f²");
        noise.assertMean(functions.noise() * functions.noise(), functions + ": noise");
        inputs.assertMean(4, functions + ": E‖x‖²");
    }

    @ParameterizedTest
    @MethodSource("classes")
    void degreeIsThatOfTheFunctions(FunctionClass functions) {
        RandomStream random = TaskSeed.stream("degree", 0);
        ToDoubleFunction<double[]> function = functions.draw(random, 4);
        double[] x = input(functions, random, 4);
        double[] scaled = Arrays.stream(x).map(v -> 3 * v).toArray();
        double expected = Math.pow(3, functions.degree()) * function.applyAsDouble(x);
        assertEquals(expected, function.applyAsDouble(scaled), 1e-12 * (1 + Math.abs(expected)));
    }

    @ParameterizedTest
    @MethodSource("classes")
    void curriculumSilencesCoordinates(FunctionClass functions) {
        Points few = draw(functions, 3, 5, 2);
        Points all = draw(functions, 3, 5, 4);
        for (int i = 0; i < 5; i++) {
            assertEquals(0, few.xs()[i][2]);
            assertEquals(0, few.xs()[i][3]);
            assertNotEquals(0, few.xs()[i][1]);
            assertNotEquals(0, all.xs()[i][3]);
        }
        assertThrows(IllegalArgumentException.class, () -> draw(functions, 0, 5, 0));
        assertThrows(IllegalArgumentException.class, () -> draw(functions, 0, 5, 5));
        assertThrows(IllegalArgumentException.class, () -> draw(functions, 0, -1, 4));
    }

    /** Only active coordinates carry weight, so that a prompt can say all of the function. */
    @Test
    void sparseFunctionsAreSparseInTheActiveCoordinates() {
        FunctionClass functions = new SparseLinearRegression(6, 2, 0);
        Set<Integer> carriers = new HashSet<>();
        for (int b = 0; b < 200; b++) {
            ToDoubleFunction<double[]> function = functions.draw(TaskSeed.stream("sparse", b), 4);
            int nonzero = 0;
            for (int j = 0; j < 6; j++) {
                double[] axis = new double[6];
                axis[j] = 1;
                if (function.applyAsDouble(axis) != 0) {
                    nonzero++;
                    carriers.add(j);
                }
            }
            assertEquals(2, nonzero);
        }
        assertEquals(Set.of(0, 1, 2, 3), carriers, TaskSeed.hint());
        assertThrows(IllegalArgumentException.class, () -> draw(functions, 0, 1, 1));
    }

    /** A tree of depth n takes at most 2ⁿ values, by the signs alone. */
    @Test
    void treesHaveLeaves() {
        ToDoubleFunction<double[]> tree = new DecisionTree(3, 2).draw(TaskSeed.stream("tree", 0), 3);
        Set<Double> values = new HashSet<>();
        for (int b = 0; b < 300; b++) {
            double[] x = input(new LinearRegression(3), TaskSeed.stream("tree inputs", b), 3);
            double[] signs = Arrays.stream(x).map(Math::signum).toArray();
            assertEquals(tree.applyAsDouble(signs), tree.applyAsDouble(x));
            values.add(tree.applyAsDouble(x));
        }
        assertTrue(values.size() >= 2 && values.size() <= 4, values + "; " + TaskSeed.hint());
    }

    @Test
    void largerPoolsBeginWithTheSmaller() {
        Points small = TaskPool.draw(TaskSeed.SEED, 1, 3, 0).sample(TaskSeed.stream("pool", 0), 2);
        assertEquals(3, TaskPool.draw(TaskSeed.SEED, 3, 2, 0).tasks());
        boolean found = false;
        TaskPool large = TaskPool.draw(TaskSeed.SEED, 2, 3, 0);
        for (int b = 0; b < 60; b++) {
            ToDoubleFunction<double[]> function = large.draw(TaskSeed.stream("larger", b), 3);
            found |= function.applyAsDouble(small.xs()[0]) == small.targets()[0];
        }
        assertTrue(found, TaskSeed.hint());
    }

    @Test
    void unusableSizes() {
        assertThrows(IllegalArgumentException.class, () -> new LinearRegression(0));
        assertThrows(IllegalArgumentException.class, () -> new LinearRegression(2, -0.1));
        assertThrows(IllegalArgumentException.class, () -> new LinearRegression(2, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new SparseLinearRegression(2, 3, 0));
        assertThrows(IllegalArgumentException.class, () -> new SparseLinearRegression(2, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new TwoLayerNetwork(2, 0));
        assertThrows(IllegalArgumentException.class, () -> new DecisionTree(2, 21));
        assertThrows(IllegalArgumentException.class, () -> TaskPool.draw(1, 0, 2, 0));
        assertThrows(IllegalArgumentException.class, () -> new TaskPool(new double[][] {{1}, {1, 2}}, 0));
        assertThrows(IllegalArgumentException.class, () -> new Points(new double[2][1], new double[2], new double[1]));
    }

    @Test
    void ordersThatAreNone() {
        Points points = draw(new LinearRegression(4), 0, 4, 4);
        assertArrayEquals(points.ys(), points.withExamplesInOrder(0, 1, 2).ys());
        for (int[] bad : new int[][] {{0, 1}, {0, 1, 1}, {0, 1, 3}, {0, 1, 2, 3}, {-1, 1, 2}}) {
            assertThrows(IllegalArgumentException.class, () -> points.withExamplesInOrder(bad), Arrays.toString(bad));
        }
    }
}
