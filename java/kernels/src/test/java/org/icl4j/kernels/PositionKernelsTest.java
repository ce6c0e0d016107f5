package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rotary embedding against the specification, and that against rotations of the complex plane. */
@ExtendWith(CaseReport.class)
class PositionKernelsTest {
    private final RandomGenerator random = TestSeed.random("positions");

    private static <A> RotaryAngles<double[]> widened(Operand<A> cos, Operand<A> sin) {
        return new RotaryAngles<>(cos.widened().view, sin.widened().view);
    }

    /** All numbers of pairs, alone and before columns that stay. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyWidth(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (RotaryPairing pairing : RotaryPairing.values()) {
                for (int pairs = 0; pairs <= 40; pairs++) {
                    for (int rest : new int[] {0, 1, 17}) {
                        check(tested, kernels, new Rotary(3, pairing), pairs, rest);
                    }
                }
            }
        }
    }

    private <A> void check(Tested<A> tested, Kernels<A> kernels, Rotary heads, int pairs, int rest) {
        Precision<A> precision = tested.precision();
        int dHead = 2 * pairs + rest;
        int width = heads.nHeads() * dHead;
        Operand<A> cos = Operand.matrix(precision, 5, pairs, () -> random.nextDouble(-1, 1));
        Operand<A> sin = Operand.matrix(precision, 5, pairs, () -> random.nextDouble(-1, 1));
        RotaryAngles<A> angles = new RotaryAngles<>(cos.view, sin.view);
        Operand<A> x = Operand.batch(precision, 2, 5, width, random::nextGaussian);
        Operand<A> y = Operand.batch(precision, 2, 5, width, () -> Double.NaN);
        Operand<A> back = Operand.batch(precision, 2, 5, width, () -> Double.NaN);
        Operand<double[]> yExpected = y.widened();
        Operand<double[]> backExpected = back.widened();
        kernels.rotary(heads, angles, x.view, y.view);
        kernels.rotaryBackward(heads, angles, x.view, back.view);
        Reference.KERNELS.rotary(heads, widened(cos, sin), x.widened().view, yExpected.view);
        Reference.KERNELS.rotaryBackward(heads, widened(cos, sin), x.widened().view, backExpected.view);
        String what = tested + " " + heads + " pairs " + pairs + " of " + dHead + " columns";
        Reference.Tolerance bound = (b, t, j) -> {
            int inHead = j % dHead;
            int partner = heads.pairing() == RotaryPairing.INTERLEAVED ? inHead ^ 1 : (inHead + pairs) % (2 * pairs);
            double sum = Math.abs(x.get(b, t, j)) + Math.abs(x.get(b, t, j - inHead + partner));
            return inHead < 2 * pairs ? precision.epsilon() * sum : 0;
        };
        assertClose(yExpected, y, bound, what);
        assertClose(backExpected, back, bound, what + " backward");
        x.assertUnchanged(what);
        cos.assertUnchanged(what);
        sin.assertUnchanged(what);
        y.assertGapsUntouched(what);
        back.assertGapsUntouched(what);
        kernels.rotary(heads, angles, x.view, x.view);
        assertClose(y.widened(), x, (b, t, j) -> 0, what + " in place");
        tested.count(3);
    }

    /** A position turned alone has the bits that it has in a sequence, and both pairings are one rotation. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    void positionsAlone(Tested<float[]> tested) {
        int length = 9;
        int dHead = 22;
        RotaryAngles<float[]> angles = RotaryAngles.of(Precision.F32, length, dHead / 2, RotaryAngles.BASE);
        try (Kernels<float[]> kernels = tested.open()) {
            Operand<float[]> x = Operand.matrix(Precision.F32, length, 2 * dHead, random::nextGaussian);
            Operand<float[]> whole = Operand.matrix(Precision.F32, length, 2 * dHead, () -> 0);
            Rotary heads = new Rotary(2, RotaryPairing.INTERLEAVED);
            kernels.rotary(heads, angles, x.view, whole.view);
            for (int t = 0; t < length; t++) {
                Operand<float[]> one = Operand.matrix(Precision.F32, 1, 2 * dHead, () -> 0);
                kernels.rotary(heads, angles.rows(t, t + 1), x.view.rows(t, t + 1), one.view);
                for (int j = 0; j < 2 * dHead; j++) {
                    assertEquals(whole.get(0, t, j), one.get(0, 0, j), tested + " position " + t);
                }
            }
            Operand<float[]> apart = Operand.matrix(Precision.F32, length, 2 * dHead, () -> 0);
            for (int j = 0; j < 2 * dHead; j++) {
                for (int t = 0; t < length; t++) {
                    apart.set(0, t, halvesColumn(j, dHead), x.get(0, t, j));
                }
            }
            kernels.rotary(new Rotary(2, RotaryPairing.HALVES), angles, apart.view, apart.view);
            for (int j = 0; j < 2 * dHead; j++) {
                for (int t = 0; t < length; t++) {
                    assertEquals(whole.get(0, t, j), apart.get(0, t, halvesColumn(j, dHead)), tested + " column " + j);
                }
            }
            tested.count(length + 1);
        }
    }

    /** Where {@link RotaryPairing#HALVES} keeps what {@link RotaryPairing#INTERLEAVED} keeps in column {@code j}. */
    private static int halvesColumn(int j, int dHead) {
        int inHead = j % dHead;
        return j - inHead + inHead % 2 * (dHead / 2) + inHead / 2;
    }

    /** Position t is a turn by t·10000^(−i/P), products depend on distances alone, and the gradient turns back. */
    @Test
    void specification() {
        int length = 50;
        int pairs = 4;
        RotaryAngles<double[]> angles = RotaryAngles.of(Precision.F64, length, pairs, RotaryAngles.BASE);
        Rotary heads = new Rotary(1, RotaryPairing.INTERLEAVED);
        Operand<double[]> x = Operand.matrix(Precision.F64, length, 2 * pairs, () -> 0);
        for (int i = 0; i < pairs; i++) {
            for (int t = 0; t < length; t++) {
                x.set(0, t, 2 * i, 2);
            }
        }
        Operand<double[]> y = Operand.matrix(Precision.F64, length, 2 * pairs, () -> Double.NaN);
        Reference.KERNELS.rotary(heads, angles, x.view, y.view);
        double[] frequency = {1, 0.1, 0.01, 0.001};
        for (int t = 0; t < length; t++) {
            for (int i = 0; i < pairs; i++) {
                assertEquals(2 * Math.cos(t * frequency[i]), y.get(0, t, 2 * i), 1e-13);
                assertEquals(2 * Math.sin(t * frequency[i]), y.get(0, t, 2 * i + 1), 1e-13);
            }
        }
        assertEquals(dot(y, 3, 11), dot(y, 38, 46), 1e-13);
        Reference.KERNELS.rotaryBackward(heads, angles, y.view, y.view);
        assertClose(x, y, (b, t, j) -> 1e-14, "turned there and back");
    }

    private static double dot(Operand<double[]> y, int s, int t) {
        double sum = 0;
        for (int j = 0; j < y.view.cols(); j++) {
            sum += y.get(0, s, j) * y.get(0, t, j);
        }
        return sum;
    }

    @Test
    void settings() {
        assertThrows(IllegalArgumentException.class, () -> new Rotary(0, RotaryPairing.HALVES));
        assertThrows(IllegalArgumentException.class, () -> RotaryAngles.of(Precision.F32, -1, 2, 10));
        assertThrows(IllegalArgumentException.class, () -> RotaryAngles.of(Precision.F32, 2, 2, 0));
        RotaryAngles<float[]> angles = RotaryAngles.of(Precision.F32, 3, 4, RotaryAngles.BASE);
        Operand<float[]> x = Operand.matrix(Precision.F32, 3, 14, () -> 1);
        try (Kernels<float[]> kernels = new Tested<>("scalar", Precision.F32).open()) {
            for (int nHeads : new int[] {2, 4}) {
                Rotary heads = new Rotary(nHeads, RotaryPairing.HALVES);
                IllegalArgumentException refused = assertThrows(
                        IllegalArgumentException.class, () -> kernels.rotary(heads, angles, x.view, x.view));
                assertEquals(true, refused.getMessage().contains("nHeads=" + nHeads), refused.getMessage());
            }
        }
        x.assertUnchanged("x");
    }
}
