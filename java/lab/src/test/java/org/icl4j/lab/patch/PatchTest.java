package org.icl4j.lab.patch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.WeightType;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;

class PatchTest {
    private static final Change<double[]> OUTER = new Change.RankOne<>("w", vector(2, 3), vector(1, 10, 100));
    private static final Change<double[]> SHIFT = new Change.Shift<>("b", vector(5, 6));

    private static Tensor<double[]> vector(double... values) {
        return Tensor.of(Precision.F64, values, values.length);
    }

    private static Parameters<double[]> parameters() {
        Map<String, Tensor<double[]>> tensors = new LinkedHashMap<>();
        tensors.put("w", Tensor.of(Precision.F64, new double[] {1, 2, 3, 4, 5, 6}, 2, 3));
        tensors.put("b", vector(7, 8));
        tensors.put("other", vector(9));
        return Parameters.of(tensors);
    }

    @Test
    void changesAreAddedToACopy() {
        Parameters<double[]> before = parameters();
        Parameters<double[]> after = new Patch<>(List.of(OUTER, SHIFT)).appliedTo(before);
        assertArrayEquals(new double[] {3, 22, 203, 7, 35, 306}, after.get("w").array());
        assertArrayEquals(new double[] {12, 14}, after.get("b").array());
        assertSame(before.get("other"), after.get("other"));
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, before.get("w").array());
        assertArrayEquals(new double[] {7, 8}, before.get("b").array());
    }

    @Test
    void changesOfOneParameterAddUpAndRevert() {
        Patch<double[]> twice = new Patch<>(List.of(OUTER)).plus(new Patch<>(List.of(SHIFT, OUTER)));
        Parameters<double[]> after = twice.appliedTo(parameters());
        assertArrayEquals(new double[] {5, 42, 403, 10, 65, 606}, after.get("w").array());
        Parameters<double[]> back = twice.revertedFrom(after);
        assertArrayEquals(parameters().get("w").array(), back.get("w").array());
        assertArrayEquals(parameters().get("b").array(), back.get("b").array());
        assertEquals(12, twice.numbers(), "two numbers of the shift, five of each rank-1 change");
    }

    /** bf16 has 8 binary digits: 7 + 1/64 is halfway, and goes to the even 7; 8 + 3/64 is nearer to 8 + 4/64. */
    @Test
    void changedParametersAreRounded() {
        Parameters<double[]> after = new Patch<>(List.of(OUTER)).appliedTo(parameters(), WeightType.BF16);
        assertArrayEquals(new double[] {3, 22, 203, 7, 35, 306}, after.get("w").array());
        Change<double[]> small = new Change.Shift<>("b", vector(1 / 64.0, 3 / 64.0));
        Parameters<double[]> rounded = new Patch<>(List.of(small)).appliedTo(parameters(), WeightType.BF16);
        assertArrayEquals(new double[] {7, 8.0625}, rounded.get("b").array());
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, rounded.get("w").array());
    }

    @Test
    void someOfTheChanges() {
        Patch<double[]> both = new Patch<>(List.of(OUTER, SHIFT));
        assertEquals(List.of(SHIFT), both.only(name -> name.equals("b")).changes());
    }

    @Test
    void deltaIsWhatIsAdded() {
        assertArrayEquals(new double[] {2, 20, 200, 3, 30, 300}, OUTER.delta().array());
        assertArrayEquals(new int[] {2, 3}, OUTER.delta().shape());
        assertArrayEquals(new double[] {5, 6}, SHIFT.delta().array());
    }

    @Test
    void lowRankIsAProduct() {
        Tensor<double[]> left = Tensor.of(Precision.F64, new double[] {2, 1, 3, -1}, 2, 2);
        Tensor<double[]> right = Tensor.of(Precision.F64, new double[] {1, 10, 100, 1, 0, 2}, 2, 3);
        Change.LowRank<double[]> change = new Change.LowRank<>("w", left, right);
        assertEquals(2, change.rank());
        assertEquals(10, change.numbers());
        assertArrayEquals(new double[] {3, 20, 202, 2, 30, 298}, change.delta().array());
        Parameters<double[]> after = new Patch<double[]>(List.of(change)).appliedTo(parameters());
        assertArrayEquals(new double[] {4, 22, 205, 6, 35, 304}, after.get("w").array());
        assertMessage("change of shape [2, 3]", new Change.LowRank<>("b", left, right));
        assertThrows(IllegalArgumentException.class, () -> new Change.LowRank<>("w", right, left));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertMessage("no parameter 'x'", new Change.Shift<>("x", vector(1)));
        assertMessage("'b', which is", new Change.Shift<>("b", vector(1, 2, 3)));
        assertMessage("change of shape [3, 2]", new Change.RankOne<>("w", vector(1, 2, 3), vector(1, 2)));
        Tensor<double[]> matrix = Tensor.zeros(Precision.F64, 1, 2);
        assertThrows(IllegalArgumentException.class, () -> new Change.RankOne<>("w", matrix, vector(1)));
    }

    private static void assertMessage(String part, Change<double[]> change) {
        Patch<double[]> patch = new Patch<>(List.of(change));
        String message = assertThrows(IllegalArgumentException.class, () -> patch.appliedTo(parameters()))
                .getMessage();
        assertTrue(message.contains(part), message);
    }
}
