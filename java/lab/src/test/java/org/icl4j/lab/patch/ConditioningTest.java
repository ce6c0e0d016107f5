package org.icl4j.lab.patch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.RunFailedException;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditioningTest {
    private static void require(double size, double target, String precision) {
        new Conditioning(size, target).require(Precision.of(precision), "'w'", "|x|", "what it stands for");
    }

    @Test
    void valueIsTheRatioOfTheNorms() {
        Tensor<float[]> x = Tensor.of(Precision.F32, new float[] {0, 3}, 2);
        Tensor<float[]> target = Tensor.of(Precision.F32, new float[] {9, 12}, 2);
        assertEquals(5, Conditioning.of(x, target).value());
        assertEquals(1, new Conditioning(0, 0).value());
        assertEquals(Double.POSITIVE_INFINITY, new Conditioning(0, 2).value());
        assertEquals(Double.NaN, new Conditioning(Double.NaN, 2).value());
    }

    /** Just below the limit of the precision there is no change, just above there is one. */
    @ParameterizedTest
    @CsvSource({"0.99e-6, 1.01e-6, f32", "0.99e-14, 1.01e-14, f64"})
    void limitIsThatOfThePrecision(double below, double above, String precision) {
        for (double target : new double[] {1, 1e9}) {
            assertDoesNotThrow(() -> require(above * target, target, precision));
            assertThrows(NoPatchException.class, () -> require(below * target, target, precision));
            Conditioning component = new Conditioning(below * below * target, target);
            assertThrows(
                    NoPatchException.class,
                    () -> component.requireOfComponent(Precision.of(precision), "'w'", "f", "what is missing"));
        }
    }

    /** It ends a run, as what else cannot come to its claims, and names what is 0. */
    @Test
    void zeroIsNamed() {
        String message = assertThrows(RunFailedException.class, () -> require(0, 2.5, "f32"))
                .getMessage();
        assertEquals(
                "no change of 'w' stands for the context: |x| is 0.0 against 2.5, what it stands for; it must be above"
                        + " 1.0E-6 of that",
                message);
        assertTrue(assertThrows(NoPatchException.class, () -> require(0, 0, "f64"))
                .getMessage()
                .contains("1.0E-14"));
    }

    @Test
    void whatIsNotFiniteGoesOn() {
        assertDoesNotThrow(() -> require(1, Double.NaN, "f32"));
        assertDoesNotThrow(() -> require(Double.NaN, 1, "f32"));
        assertDoesNotThrow(() -> require(1, Double.POSITIVE_INFINITY, "f32"));
    }
}
