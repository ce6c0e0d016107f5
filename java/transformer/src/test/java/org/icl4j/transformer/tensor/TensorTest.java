package org.icl4j.transformer.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.junit.jupiter.api.Test;

class TensorTest {
    private static Tensor<float[]> counting(int... shape) {
        Tensor<float[]> tensor = Tensor.zeros(Precision.F32, shape);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.set(i, i);
        }
        return tensor;
    }

    @Test
    void views() {
        Tensor<float[]> t = counting(2, 3, 4);
        assertEquals(24, t.size());
        assertEquals(17, t.get(t.index(1, 1, 1)));
        Matrix<float[]> flat = t.matrix();
        assertEquals("[6, 4]", flat.shape());
        Matrix<float[]> batch = t.batch();
        assertEquals("[2, 3, 4]", batch.shape());
        assertEquals(17, t.array()[batch.index(1, 1, 1)]);
        Matrix<float[]> last = t.lastPositions();
        assertEquals("[2, 4]", last.shape());
        assertEquals(11, t.array()[last.index(0, 0, 3)]);
        assertEquals(20, t.array()[last.index(0, 1, 0)]);
        assertEquals("[1, 5]", counting(5).matrix().shape());
        assertEquals("[1, 1]", counting().matrix().shape());
        assertThrows(IllegalStateException.class, () -> counting(2, 2).batch());
    }

    @Test
    void emptyTensors() {
        assertEquals("[3, 0]", counting(3, 0).matrix().shape());
        assertEquals("[6, 0]", counting(2, 3, 0).matrix().shape());
        assertEquals("[0, 3]", counting(0, 3).matrix().shape());
        Tensor<float[]> wide = counting(65536, 65536, 0);
        assertEquals(0, wide.size());
        assertThrows(IllegalArgumentException.class, wide::matrix);
        assertEquals("[0, 50000, 50000]", counting(0, 50000, 50000).batch().shape());
    }

    @Test
    void copies() {
        Tensor<float[]> t = counting(2, 2);
        Tensor<float[]> copy = t.copy();
        copy.set(0, 9);
        assertArrayEquals(new float[] {0, 1, 2, 3}, t.array());
        assertArrayEquals(new float[4], t.zerosLike().array());
    }

    @Test
    void arithmetic() {
        Tensor<float[]> t = counting(2, 2);
        assertArrayEquals(new float[] {2, 3}, t.row(1).array());
        assertArrayEquals(new float[] {0, 2, 4, 6}, t.plus(t).array());
        assertArrayEquals(new float[4], t.minus(t).array());
        assertThrows(IllegalArgumentException.class, () -> t.plus(counting(4)));
    }

    @Test
    void normIsOfAllElementsInDouble() {
        assertEquals(
                5, Tensor.of(Precision.F32, new float[] {3, 0, 0, -4}, 2, 2).norm());
        assertEquals(
                3e30 * Math.sqrt(2),
                Tensor.of(Precision.F32, new float[] {3e30f, 3e30f}, 2).norm(),
                1e24);
        assertTrue(Double.isNaN(
                Tensor.of(Precision.F64, new double[] {1, Double.NaN}, 2).norm()));
    }

    @Test
    void badShapes() {
        assertThrows(IllegalArgumentException.class, () -> Tensor.zeros(Precision.F32, 2, -1));
        assertThrows(IllegalArgumentException.class, () -> Tensor.zeros(Precision.F32, 1 << 16, 1 << 16));
        String message = assertThrows(
                        IllegalArgumentException.class, () -> Tensor.of(Precision.F32, new float[5], 2, 3))
                .getMessage();
        assertTrue(message.contains("5") && message.contains("[2, 3]") && message.contains("6"), message);
    }

    @Test
    void parameters() {
        Tensor<float[]> a = counting(2, 2);
        Tensor<float[]> b = counting(3);
        Parameters<float[]> parameters = Parameters.of(Map.of("a", a)).with("a", a.copy());
        assertNotSame(a, parameters.get("a"));
        assertEquals(List.of("a"), List.copyOf(parameters.names()));
        assertThrows(IllegalArgumentException.class, () -> parameters.with("a", b));
        assertThrows(IllegalArgumentException.class, () -> parameters.with("b", b));
        String message = assertThrows(IllegalArgumentException.class, () -> parameters.get("w"))
                .getMessage();
        assertTrue(message.contains("'w'") && message.contains("[a]"), message);
    }
}
