package org.icl4j.lab.task.regression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.icl4j.lab.task.Sample;
import org.icl4j.lab.task.TaskSeed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each shift changes of a prompt, and that it changes nothing else. */
class ShiftsTest {
    private static final LinearRegression LINEAR = new LinearRegression(4);
    private static final Points PLAIN = draw(LINEAR, 4);

    private static Points draw(FunctionClass functions, int points) {
        return functions.sample(TaskSeed.stream("shift", 0), points);
    }

    static Stream<FunctionClass> ofLinear() {
        return Stream.of(
                Shifts.scaledInputs(LINEAR, 3),
                Shifts.scaledFunctions(LINEAR, 0.5),
                Shifts.noisyLabels(LINEAR, 2),
                Shifts.skewed(LINEAR, TaskSeed.SEED),
                Shifts.halfSubspace(LINEAR, TaskSeed.SEED),
                Shifts.orthogonalQuery(LINEAR),
                Shifts.repeatedQuery(LINEAR),
                Shifts.orthant(LINEAR),
                Shifts.oppositeOrthant(LINEAR),
                Shifts.scaledFunctions(Shifts.scaledInputs(LINEAR, 3), 2));
    }

    @ParameterizedTest
    @MethodSource("ofLinear")
    void functionIsTheOneOfTheUnshiftedPrompt(FunctionClass shifted) {
        Points points = draw(shifted, 4);
        double[] omega = new double[4];
        for (int j = 0; j < 4; j++) {
            double[] axis = new double[4];
            axis[j] = 1;
            omega[j] = LINEAR.draw(TaskSeed.stream("shift", 0), 4).applyAsDouble(axis);
        }
        double scale = points.targets()[0] / Vectors.dot(omega, points.xs()[0]);
        for (int i = 0; i < 4; i++) {
            double expected = scale * Vectors.dot(omega, points.xs()[i]);
            assertEquals(expected, points.targets()[i], 1e-9 * (1 + Math.abs(expected)), TaskSeed.hint());
        }
    }

    @ParameterizedTest
    @MethodSource("ofLinear")
    void zeroErrorIsThatOfTheShiftedQueries(FunctionClass shifted) {
        Sample squares = new Sample();
        for (int b = 0; b < 10_000; b++) {
            double target = shifted.sample(TaskSeed.stream("squares", b), 3).targets()[2];
            squares.add(target * target);
        }
        squares.assertMean(shifted.zeroError(), shifted.toString());
    }

    @Test
    void scales() {
        Points inputs = draw(Shifts.scaledInputs(LINEAR, 3), 4);
        Points values = draw(Shifts.scaledFunctions(LINEAR, 3), 4);
        for (int i = 0; i < 4; i++) {
            assertEquals(3 * PLAIN.targets()[i], inputs.targets()[i], 1e-12);
            assertEquals(3 * PLAIN.ys()[i], values.ys()[i], 1e-12);
            assertArrayEquals(PLAIN.xs()[i], values.xs()[i]);
            for (int j = 0; j < 4; j++) {
                assertEquals(3 * PLAIN.xs()[i][j], inputs.xs()[i][j], 1e-12);
            }
        }
        assertEquals(1, Shifts.scaledInputs(new DecisionTree(4, 2), 3).zeroError(), "a tree asks for signs");
        assertThrows(IllegalArgumentException.class, () -> Shifts.scaledInputs(LINEAR, 0));
        assertThrows(IllegalArgumentException.class, () -> Shifts.scaledFunctions(LINEAR, -1));
    }

    @Test
    void noise() {
        Points noisy = draw(Shifts.noisyLabels(LINEAR, 2), 4);
        assertArrayEquals(PLAIN.targets(), noisy.targets());
        assertArrayEquals(PLAIN.targets(), PLAIN.ys());
        Sample squares = new Sample();
        for (int b = 0; b < 10_000; b++) {
            Points points = Shifts.noisyLabels(LINEAR, 2).sample(TaskSeed.stream("noise", b), 1);
            squares.add(Math.pow(points.ys()[0] - points.targets()[0], 2));
        }
        squares.assertMean(4, "noise");
        assertThrows(IllegalArgumentException.class, () -> Shifts.noisyLabels(LINEAR, -1));
    }

    @Test
    void orthogonalQuery() {
        Points points = draw(Shifts.orthogonalQuery(LINEAR), 4);
        double[] query = points.xs()[3];
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(PLAIN.xs()[i], points.xs()[i]);
            assertEquals(0, Vectors.dot(points.xs()[i], query), 1e-9);
        }
        assertEquals(Vectors.dot(PLAIN.xs()[3], PLAIN.xs()[3]), Vectors.dot(query, query), 1e-9);
        assertEquals(0, new LeastSquares().predict(points)[3], 1e-9);
        assertArrayEquals(PLAIN.xs()[0], draw(Shifts.orthogonalQuery(LINEAR), 1).xs()[0]);
        String message = assertThrows(IllegalArgumentException.class, () -> draw(Shifts.orthogonalQuery(LINEAR), 5))
                .getMessage();
        assertTrue(message.contains("4 examples"), message);
    }

    @Test
    void repeatedQuery() {
        boolean[] seen = new boolean[3];
        for (int b = 0; b < 100; b++) {
            Points points = Shifts.repeatedQuery(LINEAR).sample(TaskSeed.stream("repeat", b), 4);
            int match = -1;
            for (int i = 0; i < 3; i++) {
                match = Arrays.equals(points.xs()[i], points.xs()[3]) ? i : match;
            }
            assertEquals(points.targets()[match], points.targets()[3]);
            seen[match] = true;
        }
        assertArrayEquals(new boolean[] {true, true, true}, seen, TaskSeed.hint());
        assertArrayEquals(PLAIN.xs()[0], draw(Shifts.repeatedQuery(LINEAR), 1).xs()[0]);
    }

    @Test
    void orthants() {
        boolean differs = false;
        for (int b = 0; b < 20; b++) {
            Points points = Shifts.oppositeOrthant(LINEAR).sample(TaskSeed.stream("orthant", b), 4);
            Points free = Shifts.orthant(LINEAR).sample(TaskSeed.stream("orthant", b), 4);
            Points plain = LINEAR.sample(TaskSeed.stream("orthant", b), 4);
            for (int j = 0; j < 4; j++) {
                double sign = Math.signum(points.xs()[0][j]);
                assertEquals(sign, Math.signum(points.xs()[1][j]));
                assertEquals(sign, Math.signum(points.xs()[2][j]));
                assertEquals(-sign, Math.signum(points.xs()[3][j]));
                assertEquals(Math.abs(plain.xs()[2][j]), Math.abs(points.xs()[2][j]));
                assertEquals(points.xs()[2][j], free.xs()[2][j]);
                differs |= sign != Math.signum(points.xs()[0][0]);
            }
            assertArrayEquals(plain.xs()[3], free.xs()[3]);
        }
        assertTrue(differs, "the orthant is a random one");
    }

    /** The covariance has eigenvalues in proportion to 1/i² and the trace of I. */
    @Test
    void skewedCovariance() {
        double[] eigenvalues = covariance(Shifts.skewed(LINEAR, TaskSeed.SEED));
        double unit = 4 / (1 + 1 / 4.0 + 1 / 9.0 + 1 / 16.0);
        for (int i = 0; i < 4; i++) {
            assertEquals(unit / ((i + 1) * (i + 1)), eigenvalues[i], 1e-9);
        }
        assertNotEquals(
                draw(Shifts.skewed(LINEAR, 1), 1).xs()[0][0], draw(Shifts.skewed(LINEAR, 2), 1).xs()[0][0]);
        assertArrayEquals(
                draw(Shifts.skewed(LINEAR, 1), 1).xs()[0], draw(Shifts.skewed(LINEAR, 1), 1).xs()[0]);
    }

    @Test
    void halfOfTheSpace() {
        assertArrayEquals(
                new double[] {2, 2, 0, 0}, covariance(Shifts.halfSubspace(LINEAR, TaskSeed.SEED)), 1e-9);
        assertThrows(IllegalArgumentException.class, () -> Shifts.halfSubspace(new LinearRegression(1), 1));
    }

    /** Eigenvalues of SSᵀ in falling order, where S is found from what it makes of four inputs. */
    private static double[] covariance(FunctionClass shifted) {
        RealMatrix plain = new Array2DRowRealMatrix(PLAIN.xs());
        RealMatrix moved = new Array2DRowRealMatrix(draw(shifted, 4).xs());
        RealMatrix stretch = new SingularValueDecomposition(plain).getSolver().solve(moved);
        return new EigenDecompositionSymmetric(stretch.transposeMultiply(stretch)).getEigenvalues();
    }

    @Test
    void curriculumHoldsUnderShifts() {
        Points points = Shifts.skewed(LINEAR, 1).sample(TaskSeed.stream("active", 0), 3, 2);
        assertEquals(0, points.xs()[2][2]);
        assertEquals(0, points.xs()[2][3]);
    }
}
