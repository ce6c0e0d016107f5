package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ErrorsTest {
    private static Tensor<double[]> rows(double... values) {
        return Tensor.of(Precision.F64, values, values.length / 2, 2);
    }

    @Test
    void relativeErrors() {
        assertArrayEquals(new double[] {0.25}, Errors.relative(rows(4, 2), rows(4, 3)));
        // Usual size √((3² + 4²)/2) for the small row, its own size for the large one.
        double usual = Math.sqrt(12.5);
        assertArrayEquals(new double[] {1 / usual, 0.5}, Errors.relative(rows(3, 0, -4, 0), rows(2, 0, -4, 2)), 1e-15);
        assertTrue(Double.isNaN(Errors.worst(Errors.relative(rows(1, 1), rows(Double.NaN, 1)))));
        assertTrue(Double.isNaN(Errors.least(new double[] {1, Double.NaN})));
        assertEquals(2, Errors.median(new double[] {9, 1, 2}));
        assertTrue(Double.isNaN(Errors.median(new double[] {1, Double.NaN, 2})));
    }

    /** Nothing measured is nothing shown: a claim on it fails. */
    @Test
    void noValuesAreNotANumber() {
        assertTrue(Double.isNaN(Errors.worst(new double[0])));
        assertTrue(Double.isNaN(Errors.least(new double[0])));
        assertTrue(Double.isNaN(Errors.median(new double[0])));
    }

    @Test
    void losses() {
        assertEquals((0.5 * 1 + 0.5 * 4) / 2, Errors.halfMse(rows(9, 1, 9, 2), new double[] {2, 4}));
    }

    @Test
    void singularValues() {
        assertArrayEquals(new double[] {3, 2}, Errors.singularValues(rows(0, 2, 3, 0)), 1e-14);
        assertEquals(0, Errors.secondToFirst(rows(1, 2, 2, 4)), 1e-15);
    }

    @Test
    void cosines() {
        assertEquals(0.6, Errors.cosine(rows(2, 0), rows(3, 4)), 1e-15);
        assertEquals(-1, Errors.cosine(rows(1, 2), rows(-2, -4)), 1e-15);
        assertEquals(4, Errors.largestEntry(rows(3, -4)));
    }

    /** Against the singular values: near rank 1 to the digits, and never less than there is. */
    @Test
    void whatIsBesideRankOne() {
        assertEquals(0.002, Errors.besideRankOne(rows(5, 0, 0, 0.01)), 1e-12);
        assertEquals(0, Errors.besideRankOne(rows(1, 2, -3, -6)), 1e-15);
        assertEquals(0, Errors.besideRankOne(rows(0, 0, 0, 0)));
        assertEquals(0, Errors.secondToFirst(rows(0, 0, 0, 0)));
        assertTrue(Errors.besideRankOne(rows(2, 0.1, 0, 1)) >= Errors.secondToFirst(rows(2, 0.1, 0, 1)) - 1e-12);
        assertEquals(Double.NaN, Errors.besideRankOne(rows(Double.NaN, 1, 2, 3)));
        assertEquals(Double.NaN, Errors.besideRankOne(rows(1, 1, 2, Double.NaN)));
    }
}
