package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelCall.Slot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operand of every kernel, wrong in every way: refused, and nothing written. */
class ArgumentsTest {
    private static final Kernels<float[]> KERNELS =
            Kernels.open(Precision.F32, KernelOptions.defaults().provider("scalar"));

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    static Stream<KernelCall<float[]>> calls() {
        return KernelCall.<float[]>all(2, 3, 4).stream();
    }

    @Test
    void everyKernelIsInTheTable() {
        Set<String> kernels = new TreeSet<>();
        for (Class<?> kind : Kernels.class.getInterfaces()) {
            if (kind != AutoCloseable.class) {
                Arrays.stream(kind.getMethods()).forEach(method -> kernels.add(method.getName()));
            }
        }
        Set<String> listed = new TreeSet<>();
        calls().forEach(call -> listed.add(call.name().split(" ")[0]));
        assertEquals(kernels, listed);
    }

    private static List<Matrix<float[]>> operands(KernelCall<float[]> call) {
        List<Matrix<float[]>> operands = new ArrayList<>();
        for (Slot slot : call.slots()) {
            operands.add(slot.view(filled(slot.size()), 0));
        }
        return operands;
    }

    private static float[] filled(int n) {
        float[] array = new float[n];
        for (int i = 0; i < n; i++) {
            array[i] = 0.25f + i % 7;
        }
        return array;
    }

    private static void assertRefused(KernelCall<float[]> call, List<Matrix<float[]>> operands, String what) {
        List<float[]> before = operands.stream().map(m -> m.array().clone()).toList();
        assertThrows(IllegalArgumentException.class, () -> call.body().run(KERNELS, operands), call + ": " + what);
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), operands.get(i).array(), call + " wrote, with " + what);
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void rightArguments(KernelCall<float[]> call) {
        assertDoesNotThrow(() -> call.body().run(KERNELS, operands(call)));
    }

    /** An output that is another operand, or shares its last element with that one's first, or its first with the last. */
    @ParameterizedTest
    @MethodSource("calls")
    void overlap(KernelCall<float[]> call) {
        for (int i = 0; i < call.slots().size(); i++) {
            for (int j = 0; j < call.slots().size(); j++) {
                Slot output = call.slots().get(i);
                Slot other = call.slots().get(j);
                if (i == j || !output.isOutput()) {
                    continue;
                }
                int far = output.size() + other.size();
                int outputEnd = far + output.size();
                float[] array = filled(far + outputEnd);
                for (int at : new int[] {far, far + 1, outputEnd - 1, far - other.size() + 1}) {
                    List<Matrix<float[]>> operands = operands(call);
                    operands.set(i, output.view(array, far));
                    operands.set(j, other.view(array, at));
                    String what = output.name() + " at " + far + " and " + other.name() + " at " + at;
                    if (at == far && call.mayBeOne(output, other)) {
                        assertDoesNotThrow(() -> call.body().run(KERNELS, operands), call + ": " + what);
                    } else {
                        assertRefused(call, operands, what);
                    }
                }
                List<Matrix<float[]>> apart = operands(call);
                apart.set(i, output.view(array, far));
                apart.set(j, other.view(array, outputEnd));
                assertDoesNotThrow(() -> call.body().run(KERNELS, apart), call + ": side by side is no overlap");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void shapes(KernelCall<float[]> call) {
        for (int i = 0; i < call.slots().size(); i++) {
            Slot slot = call.slots().get(i);
            for (int change : new int[] {-1, 1, 2}) {
                List<Slot> wrong = List.of(
                        new Slot("count", slot.role(), slot.count() + change, slot.rows(), slot.cols()),
                        new Slot("rows", slot.role(), slot.count(), slot.rows() + change, slot.cols()),
                        new Slot("cols", slot.role(), slot.count(), slot.rows(), slot.cols() + change));
                for (Slot shape : wrong) {
                    boolean shared = call.isProduct() && !slot.isOutput() && shape.count() == 1;
                    if (!shared && !call.free().contains(slot.name() + "." + shape.name())) {
                        List<Matrix<float[]>> operands = operands(call);
                        operands.set(i, shape.view(filled(shape.size()), 0));
                        assertRefused(call, operands, slot.name() + " " + operands.get(i));
                    }
                }
            }
        }
    }

    /** Outputs whose matrices share elements, operands stored transposed, and operands of the other type. */
    @ParameterizedTest
    @MethodSource("calls")
    void kinds(KernelCall<float[]> call) {
        for (int i = 0; i < call.slots().size(); i++) {
            Slot slot = call.slots().get(i);
            List<Matrix<float[]>> operands = operands(call);
            if (slot.isOutput() && slot.count() > 1) {
                int stride = slot.rows() * slot.cols() - 1;
                operands.set(
                        i,
                        Matrix.batch(
                                filled(slot.size()), 0, slot.count(), stride, slot.rows(), slot.cols(), slot.cols()));
                assertRefused(call, operands, slot.name() + " that overlaps itself");
            }
            if (!call.isProduct()) {
                Slot flipped = new Slot(slot.name(), slot.role(), slot.count(), slot.cols(), slot.rows());
                operands.set(i, flipped.view(filled(slot.size()), 0).transposed());
                assertRefused(call, operands, slot.name() + " transposed");
            }
            List<Matrix<float[]>> mixed = operands(call);
            @SuppressWarnings({"unchecked", "rawtypes"})
            Matrix<float[]> wide = (Matrix) slot.view(new double[slot.size()], 0);
            mixed.set(i, wide);
            assertThrows(
                    IllegalArgumentException.class, () -> call.body().run(KERNELS, mixed), slot.name() + " in f64");
        }
    }
}
