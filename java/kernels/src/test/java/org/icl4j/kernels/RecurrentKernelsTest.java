package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recurrent layers against the specification, step by step forward, where errors cannot grow, and as a whole backward. */
@ExtendWith(CaseReport.class)
class RecurrentKernelsTest {
    private static final int[] WIDTHS = {1, 2, 7, 16, 17, 32, 33, 48, 67};
    private static final int[] BATCHES = {1, 3, 4, 9};

    private final RandomGenerator random = TestSeed.random("recurrences");

    /** The operands of both calls of one layer: {@code nGates} is 1 for the plain network and 3 for the gated one. */
    private final class Call<A> {
        final int nGates;
        final Operand<A> recurrent;
        final Operand<A> bias;
        final Operand<A> initial;
        final Operand<A> pre;
        final Operand<A> gates;
        final Operand<A> h;
        final Operand<A> dH;
        final Operand<A> dPre;
        final Operand<A> dRecurrent;
        final Operand<A> dBias;
        final Operand<A> dInitial;
        final String what;

        Call(Precision<A> precision, int nGates, int batch, int length, int width) {
            this.nGates = nGates;
            DoubleSupplier weight = () -> random.nextGaussian() / Math.sqrt(width);
            recurrent = Operand.matrix(precision, nGates * width, width, weight);
            bias = Operand.matrix(precision, 1, 3 * width, random::nextGaussian);
            initial = Operand.batch(precision, batch, 1, width, () -> random.nextDouble(-1, 1));
            pre = Operand.batch(precision, batch, length, nGates * width, random::nextGaussian);
            gates = Operand.batch(precision, batch, length, 4 * width, () -> Double.NaN);
            h = Operand.batch(precision, batch, length, width, () -> Double.NaN);
            dH = Operand.batch(precision, batch, length, width, random::nextGaussian);
            dPre = Operand.batch(precision, batch, length, nGates * width, () -> Double.NaN);
            dRecurrent = Operand.matrix(precision, nGates * width, width, random::nextGaussian);
            dBias = Operand.matrix(precision, 1, 3 * width, random::nextGaussian);
            dInitial = Operand.batch(precision, batch, 1, width, () -> Double.NaN);
            what = precision + (nGates == 1 ? " rnn" : " gru") + " B=" + batch + " T=" + length + " H=" + width;
        }

        void forward(Kernels<A> kernels) {
            if (nGates == 1) {
                kernels.rnn(recurrent.view, initial.view, pre.view, h.view);
            } else {
                kernels.gru(recurrent.view, bias.view, initial.view, pre.view, gates.view, h.view);
            }
        }

        void backward(Kernels<A> kernels) {
            if (nGates == 1) {
                kernels.rnnBackward(
                        recurrent.view, initial.view, h.view, dH.view, dPre.view, dRecurrent.view, dInitial.view);
            } else {
                kernels.gruBackward(
                        recurrent.view,
                        initial.view,
                        gates.view,
                        h.view,
                        dH.view,
                        dPre.view,
                        dRecurrent.view,
                        dBias.view,
                        dInitial.view);
            }
        }

        void assertOnlyResultsWritten() {
            for (Operand<A> input : List.of(recurrent, bias, initial, pre, dH)) {
                input.assertUnchanged(what);
            }
            for (Operand<A> output : List.of(gates, h, dPre, dRecurrent, dBias, dInitial)) {
                output.assertGapsUntouched(what);
            }
        }
    }

    /** Every step from the state that this provider itself reached before it, to the bound of the interface. */
    private <A> void checkSteps(Tested<A> tested, Call<A> call) {
        double eps = tested.precision().epsilon();
        int width = call.h.view.cols();
        Operand<double[]> expected = call.h.widened();
        Operand<double[]> gates = call.gates.widened();
        for (int t = 0; t < call.h.view.rows(); t++) {
            Matrix<double[]> before =
                    t == 0 ? call.initial.widened().view : call.h.widened().view.rows(t - 1, t);
            Matrix<double[]> pre = call.pre.widened().view.rows(t, t + 1);
            if (call.nGates == 1) {
                Reference.KERNELS.rnn(call.recurrent.widened().view, before, pre, expected.view.rows(t, t + 1));
            } else {
                Reference.KERNELS.gru(
                        call.recurrent.widened().view,
                        call.bias.widened().view,
                        before,
                        pre,
                        gates.view.rows(t, t + 1),
                        expected.view.rows(t, t + 1));
            }
        }
        // |h| ≤ 1; the state's error is at most those of u_n, of r and of z, whose slopes are ≤ ¼, and of n.
        double argument =
                (width + 8) * eps / 2 * (largest(call.pre) + largest(call.bias) + largestRowSum(call.recurrent));
        double u = call.nGates == 1 ? 0 : largest(call.gates);
        String what = tested + " " + call.what;
        assertClose(expected, call.h, (b, t, i) -> argument * (2.5 + u / 4) + 12 * eps, what);
        if (call.nGates == 3) {
            assertClose(gates, call.gates, (b, t, i) -> argument * (2.5 + u / 4) + 12 * eps, what + " gates");
        }
        tested.count(1);
    }

    private static double largest(Operand<?> m) {
        double largest = 0;
        for (int b = 0; b < m.view.count(); b++) {
            for (int i = 0; i < m.view.rows(); i++) {
                for (int j = 0; j < m.view.cols(); j++) {
                    largest = Math.max(largest, Math.abs(m.get(b, i, j)));
                }
            }
        }
        return largest;
    }

    private static double largestRowSum(Operand<?> m) {
        double largest = 0;
        for (int i = 0; i < m.view.rows(); i++) {
            double sum = 0;
            for (int j = 0; j < m.view.cols(); j++) {
                sum += Math.abs(m.get(0, i, j));
            }
            largest = Math.max(largest, sum);
        }
        return largest;
    }

    /** The gradients, from the very states and gates of this provider's forward pass. */
    private <A> void checkBackward(Tested<A> tested, Kernels<A> kernels, Call<A> call) {
        Operand<double[]> dPre = call.dPre.widened();
        Operand<double[]> dRecurrent = call.dRecurrent.widened();
        Operand<double[]> dBias = call.dBias.widened();
        Operand<double[]> dInitial = call.dInitial.widened();
        call.backward(kernels);
        if (call.nGates == 1) {
            Reference.KERNELS.rnnBackward(
                    call.recurrent.widened().view,
                    call.initial.widened().view,
                    call.h.widened().view,
                    call.dH.widened().view,
                    dPre.view,
                    dRecurrent.view,
                    dInitial.view);
        } else {
            Reference.KERNELS.gruBackward(
                    call.recurrent.widened().view,
                    call.initial.widened().view,
                    call.gates.widened().view,
                    call.h.widened().view,
                    call.dH.widened().view,
                    dPre.view,
                    dRecurrent.view,
                    dBias.view,
                    dInitial.view);
        }
        double eps = tested.precision().epsilon();
        int steps = call.h.view.rows() + 1;
        double terms = (double) steps * call.h.view.count();
        double tolerance = 8 * eps * steps * (1 + largest(dPre) + largest(dInitial));
        String what = tested + " " + call.what;
        assertClose(dPre, call.dPre, (b, t, i) -> tolerance, what + " dPre");
        assertClose(dInitial, call.dInitial, (b, t, i) -> tolerance, what + " dInitial");
        assertClose(dRecurrent, call.dRecurrent, (b, i, j) -> terms * tolerance, what + " dRecurrent");
        assertClose(dBias, call.dBias, (b, i, j) -> terms * tolerance, what + " dBias");
        call.assertOnlyResultsWritten();
        tested.count(1);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyShape(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int nGates : new int[] {1, 3}) {
                for (int width : WIDTHS) {
                    for (int batch : BATCHES) {
                        for (int length : new int[] {0, 1, 6}) {
                            Call<A> call = new Call<>(tested.precision(), nGates, batch, length, width);
                            call.forward(kernels);
                            checkSteps(tested, call);
                            checkBackward(tested, kernels, call);
                        }
                    }
                }
            }
        }
    }

    /** A batch entry alone, and a sequence in two calls, have the bits of the whole, forward and backward. */
    @Test
    void partsHaveTheBitsOfTheWhole() {
        Tested<float[]> tested = new Tested<>("vector", Precision.F32);
        int length = 7;
        try (Kernels<float[]> kernels = tested.open(3)) {
            for (int nGates : new int[] {1, 3}) {
                for (int width : new int[] {5, 32, 51}) {
                    Call<float[]> whole = new Call<>(Precision.F32, nGates, 11, length, width);
                    whole.forward(kernels);
                    whole.backward(kernels);
                    for (int b = 0; b < 11; b++) {
                        checkPart(tested, kernels, whole, b);
                    }
                }
            }
        }
    }

    private void checkPart(Tested<float[]> tested, Kernels<float[]> kernels, Call<float[]> whole, int b) {
        int width = whole.h.view.cols();
        int length = whole.h.view.rows();
        Matrix<float[]> pre = whole.pre.view.at(b);
        Matrix<float[]> initial = whole.initial.view.at(b);
        Call<float[]> part = new Call<>(Precision.F32, whole.nGates, 1, length, width);
        int cut = b % (length - 1) + 1;
        if (whole.nGates == 1) {
            kernels.rnn(whole.recurrent.view, initial, pre.rows(0, cut), part.h.view.rows(0, cut));
            kernels.rnn(
                    whole.recurrent.view,
                    part.h.view.rows(cut - 1, cut),
                    pre.rows(cut, length),
                    part.h.view.rows(cut, length));
            kernels.rnnBackward(
                    whole.recurrent.view,
                    initial,
                    part.h.view,
                    whole.dH.view.at(b),
                    part.dPre.view,
                    part.dRecurrent.view,
                    part.dInitial.view);
        } else {
            kernels.gru(
                    whole.recurrent.view,
                    whole.bias.view,
                    initial,
                    pre.rows(0, cut),
                    part.gates.view.rows(0, cut),
                    part.h.view.rows(0, cut));
            kernels.gru(
                    whole.recurrent.view,
                    whole.bias.view,
                    part.h.view.rows(cut - 1, cut),
                    pre.rows(cut, length),
                    part.gates.view.rows(cut, length),
                    part.h.view.rows(cut, length));
            kernels.gruBackward(
                    whole.recurrent.view,
                    initial,
                    part.gates.view,
                    part.h.view,
                    whole.dH.view.at(b),
                    part.dPre.view,
                    part.dRecurrent.view,
                    part.dBias.view,
                    part.dInitial.view);
        }
        String what = tested + " " + whole.what + " entry " + b + " cut at " + cut;
        for (int t = 0; t < length; t++) {
            for (int i = 0; i < width; i++) {
                assertEquals(whole.h.get(b, t, i), part.h.get(0, t, i), what);
            }
            for (int i = 0; i < whole.nGates * width; i++) {
                assertEquals(whole.dPre.get(b, t, i), part.dPre.get(0, t, i), what + " dPre");
            }
        }
        for (int i = 0; i < width; i++) {
            assertEquals(whole.dInitial.get(b, 0, i), part.dInitial.get(0, 0, i), what + " dInitial");
        }
        tested.count(1);
    }

    /** h may take the place of pre, and dPre that of dH. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void inPlace(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open()) {
            Call<A> call = new Call<>(tested.precision(), 1, 5, 6, 20);
            call.forward(kernels);
            call.backward(kernels);
            Operand<double[]> h = call.h.widened();
            Operand<double[]> dPre = call.dPre.widened();
            kernels.rnn(call.recurrent.view, call.initial.view, call.pre.view, call.pre.view);
            assertClose(h, call.pre, (b, t, i) -> 0, tested + " h in place of pre");
            kernels.rnnBackward(
                    call.recurrent.view,
                    call.initial.view,
                    call.pre.view,
                    call.dH.view,
                    call.dH.view,
                    call.dRecurrent.view,
                    call.dInitial.view);
            assertClose(dPre, call.dH, (b, t, i) -> 0, tested + " dPre in place of dH");
            tested.count(2);
        }
    }

    /** One unit, by hand. */
    @Test
    void specification() {
        double[] h = new double[2];
        Matrix<double[]> weight = Matrix.of(new double[] {0.5}, 1, 1);
        Matrix<double[]> initial = Matrix.of(new double[] {0.8}, 1, 1);
        Matrix<double[]> pre = Matrix.of(new double[] {0.1, -0.3}, 2, 1);
        Reference.KERNELS.rnn(weight, initial, pre, Matrix.of(h, 2, 1));
        assertEquals(Math.tanh(0.1 + 0.5 * 0.8), h[0], 1e-15);
        assertEquals(Math.tanh(-0.3 + 0.5 * h[0]), h[1], 1e-15);
        double[] gates = new double[4];
        Reference.KERNELS.gru(
                Matrix.of(new double[] {0.5, -1, 2}, 3, 1),
                Matrix.of(new double[] {0.1, 0.2, 0.3}, 1, 3),
                initial,
                Matrix.of(new double[] {1, 2, 3}, 1, 3),
                Matrix.of(gates, 1, 4),
                Matrix.of(h, 0, 1, 1, 1));
        double r = 1 / (1 + Math.exp(-(1 + 0.1 + 0.5 * 0.8)));
        double z = 1 / (1 + Math.exp(-(2 + 0.2 - 0.8)));
        double u = 0.3 + 2 * 0.8;
        double n = Math.tanh(3 + r * u);
        assertEquals(r, gates[0], 1e-15);
        assertEquals(z, gates[1], 1e-15);
        assertEquals(u, gates[2], 1e-15);
        assertEquals(n, gates[3], 1e-15);
        assertEquals((1 - z) * n + z * 0.8, h[0], 1e-15);
    }
}
