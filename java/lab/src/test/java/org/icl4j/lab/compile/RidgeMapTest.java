package org.icl4j.lab.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.icl4j.transformer.tensor.RandomStream;
import org.junit.jupiter.api.Test;

class RidgeMapTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());

    static {
        System.out.println("ridge map: -Dtests.seed=" + SEED);
    }

    private static double[][] random(String purpose, int rows, int columns) {
        RandomStream stream = RandomStream.of(SEED, purpose, 0, 0);
        double[][] matrix = new double[rows][columns];
        for (double[] row : matrix) {
            for (int j = 0; j < columns; j++) {
                row[j] = stream.nextGaussian();
            }
        }
        return matrix;
    }

    private static double[][] times(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b[0].length; j++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }

    private static double[][] transposed(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    private static double distance(double[][] a, double[][] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                sum += Math.pow(a[i][j] - b[i][j], 2);
            }
        }
        return Math.sqrt(sum);
    }

    /** M as a whole. */
    private static double[][] whole(RidgeMap map) {
        return times(map.left(), map.right());
    }

    @Test
    void onePairIsDherinsRankOneChange() {
        double[][] a = random("a", 1, 7);
        double[][] b = random("b", 1, 5);
        RidgeMap map = RidgeMap.fit(a, b, 1e-15);
        assertEquals(1, map.rank());
        assertEquals(0, map.lambda());
        double square = times(a, transposed(a))[0][0];
        double[][] m = whole(map);
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 7; j++) {
                assertEquals(b[0][i] * a[0][j] / square, m[i][j], 1e-13);
            }
        }
        assertEquals(0, map.residual(), 1e-13);
    }

    /** Without noise, more pairs than the width: the map itself, whatever smallest ridge there is to choose. */
    @Test
    void aLinearMapIsFound() {
        double[][] m = random("m", 6, 4);
        double[][] a = random("a", 30, 4);
        RidgeMap map = RidgeMap.fit(a, times(a, transposed(m)), 1e-15);
        assertEquals(0, distance(m, whole(map)), 1e-8);
        assertEquals(4, map.rank());
    }

    /** The short formula for leaving a pair out picks the ridge that leaving each out in turn does. */
    @Test
    void leavingOneOutIsDoneInOneFit() {
        double[][] a = random("a", 12, 5);
        double[][] b = times(a, random("m", 5, 3));
        double[][] noise = random("noise", 12, 3);
        for (int k = 0; k < a.length; k++) {
            for (int j = 0; j < a[k].length; j++) {
                a[k][j] *= Math.pow(10, -j / 2.0);
            }
            for (int j = 0; j < b[k].length; j++) {
                b[k][j] += noise[k][j] / 4;
            }
        }
        RidgeMap map = RidgeMap.fit(a, b, 1e-15);
        assertEquals(0, distance(whole(map), leastSquares(a, b, map.lambda())), 1e-6);
        double chosen = leftOutError(a, b, map.lambda());
        double square = Math.pow(new SingularValueDecomposition(new Array2DRowRealMatrix(a)).getNorm(), 2);
        for (double ridge = 1e-10; ridge < 2e-4; ridge *= Math.sqrt(10)) {
            double other = leftOutError(a, b, ridge * square);
            assertTrue(
                    chosen <= other * (1 + 1e-6), "ridge " + ridge + ": " + other + " < " + chosen + ", seed " + SEED);
        }
    }

    private static double leftOutError(double[][] a, double[][] b, double lambda) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            double[][] m = leastSquares(without(a, k), without(b, k), lambda);
            sum += Math.pow(distance(new double[][] {b[k]}, times(new double[][] {a[k]}, transposed(m))), 2);
        }
        return sum;
    }

    private static double[][] without(double[][] rows, int k) {
        double[][] others = new double[rows.length - 1][];
        for (int i = 0; i < others.length; i++) {
            others[i] = rows[i < k ? i : i + 1];
        }
        return others;
    }

    /** (AᵀA + λI)⁻¹AᵀB, transposed, by Gauss and Jordan. */
    private static double[][] leastSquares(double[][] a, double[][] b, double lambda) {
        double[][] gram = times(transposed(a), a);
        double[][] right = times(transposed(a), b);
        int n = gram.length;
        for (int i = 0; i < n; i++) {
            gram[i][i] += lambda;
        }
        for (int i = 0; i < n; i++) {
            double pivot = gram[i][i];
            for (int r = 0; r < n; r++) {
                double factor = gram[r][i] / pivot;
                for (int j = 0; j < n && r != i; j++) {
                    gram[r][j] -= factor * gram[i][j];
                }
                for (int j = 0; j < right[0].length && r != i; j++) {
                    right[r][j] -= factor * right[i][j];
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < right[0].length; j++) {
                right[i][j] /= gram[i][i];
            }
        }
        return transposed(right);
    }
}
