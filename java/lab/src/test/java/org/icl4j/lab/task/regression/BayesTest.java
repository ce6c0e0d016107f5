package org.icl4j.lab.task.regression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.icl4j.lab.task.Sample;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.transformer.tensor.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Bayes predictors, by what sets them apart from all others and by hand. */
class BayesTest {
    private static final int POINTS = 9;
    private static final int PROMPTS = 2000;
    private static final List<Predictor> OTHERS = List.of(
            new Zero(),
            new LeastSquares(),
            new Ridge(0.1),
            new Ridge(2),
            new Averaging(),
            new NearestNeighbours(3),
            new Lasso(0.1));

    static Stream<FunctionClass> classes() {
        TaskPool pool = TaskPool.draw(TaskSeed.SEED, 5, 4, 0.7);
        return Stream.of(
                new LinearRegression(4, 0.7),
                new SparseLinearRegression(4, 1, 0),
                new SparseLinearRegression(4, 1, 0.7),
                new SparseLinearRegression(4, 2, 0.7),
                pool,
                Shifts.skewed(new LinearRegression(4, 0.7), TaskSeed.SEED),
                Shifts.scaledInputs(pool, 0.5));
    }

    /** E (f − ŷ)·g = 0 for every g that is a function of the prompt alone, at every length of the context, if ŷ is the conditional mean. */
    @ParameterizedTest
    @MethodSource("classes")
    void errorIsUncorrelatedWithAllThatThePromptSays(FunctionClass functions) {
        Predictor bayes = functions.bayes().orElseThrow();
        Sample[][] products = new Sample[OTHERS.size()][POINTS];
        Sample[] excess = new Sample[OTHERS.size()];
        for (int o = 0; o < excess.length; o++) {
            excess[o] = new Sample();
            for (int i = 0; i < POINTS; i++) {
                products[o][i] = new Sample();
            }
        }
        for (int b = 0; b < PROMPTS; b++) {
            Points points = functions.sample(TaskSeed.stream("bayes", b), POINTS);
            double[] best = bayes.predict(points);
            for (int o = 0; o < excess.length; o++) {
                double[] other = OTHERS.get(o).predict(points);
                double difference = 0;
                for (int i = 0; i < POINTS; i++) {
                    double error = points.targets()[i] - best[i];
                    double otherError = points.targets()[i] - other[i];
                    products[o][i].add(error * (other[i] + best[i]) / functions.zeroError());
                    difference += otherError * otherError - error * error;
                }
                excess[o].add(difference / functions.zeroError());
            }
        }
        for (int o = 0; o < excess.length; o++) {
            for (int i = 0; i < POINTS; i++) {
                products[o][i].assertMean(0, functions + ", " + OTHERS.get(o) + " after " + i + " examples");
            }
            excess[o].assertPositive(functions + ": error of " + OTHERS.get(o) + " less that of the Bayes predictor");
        }
    }

    /** Linear functions without noise: least squares is as good as it gets, and others are worse. */
    @Test
    void leastSquaresIsBestWithoutNoise() {
        FunctionClass functions = new LinearRegression(4);
        assertEquals(new LeastSquares(), functions.bayes().orElseThrow());
        assertEquals(new Ridge(0.25), new LinearRegression(4, 0.5).bayes().orElseThrow());
    }

    /** Two functions of one dimension, by hand. */
    @Test
    void poolByHand() {
        Predictor bayes = new TaskPool(new double[][] {{1}, {-2}}, 2).bayes().orElseThrow();
        Points prompt = new Points(new double[][] {{1}, {3}}, new double[] {0.5, 0}, new double[2]);
        double odds = Math.exp((2.5 * 2.5 - 0.5 * 0.5) / 8); // Of the first, by residuals 0.5 − 1 and 0.5 + 2.
        double[] predictions = bayes.predict(prompt);
        assertEquals(-0.5, predictions[0], 1e-15, "the plain mean where nothing is known");
        assertEquals((3 * odds - 6) / (odds + 1), predictions[1], 1e-12);
    }

    @Test
    void poolWithoutNoiseFindsItsFunction() {
        TaskPool pool = TaskPool.draw(TaskSeed.SEED, 40, 3, 0);
        Points points = pool.sample(TaskSeed.stream("pool", 0), 4);
        double[] predictions = pool.bayes().orElseThrow().predict(points);
        for (int i = 1; i < 4; i++) {
            assertEquals(points.targets()[i], predictions[i], 1e-9, TaskSeed.hint());
        }
    }

    /**
     * One of two coordinates, one example (x, y): p(j) in proportion to the density of y under N(0, x_j² + σ²), and then ω_j of mean
     * x_j·y/(x_j² + σ²).
     */
    @Test
    void sparseByHand() {
        double[] x = {1, 2};
        double y = 1.5;
        double variance = 0.25;
        double[] density = new double[2];
        for (int j = 0; j < 2; j++) {
            double total = x[j] * x[j] + variance;
            density[j] = Math.exp(-y * y / total / 2) / Math.sqrt(total);
        }
        double first = density[0] / (density[0] + density[1]);
        double expected = first * 3 * x[0] * y / (1 + variance) + (1 - first) * 5 * x[1] * y / (4 + variance);
        Estimator bayes = new SparsePosterior(2, 1, 0.5);
        assertEquals(expected, bayes.predict(new double[][] {x}, new double[] {y}, new double[] {3, 5}), 1e-12);
    }

    /** All coordinates allowed to differ from 0: no longer sparse. */
    @Test
    void sparseInNameOnlyIsRidge() {
        FunctionClass functions = new SparseLinearRegression(3, 3, 0.5);
        Points points = functions.sample(TaskSeed.stream("dense", 0), 7);
        double[] sparse = functions.bayes().orElseThrow().predict(points);
        double[] ridge = new Ridge(0.25).predict(points);
        for (int i = 0; i < 7; i++) {
            assertEquals(ridge[i], sparse[i], 1e-12);
        }
    }

    /** Two examples name the coordinate, and its weight with it. */
    @Test
    void sparseWithoutNoiseFindsItsFunction() {
        for (int nonzero = 1; nonzero <= 2; nonzero++) {
            FunctionClass functions = new SparseLinearRegression(6, nonzero, 0);
            Points points = functions.sample(TaskSeed.stream("sparse", nonzero), 8);
            double[] predictions = functions.bayes().orElseThrow().predict(points);
            for (int i = nonzero + 1; i < 8; i++) {
                assertEquals(points.targets()[i], predictions[i], 1e-5, TaskSeed.hint());
            }
        }
    }

    @Test
    void absentWhereItCannotBeHad() {
        assertTrue(new SparseLinearRegression(20, 3, 0).bayes().isPresent());
        assertTrue(new SparseLinearRegression(40, 10, 0).bayes().isEmpty());
        assertTrue(new TwoLayerNetwork(3, 4).bayes().isEmpty());
        assertTrue(new DecisionTree(3, 4).bayes().isEmpty());
        assertTrue(Shifts.scaledFunctions(new LinearRegression(3), 2).bayes().isEmpty());
        assertTrue(Shifts.noisyLabels(new LinearRegression(3), 2).bayes().isEmpty());
        assertTrue(Shifts.orthant(new LinearRegression(3)).bayes().isPresent());
    }

    /** The evidence is the density of N(0, XXᵀ + λI), here of two labels, with the inverse and the determinant written out. */
    @Test
    void evidenceIsTheDensityOfTheLabels() {
        RandomStream random = TaskSeed.stream("evidence", 0);
        Points points = new LinearRegression(3, 0.5).sample(random, 2);
        double[] a = points.xs()[0];
        double[] b = points.xs()[1];
        double aa = Vectors.dot(a, a) + 0.25;
        double bb = Vectors.dot(b, b) + 0.25;
        double ab = Vectors.dot(a, b);
        double determinant = aa * bb - ab * ab;
        double[] y = points.ys();
        double square = (bb * y[0] * y[0] - 2 * ab * y[0] * y[1] + aa * y[1] * y[1]) / determinant;
        double expected = -(Math.log(determinant) + square) / 2;
        assertEquals(expected, GaussianWeights.of(points.xs(), y, 0.25).logEvidence(), 1e-10 * (1 + Math.abs(expected)));
    }
}
