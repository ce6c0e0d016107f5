package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of gates against the specification in double: all short lengths, in place, a million points, special values. */
@ExtendWith(CaseReport.class)
class GateKernelsTest {
    private static final double[] SPECIALS = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        0.0,
        -0.0,
        1e-42,
        -1e-42,
        3e38,
        -3e38,
        1e-20,
        88,
        -88,
        100,
        -100
    };

    private static final int[] LENGTHS = IntStream.concat(
                    IntStream.rangeClosed(0, 130), IntStream.of(1023, 1024, 1025, 2100, 20_000))
            .toArray();

    private final RandomGenerator random = TestSeed.random("gates");

    private double gaussian() {
        return 2 * random.nextGaussian();
    }

    private double share() {
        return random.nextDouble();
    }

    private double signedShare() {
        return random.nextDouble(-1, 1);
    }

    /** A kernel with its form. */
    private enum Kernel {
        EXP(1, 1),
        TANH(1, 1),
        TANH_BACKWARD(2, 1),
        SIGMOID(1, 1),
        SIGMOID_BACKWARD(2, 1),
        SILU(1, 1),
        SILU_BACKWARD(2, 1),
        SOFTPLUS(1, 1),
        SOFTPLUS_BACKWARD(2, 1),
        ADD(2, 1),
        SWIGLU(2, 1),
        GEGLU_EXACT(2, 1),
        GEGLU_TANH(2, 1),
        SWIGLU_BACKWARD(3, 2),
        GEGLU_EXACT_BACKWARD(3, 2),
        GEGLU_TANH_BACKWARD(3, 2);

        private final int inputs;
        private final int outputs;

        Kernel(int inputs, int outputs) {
            this.inputs = inputs;
            this.outputs = outputs;
        }

        private Gate form() {
            return Gate.valueOf(name().replace("_BACKWARD", ""));
        }

        <A> void run(Kernels<A> kernels, List<Matrix<A>> m) {
            switch (this) {
                case EXP -> kernels.exp(m.get(0), m.get(1));
                case TANH -> kernels.tanh(m.get(0), m.get(1));
                case TANH_BACKWARD -> kernels.tanhBackward(m.get(0), m.get(1), m.get(2));
                case SIGMOID -> kernels.sigmoid(m.get(0), m.get(1));
                case SIGMOID_BACKWARD -> kernels.sigmoidBackward(m.get(0), m.get(1), m.get(2));
                case SILU -> kernels.silu(m.get(0), m.get(1));
                case SILU_BACKWARD -> kernels.siluBackward(m.get(0), m.get(1), m.get(2));
                case SOFTPLUS -> kernels.softplus(m.get(0), m.get(1));
                case SOFTPLUS_BACKWARD -> kernels.softplusBackward(m.get(0), m.get(1), m.get(2));
                case ADD -> kernels.add(m.get(0), m.get(1), m.get(2));
                case SWIGLU, GEGLU_EXACT, GEGLU_TANH -> kernels.gate(form(), m.get(0), m.get(1), m.get(2));
                default -> kernels.gateBackward(form(), m.get(0), m.get(1), m.get(2), m.get(3), m.get(4));
            }
        }

        /** The documented error of a result in f32, or more of it by what f32 flushes, divided by ε. */
        double bound(double[] in, int output, double expected) {
            double exact = Math.abs(expected);
            double tiny = 0x1p-98; // ε times it is 2⁻¹²¹.
            return switch (this) {
                case EXP, SIGMOID -> 2 * exact + Float.MIN_NORMAL / 0x1p-23;
                case SOFTPLUS -> 3 * exact + Float.MIN_NORMAL / 0x1p-23;
                case SOFTPLUS_BACKWARD -> 3 * exact + Float.MIN_NORMAL / 0x1p-23 * Math.abs(in[1]);
                case TANH -> 2 * exact;
                case ADD -> exact;
                case TANH_BACKWARD, SIGMOID_BACKWARD -> 2 * exact + 0x1p-125 * Math.abs(in[1]);
                case SILU -> 3 * exact + tiny;
                case SILU_BACKWARD -> 5 * Math.abs(in[1]);
                case SWIGLU -> 4 * exact + tiny * Math.abs(in[0]);
                case GEGLU_EXACT, GEGLU_TANH ->
                    4 * Math.max(exact, Math.abs(in[0] * in[1]) / 2) + tiny * Math.abs(in[0]);
                default ->
                    output == 1
                            ? 7 * Math.abs(in[0] * in[2]) + 0x1p-126 * Math.abs(in[2])
                            : (this == SWIGLU_BACKWARD ? 4 * exact : 4 * Math.max(exact, Math.abs(in[1] * in[2]) / 2))
                                    + tiny * Math.abs(in[2]);
            };
        }
    }

    private DoubleSupplier values(Kernel kernel, int input) {
        return switch (kernel) {
            case TANH_BACKWARD -> input == 0 ? this::signedShare : this::gaussian;
            case SIGMOID_BACKWARD -> input == 0 ? this::share : this::gaussian;
            default -> this::gaussian;
        };
    }

    private static <A> List<Matrix<A>> views(List<Operand<A>> operands) {
        return operands.stream().map(operand -> operand.view).toList();
    }

    private <A> List<Operand<A>> operands(Kernel kernel, Precision<A> precision, int count, int rows, int n) {
        List<Operand<A>> operands = new ArrayList<>();
        for (int i = 0; i < kernel.inputs; i++) {
            operands.add(Operand.batch(precision, count, rows, n, values(kernel, i)));
        }
        for (int i = 0; i < kernel.outputs; i++) {
            operands.add(Operand.batch(precision, count, rows, n, () -> Double.NaN));
        }
        return operands;
    }

    private static <A> List<Operand<double[]>> expected(Kernel kernel, List<Operand<A>> operands) {
        List<Operand<double[]>> wide = operands.stream().map(Operand::widened).toList();
        kernel.run(Reference.KERNELS, views(wide));
        wide.subList(kernel.inputs, wide.size()).forEach(GateKernelsTest::overflowAsFloats);
        return wide;
    }

    /** What is beyond f32 is infinite there. */
    private static void overflowAsFloats(Operand<double[]> m) {
        double[] values = m.view.array();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(values[i]) > Float.MAX_VALUE ? (float) values[i] : values[i];
        }
    }

    private static <A> void check(
            Kernel kernel, List<Operand<double[]>> expected, List<Operand<A>> actual, double eps, String what) {
        for (int o = 0; o < kernel.outputs; o++) {
            int output = o;
            Operand<double[]> right = expected.get(kernel.inputs + o);
            assertClose(
                    right,
                    actual.get(kernel.inputs + o),
                    (b, i, j) -> {
                        double[] in = expected.stream()
                                .limit(kernel.inputs)
                                .mapToDouble(x -> x.get(b, i, j))
                                .toArray();
                        return eps * kernel.bound(in, output, right.get(b, i, j)) + Float.MIN_VALUE;
                    },
                    what + " output " + o);
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyLength(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        try (Kernels<A> kernels = tested.open(2)) {
            for (Kernel kernel : Kernel.values()) {
                for (int n : LENGTHS) {
                    List<Operand<A>> operands = operands(kernel, precision, 2, 2, n);
                    List<Operand<double[]>> expected = expected(kernel, operands);
                    kernel.run(kernels, views(operands));
                    String what = tested + " " + kernel + " n=" + n;
                    operands.subList(0, kernel.inputs).forEach(x -> x.assertUnchanged(what));
                    operands.subList(kernel.inputs, operands.size()).forEach(y -> y.assertGapsUntouched(what));
                    check(kernel, expected, operands, precision.epsilon(), what);
                    if (n < 130) {
                        inPlace(kernel, kernels, operands, what);
                    }
                    tested.count(2);
                }
            }
        }
    }

    /** Each output in the place of each input, and of two outputs both so: the same bits. */
    private static <A> void inPlace(Kernel kernel, Kernels<A> kernels, List<Operand<A>> operands, String what) {
        for (int first = 0; first < kernel.inputs; first++) {
            for (int second = 0; second < kernel.inputs; second++) {
                if (kernel.outputs == 2 && first == second) {
                    continue;
                }
                List<Operand<A>> copies = operands.stream().map(Operand::copy).toList();
                List<Operand<A>> inPlace = new ArrayList<>(copies);
                inPlace.set(kernel.inputs, copies.get(first));
                if (kernel.outputs == 2) {
                    inPlace.set(kernel.inputs + 1, copies.get(second));
                }
                kernel.run(kernels, views(inPlace));
                for (int o = kernel.inputs; o < operands.size(); o++) {
                    inPlace.get(o).assertGapsUntouched(what + " in place");
                    assertClose(operands.get(o).widened(), inPlace.get(o), (b, i, j) -> 0, what + " in place");
                }
            }
        }
    }

    /** A third in every binade from 2⁻¹⁴⁹ up, a third where the functions bend, a third where their tails end. */
    private double point(int i) {
        float x = switch (i % 3) {
            case 0 -> Float.intBitsToFloat(random.nextInt());
            case 1 -> (float) random.nextDouble(-14, 14);
            default -> (float) random.nextDouble(-105, 90);
        };
        return Float.isFinite(x) ? x : 1;
    }

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void aMillionPoints(Kernel kernel) {
        Tested<float[]> tested = new Tested<>("vector", Precision.F32);
        int n = 1_000_000;
        List<Operand<float[]>> operands = operands(kernel, Precision.F32, 1, 1, n);
        int swept = kernel.inputs == 1 || kernel == Kernel.SILU_BACKWARD || kernel == Kernel.SOFTPLUS_BACKWARD ? 0 : 1;
        if (kernel != Kernel.TANH_BACKWARD && kernel != Kernel.SIGMOID_BACKWARD) {
            int[] i = {0};
            operands.set(swept, Operand.matrix(Precision.F32, 1, n, () -> point(i[0]++)));
        }
        List<Operand<double[]>> expected = expected(kernel, operands);
        try (Kernels<float[]> kernels = tested.open()) {
            kernel.run(kernels, views(operands));
        }
        for (int o = 0; o < kernel.outputs; o++) {
            double worst = 0;
            for (int j = 0; j < n; j++) {
                double[] in = new double[kernel.inputs];
                for (int i = 0; i < in.length; i++) {
                    in[i] = operands.get(i).get(0, 0, j);
                }
                double right = expected.get(kernel.inputs + o).get(0, 0, j);
                double actual = operands.get(kernel.inputs + o).get(0, 0, j);
                if (actual == (float) right) {
                    continue;
                }
                double used = Math.abs(actual - right) / (0x1p-23 * kernel.bound(in, o, right) + Float.MIN_VALUE);
                if (!(used <= worst)) {
                    worst = used;
                    assertTrue(
                            used <= 1,
                            kernel + " of " + Arrays.toString(in) + " is " + actual + ", exact " + right + ", " + used
                                    + " of the bound, " + TestSeed.hint());
                }
            }
            System.out.printf("%s vector.f32: worst error %.2f of the bound, on %,d points%n", kernel, worst, n);
        }
        tested.count(n);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void specialValues(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        try (Kernels<A> kernels = tested.open()) {
            for (Kernel kernel : Kernel.values()) {
                for (int input = 0; input < kernel.inputs; input++) {
                    for (int at = 0; at < 43; at++) {
                        for (double special : SPECIALS) {
                            boolean isShare =
                                    input == 0 && (kernel == Kernel.TANH_BACKWARD || kernel == Kernel.SIGMOID_BACKWARD);
                            if (isShare && Math.abs(special) > 1) {
                                continue; // No value of tanh or σ.
                            }
                            List<Operand<A>> operands = operands(kernel, precision, 1, 1, 43);
                            operands.get(input).set(0, 0, at, special);
                            List<Operand<double[]>> expected = expected(kernel, operands);
                            kernel.run(kernels, views(operands));
                            String what = tested + " " + kernel + " of " + special + " at " + at;
                            check(kernel, expected, operands, precision.epsilon(), what);
                            tested.count(1);
                        }
                    }
                }
            }
        }
    }
}
