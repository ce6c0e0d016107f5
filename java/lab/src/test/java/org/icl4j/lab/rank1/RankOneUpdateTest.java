package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.patch.NoPatchException;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RankOneUpdateTest {
    private static final Kernels<double[]> F64 =
            Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"));

    private static final Tensor<double[]> W = Tensor.of(Precision.F64, new double[] {1, 2, 3, 4, 0, -1}, 3, 2);

    @AfterAll
    static void close() {
        F64.close();
    }

    private static Tensor<double[]> vector(double... values) {
        return Tensor.of(Precision.F64, values, values.length);
    }

    /** Golden vector G-1: A(x) = (3, 4), A(C, x) = (1, 2), worked out by hand. */
    @Test
    void goldenVector() {
        Tensor<double[]> update = new RankOneUpdate().update(F64, W, vector(-2, -2), vector(3, 4));
        double[] expected = {-18 / 25.0, -24 / 25.0, -42 / 25.0, -56 / 25.0, 6 / 25.0, 8 / 25.0};
        assertArrayEquals(expected, update.array(), 1e-15);
        assertEquals(Math.sqrt(236) / 5, update.norm(), 1e-14);
        assertEquals(3.072458, update.norm(), 1e-6);
        double[] patched = W.plus(update).array();
        assertEquals(5, patched[0] * 3 + patched[1] * 4, 1e-14);
        assertEquals(11, patched[2] * 3 + patched[3] * 4, 1e-14);
        assertEquals(-2, patched[4] * 3 + patched[5] * 4, 1e-14);
        assertEquals(0, Errors.secondToFirst(update), 1e-15);
    }

    /** Any R with R·a = 0 may be added to the update; none makes it smaller. */
    @Test
    void hasTheLeastNorm() {
        Tensor<double[]> update = new RankOneUpdate().update(F64, W, vector(-2, -2), vector(3, 4));
        for (double size : new double[] {-1, -0.1, 0.1, 1}) {
            Tensor<double[]> other =
                    update.plus(Tensor.of(Precision.F64, new double[] {4 * size, -3 * size, 0, 0, 0, 0}, 3, 2));
            assertTrue(other.norm() > update.norm());
        }
    }

    @Test
    void nothingToDoIsExactlyNothing() {
        assertArrayEquals(
                new double[6],
                new RankOneUpdate().update(F64, W, vector(0, 0), vector(3, 4)).array());
    }

    @Test
    void zeroVectorHasNoUpdate() {
        String message = assertThrows(
                        NoPatchException.class, () -> new RankOneUpdate().update(F64, W, vector(1, 2), vector(0, 0)))
                .getMessage();
        assertTrue(message.contains("|A(x)| is 0.0 against 2.23"), message);
        assertThrows(
                NoPatchException.class,
                () -> new RankOneUpdate().update(F64, W, vector(1e20, 0), vector(1, 1)),
                "nearly 0 against what it must become");
    }

    /** It must reach the comparison, and fail the claim there. */
    @Test
    void notANumberIsNotSwallowed() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            Tensor<double[]> update = new RankOneUpdate().update(F64, W, vector(bad, 0), vector(1, 1));
            assertFalse(Double.isFinite(update.norm()));
        }
    }
}
