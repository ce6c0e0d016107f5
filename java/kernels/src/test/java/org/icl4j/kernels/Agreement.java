package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.icl4j.kernels.KernelCall.Role;
import org.icl4j.kernels.KernelCall.Slot;

/**
 * Whether kernels do what the specification does, for all kernels alike: small shapes with and without a rest after whole
 * vectors, operands with gaps and, where allowed, transposed, numbers of either sign and large ones, and special values. The
 * bounds are coarse; those that the kernels document are in the tests of their kinds.
 */
final class Agreement {
    /** Matrices, rows, columns; one shape makes A of a product square. */
    private static final int[][] SHAPES = {{1, 1, 2}, {2, 3, 44}, {1, 16, 16}, {1, 18, 18}, {3, 5, 34}, {1, 35, 70}};

    /** In units of ε·(1 + largest element of the result). */
    private static final double BOUND = 300;

    private static final int SPECIAL_ROWS = 3;
    private static final int SPECIAL_COLUMNS = 44;

    /** NaNs that differ in sign, in what they carry, and in the bit that makes them quiet. */
    private static final int[] NANS = {0x7fc00000, 0x7fc00001, 0xffc00001, 0x7f800001, 0x7fffffff, 0xff812345};

    private static final float[] OTHERS = {
        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE, -1e-40f
    };

    private final String provider;
    private final Kernels<float[]> kernels;
    private final Kernels<double[]> specification;
    private final List<Double> results = new ArrayList<>();
    private final List<Double> expectedResults = new ArrayList<>();
    private final RandomGenerator random;
    private long cases;

    Agreement(String provider, Kernels<float[]> kernels, RandomGenerator random) {
        this.provider = provider;
        this.kernels = InterceptedKernels.recording(kernels, results);
        this.specification = InterceptedKernels.recording(Reference.KERNELS, expectedResults);
        this.random = random;
    }

    /** The number of calls compared. */
    long cases() {
        return cases;
    }

    /** Random numbers on every shape. */
    void onEveryShape(Predicate<KernelCall<?>> which) {
        for (int[] shape : SHAPES) {
            List<KernelCall<float[]>> calls = KernelCall.all(shape[0], shape[1], shape[2]);
            List<KernelCall<double[]>> specifications = KernelCall.all(shape[0], shape[1], shape[2]);
            for (int i = 0; i < calls.size(); i++) {
                if (which.test(calls.get(i))) {
                    everyForm(calls.get(i), specifications.get(i));
                }
            }
        }
    }

    /** A product with each of A and B stored as it is and transposed. */
    private void everyForm(KernelCall<float[]> call, KernelCall<double[]> calculation) {
        int forms = call.isProduct() ? 4 : 1;
        for (int form = 0; form < forms; form++) {
            compare(call, calculation, form, -1);
            for (int slot = 0; slot < call.slots().size(); slot++) {
                if (mayBeLarge(call, call.slots().get(slot))) {
                    compare(call, calculation, form, slot);
                }
            }
        }
    }

    /** A backward pass works on what a forward pass gave: probabilities and gates are not hundreds. */
    private static boolean mayBeLarge(KernelCall<?> call, Slot slot) {
        return !call.name().contains("Backward") && slot.role() != Role.OVERWRITTEN;
    }

    /** Numbers of either sign; in the operand number {@code large}, if any, hundreds. */
    private void compare(KernelCall<float[]> call, KernelCall<double[]> calculation, int form, int large) {
        List<Operand<float[]>> actual = new ArrayList<>();
        List<Operand<double[]>> expected = new ArrayList<>();
        for (Slot slot : call.slots()) {
            boolean transposed = slot.role() == Role.READ && (form >> actual.size() & 1) != 0;
            actual.add(operand(slot, transposed, values(slot, actual.size() == large)));
            expected.add(actual.getLast().widened());
        }
        call.body().run(kernels, actual.stream().map(operand -> operand.view).toList());
        calculation
                .body()
                .run(
                        specification,
                        expected.stream().map(operand -> operand.view).toList());
        String what = provider + " " + call
                + (large < 0 ? "" : " with large " + call.slots().get(large).name());
        for (int i = 0; i < actual.size(); i++) {
            Slot slot = call.slots().get(i);
            String name = what + ": " + slot.name();
            if (slot.isOutput()) {
                actual.get(i).assertGapsUntouched(name);
                compare(expected.get(i), actual.get(i), large < 0 ? 1 : 1000, name);
            } else {
                actual.get(i).assertUnchanged(name);
            }
        }
        compareResults(what);
        cases++;
    }

    private DoubleSupplier values(Slot slot, boolean large) {
        if (slot.role() == Role.OVERWRITTEN) {
            return () -> Double.NaN;
        }
        return switch (slot.name()) {
            // A state that grows would leave f32, and one that is multiplied by much is chaotic.
            case "a" -> () -> -random.nextDouble();
            case "W" -> () -> random.nextGaussian() / slot.cols();
            case "secondMoment" -> random::nextDouble;
            default -> large ? () -> random.nextDouble(100, 200) : random::nextGaussian;
        };
    }

    private static Operand<float[]> operand(Slot slot, boolean transposed, DoubleSupplier values) {
        return transposed
                ? Operand.transposed(Precision.F32, slot.count(), slot.rows(), slot.cols(), values)
                : Operand.batch(Precision.F32, slot.count(), slot.rows(), slot.cols(), values);
    }

    private static void compare(Operand<double[]> expected, Operand<float[]> actual, double factor, String what) {
        Operand<double[]> stored = rounded(expected);
        double unit = factor * bound(elements(stored));
        assertClose(stored, actual, (b, i, j) -> unit, what);
    }

    /** What is too large for f32 is infinite there. */
    private static Operand<double[]> rounded(Operand<double[]> exact) {
        Operand<double[]> rounded = exact.copy();
        double[] array = rounded.view.array();
        for (int i = 0; i < array.length; i++) {
            array[i] = (float) array[i];
        }
        return rounded;
    }

    private static double bound(DoubleStream results) {
        double largest = results.map(Math::abs).filter(Double::isFinite).max().orElse(0);
        return BOUND * Precision.F32.epsilon() * (1 + largest);
    }

    private static DoubleStream elements(Operand<double[]> operand) {
        Matrix<double[]> view = operand.view;
        return IntStream.range(0, view.count())
                .boxed()
                .flatMapToDouble(b -> IntStream.range(0, view.rows())
                        .boxed()
                        .flatMapToDouble(i -> IntStream.range(0, view.cols()).mapToDouble(j -> operand.get(b, i, j))));
    }

    private void compareResults(String what) {
        assertEquals(expectedResults.size(), results.size(), what);
        for (int i = 0; i < results.size(); i++) {
            double expected = expectedResults.get(i);
            double actual = results.get(i);
            boolean same = Double.isNaN(expected) ? Double.isNaN(actual) : expected == actual;
            if (!same && !(Math.abs(expected - actual) <= 1e-9 * (1 + Math.abs(expected)))) {
                assertEquals(expected, actual, what + TestSeed.hint());
            }
        }
        results.clear();
        expectedResults.clear();
    }

    /** Every operand with a special value in one of {@code places} places: what is NaN or infinite is so in both. */
    void onSpecialValues(Predicate<KernelCall<?>> which, int places) {
        List<KernelCall<float[]>> calls = KernelCall.all(1, SPECIAL_ROWS, SPECIAL_COLUMNS);
        List<KernelCall<double[]>> specifications = KernelCall.all(1, SPECIAL_ROWS, SPECIAL_COLUMNS);
        for (int c = 0; c < calls.size(); c++) {
            for (int slot = 0; slot < calls.get(c).slots().size(); slot++) {
                if (which.test(calls.get(c)) && calls.get(c).slots().get(slot).role() != Role.OVERWRITTEN) {
                    everyPlace(calls.get(c), specifications.get(c), slot, places);
                }
            }
        }
    }

    private void everyPlace(KernelCall<float[]> call, KernelCall<double[]> calculation, int slot, int places) {
        int size = call.slots().get(slot).size();
        for (int at = 0; at < Math.min(places, size); at++) {
            // In turn in the first row and in the last one.
            int place = at % 2 == 0 ? at : size - at;
            compareWith(call, calculation, slot, place, Float.intBitsToFloat(NANS[at % NANS.length]));
            for (float special : OTHERS) {
                compareWith(call, calculation, slot, place, special);
            }
        }
    }

    private void compareWith(
            KernelCall<float[]> call, KernelCall<double[]> calculation, int specialSlot, int place, float special) {
        List<Matrix<float[]>> actual = new ArrayList<>();
        List<Matrix<double[]>> expected = new ArrayList<>();
        for (int i = 0; i < call.slots().size(); i++) {
            Slot slot = call.slots().get(i);
            float[] values = new float[slot.size()];
            for (int j = 0; j < values.length; j++) {
                values[j] = random.nextFloat(0.1f, 1);
            }
            if (i == specialSlot) {
                values[place] = special;
            }
            actual.add(slot.view(values, 0));
            expected.add(slot.view(widened(values), 0));
        }
        call.body().run(kernels, actual);
        calculation.body().run(specification, expected);
        String what = provider + " " + call + " with " + special + " ("
                + Integer.toHexString(Float.floatToRawIntBits(special)) + ") in "
                + call.slots().get(specialSlot).name() + "[" + place + "]: ";
        for (int i = 0; i < actual.size(); i++) {
            boolean mayBeNaN = call.name().startsWith("attentionBackward");
            assertAlike(
                    expected.get(i).array(),
                    actual.get(i).array(),
                    mayBeNaN,
                    what + call.slots().get(i).name());
        }
        compareResults(what);
        cases++;
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int j = 0; j < values.length; j++) {
            wide[j] = values[j];
        }
        return wide;
    }

    private static void assertAlike(double[] expected, float[] actual, boolean mayBeNaN, String what) {
        double unit = bound(Arrays.stream(expected));
        for (int j = 0; j < actual.length; j++) {
            double stored = (float) expected[j];
            boolean same = Double.isNaN(stored) ? Float.isNaN(actual[j]) : stored == actual[j];
            boolean permitted = mayBeNaN && Float.isNaN(actual[j]);
            if (!same && !permitted && !(Math.abs(stored - actual[j]) <= unit)) {
                assertEquals(expected[j], actual[j], what + "[" + j + "], " + TestSeed.hint());
            }
        }
    }
}
