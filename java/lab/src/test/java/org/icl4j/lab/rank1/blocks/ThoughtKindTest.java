package org.icl4j.lab.rank1.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.icl4j.lab.patch.NoPatchException;
import org.icl4j.transformer.tensor.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThoughtKindTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());

    static {
        System.out.println("thought kinds: -Dtests.seed=" + SEED);
    }

    private static RealMatrix random(String name, int rows, int columns) {
        RandomStream stream = RandomStream.of(SEED, name, rows, columns);
        RealMatrix matrix = new Array2DRowRealMatrix(rows, columns);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                matrix.setEntry(i, j, stream.nextGaussian());
            }
        }
        return matrix;
    }

    private static double largest(RealMatrix matrix) {
        double largest = 0;
        for (double[] row : matrix.getData()) {
            for (double value : row) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        return largest;
    }

    /** Few queries or many, of full rank or not: what a map can do is done, by the map that is 0 where x never is. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 40})
    void leastSquaresIsExactAndOfLeastNorm(int queries) {
        RealMatrix x = random("x", queries, 5).multiply(random("span", 5, 7)); // In 5 of 7 dimensions.
        RealMatrix missing = x.multiply(random("map", 7, 3));
        RealMatrix change = ThoughtKind.LEAST_SQUARES.change(x, missing);
        assertTrue(
                largest(missing.subtract(x.multiply(change.transpose()))) < 1e-8 * largest(missing),
                "-Dtests.seed=" + SEED);
        RealMatrix onto =
                new SingularValueDecomposition(x).getSolver().getInverse().multiply(x);
        assertTrue(largest(change.subtract(change.multiply(onto))) < 1e-8 * largest(change), "-Dtests.seed=" + SEED);
    }

    /** Rows that are not 0 are all it takes; one that is, is named. */
    @ParameterizedTest
    @EnumSource(
            value = ThoughtKind.class,
            names = {"MEAN", "SCALED", "RANK"})
    void aQueryOfZerosIsNamed(ThoughtKind kind) {
        RealMatrix x = random("x", 4, 3);
        RealMatrix missing = random("missing", 4, 2);
        assertTrue(Double.isFinite(largest(kind.change(x, missing))));
        x.setRow(2, new double[3]);
        String message = assertThrows(NoPatchException.class, () -> kind.change(x, missing))
                .getMessage();
        assertTrue(message.contains("calibration query 3 is 0.0"), message);
    }

    /** Σ missing·xᵀ/‖x‖² of two orthogonal queries takes each to what is missing, times 2/2, the rank by their number. */
    @Test
    void rankScaledChangesServeOrthogonalQueries() {
        RealMatrix x = new Array2DRowRealMatrix(new double[][] {{3, 0, 0}, {0, 0, 2}});
        RealMatrix missing = new Array2DRowRealMatrix(new double[][] {{1, -1}, {4, 2}});
        assertEquals(
                0,
                largest(missing.subtract(
                        x.multiply(ThoughtKind.RANK.change(x, missing).transpose()))),
                1e-15);
        assertEquals(
                0,
                largest(missing.subtract(
                        x.multiply(ThoughtKind.SCALED.change(x, missing).transpose()))),
                1e-15);
    }
}
