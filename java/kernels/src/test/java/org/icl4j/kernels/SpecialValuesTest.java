package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.icl4j.kernels.KernelCall.Role;
import org.icl4j.kernels.KernelCall.Slot;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operand of every kernel with a special value in it, in whole vectors and in the rest of a row: each element of each
 * result is NaN, infinite or finite as the specification's.
 */
@ExtendWith(CaseReport.class)
class SpecialValuesTest {
    private static final int COLUMNS = 44;
    private static final int ROWS = 3;

    /** NaNs that differ in sign, in what they carry, and in the bit that makes them quiet. */
    private static final int[] NANS = {0x7fc00000, 0x7fc00001, 0xffc00001, 0x7f800001, 0x7fffffff, 0xff812345};

    private static final float[] OTHERS = {
        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE, -1e-40f
    };

    private final RandomGenerator random = TestSeed.random("specials");

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    void classes(Tested<float[]> tested) {
        List<KernelCall<float[]>> calls = KernelCall.all(1, ROWS, COLUMNS);
        List<KernelCall<double[]>> specifications = KernelCall.all(1, ROWS, COLUMNS);
        try (Kernels<float[]> kernels = tested.open()) {
            for (int c = 0; c < calls.size(); c++) {
                KernelCall<float[]> call = calls.get(c);
                for (int slot = 0; slot < call.slots().size(); slot++) {
                    if (call.slots().get(slot).role() != Role.OVERWRITTEN) {
                        everyPlace(tested, kernels, call, specifications.get(c), slot);
                    }
                }
            }
        }
    }

    private void everyPlace(
            Tested<float[]> tested,
            Kernels<float[]> kernels,
            KernelCall<float[]> call,
            KernelCall<double[]> specification,
            int slot) {
        int size = call.slots().get(slot).size();
        for (int at = 0; at < Math.min(20, size); at++) {
            // In turn in the first row and in the last one.
            int place = at % 2 == 0 ? at : size - at;
            for (int i = 0; i <= OTHERS.length; i++) {
                float special = i < OTHERS.length ? OTHERS[i] : Float.intBitsToFloat(NANS[at % NANS.length]);
                check(tested, kernels, call, specification, slot, place, special);
            }
        }
    }

    private void check(
            Tested<float[]> tested,
            Kernels<float[]> kernels,
            KernelCall<float[]> call,
            KernelCall<double[]> specification,
            int specialSlot,
            int place,
            float special) {
        List<Matrix<float[]>> actual = new ArrayList<>();
        List<Matrix<double[]>> expected = new ArrayList<>();
        for (int i = 0; i < call.slots().size(); i++) {
            Slot slot = call.slots().get(i);
            float[] values = new float[slot.size()];
            double[] wide = new double[slot.size()];
            for (int j = 0; j < values.length; j++) {
                values[j] = random.nextFloat(0.1f, 1);
            }
            if (i == specialSlot) {
                values[place] = special;
            }
            for (int j = 0; j < values.length; j++) {
                wide[j] = values[j];
            }
            actual.add(slot.view(values, 0));
            expected.add(slot.view(wide, 0));
        }
        call.body().run(kernels, actual);
        specification.body().run(Reference.KERNELS, expected);
        for (int i = 0; i < actual.size(); i++) {
            for (int j = 0; j < call.slots().get(i).size(); j++) {
                float value = actual.get(i).array()[j];
                boolean permitted = call.name().equals("attentionBackward") && Float.isNaN(value);
                if (!permitted && !kind(value).equals(kind(expected.get(i).array()[j]))) {
                    String what = tested + " " + call + " with " + special + " ("
                            + Integer.toHexString(Float.floatToRawIntBits(special)) + ") in "
                            + call.slots().get(specialSlot).name() + "[" + place + "]: "
                            + call.slots().get(i).name() + "[" + j + "] is " + value + ", " + TestSeed.hint();
                    assertEquals(expected.get(i).array()[j], value, what);
                }
            }
        }
        tested.count(1);
    }

    private static String kind(double value) {
        return Double.isFinite(value) ? "finite" : Double.toString(value);
    }
}
