package org.icl4j.lab.task.regression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.icl4j.lab.task.Sample;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each oracle against the formula that it stands for, and against what is known of its errors. */
class OracleTest {
    private static final double[] NO_LABELS = {};

    static Stream<Estimator> estimators() {
        return Stream.of(
                new LeastSquares(),
                new Ridge(0.25),
                new Averaging(),
                new NearestNeighbours(3),
                new Lasso(0.1),
                new SparsePosterior(3, 1, 0.5));
    }

    /** Errors of the prediction at the query behind {@code examples} examples, relative to that of answering 0. */
    private static Sample errors(FunctionClass functions, Estimator estimator, int examples, int prompts) {
        Sample errors = new Sample();
        for (int b = 0; b < prompts; b++) {
            Points points = functions.sample(TaskSeed.stream("errors " + examples, b), examples + 1);
            double error = points.targets()[examples] - last(estimator, points);
            errors.add(error * error / functions.zeroError());
        }
        return errors;
    }

    private static double last(Estimator estimator, Points points) {
        int examples = points.count() - 1;
        return estimator.predict(
                Arrays.copyOf(points.xs(), examples), Arrays.copyOf(points.ys(), examples), points.xs()[examples]);
    }

    @ParameterizedTest
    @MethodSource("estimators")
    void everyPrefixIsAPromptOfItsOwn(Estimator estimator) {
        Points points = new LinearRegression(3, 0.5).sample(TaskSeed.stream("prefixes", 0), 6);
        double[] predictions = estimator.predict(points);
        assertEquals(6, predictions.length);
        assertEquals(0, predictions[0], "no examples");
        for (int i = 0; i < 6; i++) {
            Points prefix = new Points(
                    Arrays.copyOf(points.xs(), i + 1),
                    Arrays.copyOf(points.ys(), i + 1),
                    Arrays.copyOf(points.targets(), i + 1));
            prefix.ys()[i] = 1e6;
            assertEquals(last(estimator, prefix), predictions[i], "the label of the query is not looked at");
        }
        assertEquals(0, estimator.predict(new double[0][], NO_LABELS, new double[] {1, 2, 3}));
    }

    /** The order of the examples changes no more than rounding. */
    @ParameterizedTest
    @MethodSource("estimators")
    void orderOfTheExamplesDoesNotMatter(Estimator estimator) {
        Points points = new LinearRegression(3, 0.5).sample(TaskSeed.stream("order", 0), 8);
        int[] order = Draws.distinct(TaskSeed.stream("order", 1), 7, 7);
        Points other = points.withExamplesInOrder(order);
        for (int i = 0; i < 7; i++) {
            assertEquals(points.ys()[order[i]], other.ys()[i]);
            assertEquals(points.targets()[order[i]], other.targets()[i]);
            assertArrayEquals(points.xs()[order[i]], other.xs()[i]);
        }
        assertEquals(points.ys()[7], other.ys()[7]);
        assertEquals(last(estimator, points), last(estimator, other), 1e-4, TaskSeed.hint());
    }

    /** 1 − n/d exactly for fewer examples than dimensions, and nothing from there on. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8})
    void leastSquaresOfExactLabels(int examples) {
        Sample errors = errors(new LinearRegression(5), new LeastSquares(), examples, examples < 5 ? 4000 : 200);
        if (examples < 5) {
            errors.assertMean(1 - examples / 5.0, "n=" + examples);
        } else {
            assertEquals(0, errors.mean(), 1e-12);
        }
    }

    /** (d + 1)/n exactly. */
    @ParameterizedTest
    @CsvSource({"5, 1", "5, 3", "5, 10", "20, 20", "20, 40"})
    void averaging(int nDims, int examples) {
        errors(new LinearRegression(nDims), new Averaging(), examples, 4000)
                .assertMean((nDims + 1.0) / examples, "d=" + nDims + " n=" + examples);
    }

    /** With fewer examples than dimensions, the solution of least norm: it answers 0 across all of them. */
    @Test
    void leastSquaresTakesTheLeastNorm() {
        double[][] xs = {{3, 4, 0}};
        double[] ys = {10};
        assertEquals(10, new LeastSquares().predict(xs, ys, new double[] {3, 4, 0}), 1e-12);
        assertEquals(0, new LeastSquares().predict(xs, ys, new double[] {4, -3, 7}), 1e-12);
    }

    /** Found by numpy from 400 prompts, d = 20. */
    @ParameterizedTest
    @CsvSource({"10, .97", "20, .74", "40, .67"})
    void threeNearestNeighbours(int examples, double expected) {
        errors(new LinearRegression(20), new NearestNeighbours(3), examples, 4000)
                .assertMeanOfOther(expected, 400, .005, "n=" + examples);
    }

    /** Found by scikit-learn from 400 prompts of 3-sparse functions, d = 20, α = .01. */
    @ParameterizedTest
    @CsvSource({"5, .67", "10, .047", "15, .001"})
    void lassoOfSparseFunctions(int examples, double expected) {
        errors(new SparseLinearRegression(20, 3, 0), new Lasso(0.01), examples, 1000)
                .assertMeanOfOther(expected, 400, .0005 + .005 * expected, "n=" + examples);
    }

    /** The table of d = 5, found by numpy from 1,500 draws: error of ridge with λ = σ² and how much of the function it answers. */
    @ParameterizedTest
    @CsvSource({
        ".5, 4, .301, .72", ".5, 5, .214, .80", ".5, 10, .052, .95", ".5, 20, .017, .99",
        "1, 4, .480, .53", "1, 5, .375, .63", "1, 10, .153, .85", "1, 20, .063, .93",
        "2, 4, .655, .35", "2, 5, .584, .41", "2, 10, .371, .63", "2, 20, .205, .82"
    })
    void ridge(double sigma, int examples, double error, double shrinkage) {
        LinearRegression functions = new LinearRegression(5, sigma);
        Ridge ridge = new Ridge(sigma * sigma);
        String what = "sigma=" + sigma + " n=" + examples;
        errors(functions, ridge, examples, 3000).assertMeanOfOther(error, 1500, .0005, what);
        Sample excess = new Sample();
        for (int b = 0; b < 3000; b++) {
            Points points = functions.sample(TaskSeed.stream("shrinkage " + examples, b), examples + 1);
            double target = points.targets()[examples];
            excess.add((last(ridge, points) - shrinkage * target) * target / 5);
        }
        excess.assertMeanOfOther(0, 1500, .005, what); // E ŷf − S·E f² for the S that was found.
    }

    /** σ²/(n − d − 1) for more examples than dimensions: the mean of an inverse Wishart matrix. */
    @ParameterizedTest
    @CsvSource({".5, 10", "1, 10", "2, 20"})
    void leastSquaresOfNoisyLabels(double sigma, int examples) {
        errors(new LinearRegression(5, sigma), new LeastSquares(), examples, 3000)
                .assertMean(sigma * sigma / (examples - 6), "sigma=" + sigma + " n=" + examples);
    }

    /** The same example m times and asked for: m‖x‖²/(m‖x‖² + λ) of its label. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void ridgeOfRepeatedExamples(int times) {
        double[] x = {1, -2, 0.5};
        double[][] xs = new double[times][];
        double[] ys = new double[times];
        Arrays.fill(xs, x);
        Arrays.fill(ys, 3);
        double expected = 3 * times * 5.25 / (times * 5.25 + 0.25);
        assertEquals(expected, new Ridge(0.25).predict(xs, ys, x), 1e-12);
    }

    /** Where the gradient of the squares balances the penalty: ⟨x_j, r⟩/n = α·sign ω_j, or within ±α where ω_j = 0. */
    @ParameterizedTest
    @CsvSource({"30, 8, .1", "30, 8, .01", "6, 10, .2", "5, 20, .01", "40, 3, 1"})
    void lassoIsOptimal(int examples, int nDims, double alpha) {
        RandomStream random = TaskSeed.stream("lasso", examples);
        Points points = new LinearRegression(nDims, 0.3).sample(random, examples);
        double[] omega = new Lasso(alpha).weights(points.xs(), points.ys());
        int zeros = 0;
        for (int j = 0; j < nDims; j++) {
            double gradient = 0;
            for (int i = 0; i < examples; i++) {
                gradient += points.xs()[i][j] * (points.ys()[i] - Vectors.dot(omega, points.xs()[i])) / examples;
            }
            String what = "ω_" + j + " = " + omega[j] + ", gradient " + gradient + "; " + TaskSeed.hint();
            if (omega[j] == 0) {
                zeros++;
                assertTrue(Math.abs(gradient) <= alpha * (1 + 1e-3), what);
            } else {
                assertEquals(alpha * Math.signum(omega[j]), gradient, 1e-3 * alpha, what);
            }
        }
        assertTrue(zeros < nDims, "the penalty is not above all labels");
    }

    /** Of orthogonal columns every coordinate is thresholded by itself. */
    @Test
    void lassoByHand() {
        double[][] xs = {{2, 0, 0}, {0, 2, 0}};
        double[] ys = {3, -0.4};
        // (1/2)·(1/2)·(3 − 2ω)² + ω/2: (2·3 − n·α)/4 = (6 − 1)/4. And |2·0.4| < 1. And a column of zeros.
        assertArrayEquals(new double[] {1.25, 0, 0}, new Lasso(0.5).weights(xs, ys), 1e-9);
        assertEquals(2.5, new Lasso(0.5).predict(xs, ys, new double[] {2, 7, 9}), 1e-9);
        assertTrue(Double.isNaN(new Lasso(0.5).predict(xs, new double[] {3, Double.NaN}, new double[] {2, 7, 9})));
    }

    @Test
    void neighboursByHand() {
        double[][] xs = {{0, 0}, {1, 0}, {5, 5}, {0, 1}};
        double[] ys = {1, 2, 100, 6};
        double[] query = {0.1, 0};
        assertEquals(3, new NearestNeighbours(3).predict(xs, ys, query), 1e-15);
        assertEquals(1, new NearestNeighbours(1).predict(xs, ys, query));
        assertEquals(27.25, new NearestNeighbours(9).predict(xs, ys, query), "all where there are fewer");
        assertEquals(1, new NearestNeighbours(1).predict(new double[][] {{1}, {-1}}, new double[] {1, 2}, new double[1]));
    }

    @Test
    void unusableParameters() {
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> new Ridge(bad));
            assertThrows(IllegalArgumentException.class, () -> new Lasso(bad));
        }
        assertThrows(IllegalArgumentException.class, () -> new NearestNeighbours(0));
    }
}
