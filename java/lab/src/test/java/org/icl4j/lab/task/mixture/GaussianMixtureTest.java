package org.icl4j.lab.task.mixture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.Targets;
import org.icl4j.lab.task.Sample;
import org.icl4j.lab.task.TaskSeed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GaussianMixtureTest {
    private static final int POINTS = 7;

    static Stream<GaussianMixture> mixtures() {
        return Stream.of(
                GaussianMixture.fresh(5, 3, 0.5),
                GaussianMixture.fresh(1, 2, 2),
                GaussianMixture.pool(TaskSeed.SEED, 4, 5, 3, 0.5),
                GaussianMixture.pool(TaskSeed.SEED, 50, 2, 2, 0.3));
    }

    private static LabelledPoints draw(GaussianMixture mixture, long sample) {
        return mixture.sample(TaskSeed.stream("mixture", sample), POINTS);
    }

    /**
     * The probability that the likeliest label claims is how often it is right, and E q(label) = E Σ q², after any number of
     * examples.
     */
    @ParameterizedTest
    @MethodSource("mixtures")
    void posteriorIsCalibrated(GaussianMixture mixture) {
        Sample[] accuracy = new Sample[POINTS];
        Sample[] calibration = new Sample[POINTS];
        Arrays.setAll(accuracy, i -> new Sample());
        Arrays.setAll(calibration, i -> new Sample());
        for (int b = 0; b < 5000; b++) {
            LabelledPoints prompt = draw(mixture, b);
            double[][] predictions = mixture.bayes().predict(prompt);
            for (int i = 0; i < POINTS; i++) {
                double[] q = predictions[i];
                int label = prompt.labels()[i];
                double best = Arrays.stream(q).max().orElseThrow();
                assertEquals(1, Arrays.stream(q).sum(), 1e-12);
                accuracy[i].add((q[label] == best ? 1 : 0)
                        - best * Arrays.stream(q).filter(p -> p == best).count());
                calibration[i].add(q[label] - Arrays.stream(q).map(p -> p * p).sum());
            }
        }
        for (int i = 0; i < POINTS; i++) {
            accuracy[i].assertMean(0, 1e-9, "accuracy after " + i + " examples");
            calibration[i].assertMean(0, 1e-9, "calibration after " + i + " examples");
        }
    }

    /**
     * The label whose examples have the nearest mean is a good guess; the posterior has more right answers and learns from
     * examples.
     */
    @Test
    void posteriorBeatsTheNearestMean() {
        GaussianMixture mixture = GaussianMixture.fresh(5, 3, 0.7);
        Sample better = new Sample();
        Sample learnt = new Sample();
        for (int b = 0; b < 4000; b++) {
            LabelledPoints prompt = mixture.sample(TaskSeed.stream("nearest", b), 13);
            double[][] predictions = mixture.bayes().predict(prompt);
            int label = prompt.labels()[12];
            double right = best(predictions[12]) == label ? 1 : 0;
            better.add(right - (nearest(prompt, 3) == label ? 1 : 0));
            learnt.add(right - predictions[0][label]);
            assertArrayEquals(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, predictions[0], 1e-15);
        }
        learnt.assertPositive("right answers after 12 examples and before the first");
        assertTrue(better.mean() > -2 * better.standardError(), better + "; " + TaskSeed.hint());
    }

    private static int best(double[] probabilities) {
        int best = 0;
        for (int i = 1; i < probabilities.length; i++) {
            best = probabilities[i] > probabilities[best] ? i : best;
        }
        return best;
    }

    private static int nearest(LabelledPoints prompt, int labels) {
        int query = prompt.count() - 1;
        double[] scores = new double[labels];
        for (int label = 0; label < labels; label++) {
            double[] mean = new double[prompt.xs()[0].length];
            int count = 0;
            for (int i = 0; i < query; i++) {
                if (prompt.labels()[i] == label) {
                    count++;
                    for (int j = 0; j < mean.length; j++) {
                        mean[j] += prompt.xs()[i][j];
                    }
                }
            }
            for (int j = 0; j < mean.length; j++) {
                double difference = prompt.xs()[query][j] - mean[j] / Math.max(1, count);
                scores[label] -= difference * difference;
            }
        }
        return best(scores);
    }

    /**
     * d = 1, ε = 1, one example of label 0 at z = 2: the next is N(1, 1.5) with label 0, and N(0, 2) with label 1; x = z/√2.
     */
    @Test
    void freshMeansByHand() {
        double r = Math.sqrt(2);
        LabelledPoints prompt = new LabelledPoints(new double[][] {{2 / r}, {1.5 / r}}, new int[] {0, 1});
        double first = Math.exp(-0.25 / 3) / Math.sqrt(1.5);
        double second = Math.exp(-2.25 / 4) / Math.sqrt(2);
        double[] q = GaussianMixture.fresh(1, 2, 1).bayes().predict(prompt)[1];
        assertArrayEquals(new double[] {first / (first + second), second / (first + second)}, q, 1e-12);
    }

    /** Two means of one dimension: the example says which one label 0 has, the other label may have either. */
    @Test
    void pooledMeansByHand() {
        MeanPrior.Evidence evidence = new PooledMeans(new double[][] {{0}, {3}}, 1).evidence();
        assertEquals(Math.log((Math.exp(-0.5) + Math.exp(-2)) / 2), evidence.logDensity(new double[] {1}), 1e-12);
        evidence.add(new double[] {1});
        double odds = Math.exp(-0.5) / (Math.exp(-0.5) + Math.exp(-2));
        double expected = odds * Math.exp(-2) + (1 - odds) * Math.exp(-0.5);
        assertEquals(Math.log(expected), evidence.logDensity(new double[] {2}), 1e-12);
    }

    @ParameterizedTest
    @MethodSource("mixtures")
    void lengthsAndLabels(GaussianMixture mixture) {
        Sample first = new Sample();
        int[] seen = new int[mixture.labels()];
        for (int b = 0; b < 3000; b++) {
            LabelledPoints prompt = draw(mixture, b);
            first.add(prompt.labels()[3] == 0 ? 1 : 0);
            for (int label : prompt.labels()) {
                seen[label]++;
            }
        }
        first.assertMean(1.0 / mixture.labels(), "label 0");
        assertTrue(Arrays.stream(seen).allMatch(count -> count > 0));
    }

    @Test
    void meanSquareIsOne() {
        Sample squares = new Sample();
        for (int b = 0; b < 5000; b++) {
            double[] x = draw(GaussianMixture.fresh(5, 3, 0.5), b).xs()[2];
            squares.add(Arrays.stream(x).map(v -> v * v).sum());
        }
        squares.assertMean(1, "E‖x‖²");
    }

    /** In the pool there are as many means, and labels are dealt anew: no mean keeps its label. */
    @Test
    void labelsOfThePoolAreDealtAnew() {
        GaussianMixture mixture = GaussianMixture.pool(TaskSeed.SEED, 2, 3, 2, 1e-6);
        boolean[][] met = new boolean[2][2];
        double[] mean = mixture.sample(TaskSeed.stream("dealt", 0), 1).xs()[0];
        for (int b = 0; b < 100; b++) {
            LabelledPoints prompt = mixture.sample(TaskSeed.stream("dealt", b), 2);
            int which = Math.abs(prompt.xs()[0][0] - mean[0]) < 1e-4 ? 0 : 1;
            met[which][prompt.labels()[0]] = true;
        }
        assertArrayEquals(new boolean[][] {{true, true}, {true, true}}, met, TaskSeed.hint());
    }

    @Test
    void tokensAreInterleaved() {
        GaussianMixture mixture = GaussianMixture.fresh(2, 3, 0.5);
        MixtureBatch<double[]> batch = new MixtureBatch<>(mixture, Precision.F64, 2, 3);
        batch.sample(TaskSeed.SEED, "other", 0, 0);
        batch.sample(TaskSeed.SEED, "mixture", 0, 0);
        assertArrayEquals(new int[] {2, 5, 5}, batch.tokens().shape());
        LabelledPoints prompt = mixture.sample(TaskSeed.stream("mixture", 1), 3);
        double[] expected = new double[25];
        for (int i = 0; i < 3; i++) {
            expected[10 * i] = prompt.xs()[i][0];
            expected[10 * i + 1] = prompt.xs()[i][1];
            assertEquals(prompt.labels()[i], batch.targets().get(5 + 2 * i));
            if (i < 2) {
                expected[10 * i + 5 + 2 + prompt.labels()[i]] = 1;
                assertEquals(Targets.IGNORED, batch.targets().get(5 + 2 * i + 1));
            }
        }
        assertArrayEquals(expected, Arrays.copyOfRange(batch.tokens().array(), 25, 50));
        MixtureBatch<double[]> larger = new MixtureBatch<>(mixture, Precision.F64, 9, 3);
        larger.sample(TaskSeed.SEED, "mixture", 0, 0);
        assertArrayEquals(batch.tokens().array(), Arrays.copyOf(larger.tokens().array(), 50));
        larger.sample(TaskSeed.SEED, "mixture", 1, 0);
        assertFalse(Arrays.equals(
                batch.tokens().array(), Arrays.copyOf(larger.tokens().array(), 50)));
    }

    @Test
    void unusableSizes() {
        assertThrows(IllegalArgumentException.class, () -> GaussianMixture.fresh(0, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> GaussianMixture.fresh(1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> GaussianMixture.fresh(1, 2, 0));
        assertThrows(IllegalArgumentException.class, () -> GaussianMixture.fresh(1, 2, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> GaussianMixture.pool(1, 0, 2, 2, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> new MixtureBatch<>(GaussianMixture.fresh(1, 2, 1), Precision.F32, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new LabelledPoints(new double[2][1], new int[1]));
    }
}
