package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** State-space scans against the specification, with the same recurrence on magnitudes as the gauge of the error. */
@ExtendWith(CaseReport.class)
class StateSpaceKernelsTest {
    private static final int[] WIDTHS = {1, 2, 15, 16, 17, 32, 45};
    private static final int[] LENGTHS = {0, 1, 2, 9, 30};

    private final RandomGenerator random = TestSeed.random("state spaces");

    /** The operands of a diagonal scan and its gradient. */
    private final class Diagonal<A> {
        final Operand<A> a;
        final Operand<A> initial;
        final Operand<A> x;
        final Operand<A> h;
        final Operand<A> dH;
        final Operand<A> dX;
        final Operand<A> dA;
        final Operand<A> dInitial;

        Diagonal(Precision<A> precision, int batch, int length, int width) {
            a = Operand.matrix(precision, 1, width, () -> random.nextDouble(-1, 1));
            initial = Operand.batch(precision, batch, 1, width, random::nextGaussian);
            x = Operand.batch(precision, batch, length, width, random::nextGaussian);
            h = Operand.batch(precision, batch, length, width, () -> Double.NaN);
            dH = Operand.batch(precision, batch, length, width, random::nextGaussian);
            dX = Operand.batch(precision, batch, length, width, () -> Double.NaN);
            dA = Operand.matrix(precision, 1, width, random::nextGaussian);
            dInitial = Operand.batch(precision, batch, 1, width, () -> Double.NaN);
        }
    }

    private static <A> Matrix<double[]> wide(Operand<A> operand, DoubleUnaryOperator map) {
        Operand<double[]> wide = operand.widened();
        double[] array = wide.view.array();
        for (int i = 0; i < array.length; i++) {
            array[i] = map.applyAsDouble(array[i]);
        }
        return wide.view;
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void diagonal(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int width : new int[] {1, 2, 15, 16, 17, 45, 130, 1030}) {
                for (int length : LENGTHS) {
                    checkDiagonal(tested, kernels, new Diagonal<>(tested.precision(), 3, length, width));
                }
            }
        }
    }

    private <A> void checkDiagonal(Tested<A> tested, Kernels<A> kernels, Diagonal<A> call) {
        Operand<double[]> dABefore = call.dA.widened();
        kernels.diagonalScan(call.a.view, call.initial.view, call.x.view, call.h.view);
        Operand<A> h = call.h;
        Operand<double[]> hExpected = h.widened();
        Operand<double[]> hGauge = h.widened();
        Operand<double[]> dXExpected = call.dX.widened();
        Operand<double[]> dXGauge = call.dX.widened();
        Operand<double[]> dAExpected = call.dA.widened();
        Operand<double[]> dAGauge = call.dA.widened();
        Operand<double[]> dInitialExpected = call.dInitial.widened();
        Operand<double[]> dInitialGauge = call.dInitial.widened();
        for (int j = 0; j < call.a.view.cols(); j++) {
            dAGauge.set(0, 0, j, Math.abs(dABefore.get(0, 0, j)));
        }
        Reference.KERNELS.diagonalScan(
                call.a.widened().view, call.initial.widened().view, call.x.widened().view, hExpected.view);
        Reference.KERNELS.diagonalScan(
                wide(call.a, Math::abs), wide(call.initial, Math::abs), wide(call.x, Math::abs), hGauge.view);
        kernels.diagonalScanBackward(
                call.a.view, call.initial.view, h.view, call.dH.view, call.dX.view, call.dA.view, call.dInitial.view);
        Reference.KERNELS.diagonalScanBackward(
                call.a.widened().view,
                call.initial.widened().view,
                h.widened().view,
                call.dH.widened().view,
                dXExpected.view,
                dAExpected.view,
                dInitialExpected.view);
        Reference.KERNELS.diagonalScanBackward(
                wide(call.a, Math::abs),
                wide(call.initial, Math::abs),
                wide(h, Math::abs),
                wide(call.dH, Math::abs),
                dXGauge.view,
                dAGauge.view,
                dInitialGauge.view);
        int length = h.view.rows();
        double unit = tested.precision().epsilon() / 2;
        String what = tested + " T=" + length + " N=" + h.view.cols();
        assertClose(hExpected, h, (b, t, i) -> (length + 1) * unit * hGauge.get(b, t, i), what + " h");
        assertClose(dXExpected, call.dX, (b, t, i) -> (length + 1) * unit * dXGauge.get(b, t, i), what + " dX");
        double terms = 2 * length + h.view.count() + 2;
        assertClose(dAExpected, call.dA, (b, t, i) -> terms * unit * dAGauge.get(b, t, i), what + " dA");
        assertClose(
                dInitialExpected,
                call.dInitial,
                (b, t, i) -> (length + 2) * unit * dInitialGauge.get(b, t, i),
                what + " dInitial");
        for (Operand<A> input : List.of(call.a, call.initial, call.x, call.dH)) {
            input.assertUnchanged(what);
        }
        for (Operand<A> output : List.of(call.h, call.dX, call.dA, call.dInitial)) {
            output.assertGapsUntouched(what);
        }
        tested.count(2);
    }

    /** The operands of a selective scan and its gradient. */
    private final class Selective<A> {
        final List<Operand<A>> inputs;
        final Operand<A> y;
        final Operand<A> last;
        final Operand<A> dY;
        final Operand<A> dLast;
        final List<Operand<A>> gradients;
        final String what;

        Selective(Precision<A> precision, int batch, int length, int nChannels, int nStates) {
            inputs = List.of(
                    Operand.batch(precision, batch, length, nChannels, random::nextGaussian),
                    Operand.batch(precision, batch, length, nChannels, () -> random.nextDouble(0.01, 1)),
                    Operand.matrix(precision, nChannels, nStates, () -> random.nextDouble(-8, 0.1)),
                    Operand.batch(precision, batch, length, nStates, random::nextGaussian),
                    Operand.batch(precision, batch, length, nStates, random::nextGaussian),
                    Operand.matrix(precision, 1, nChannels, random::nextGaussian),
                    Operand.batch(precision, batch, nChannels, nStates, random::nextGaussian));
            y = Operand.batch(precision, batch, length, nChannels, () -> Double.NaN);
            last = Operand.batch(precision, batch, nChannels, nStates, () -> Double.NaN);
            dY = Operand.batch(precision, batch, length, nChannels, random::nextGaussian);
            dLast = Operand.batch(precision, batch, nChannels, nStates, random::nextGaussian);
            gradients = List.of(
                    Operand.batch(precision, batch, length, nChannels, () -> Double.NaN),
                    Operand.batch(precision, batch, length, nChannels, () -> Double.NaN),
                    Operand.matrix(precision, nChannels, nStates, () -> 0),
                    Operand.batch(precision, batch, length, nStates, () -> Double.NaN),
                    Operand.batch(precision, batch, length, nStates, () -> Double.NaN),
                    Operand.matrix(precision, 1, nChannels, () -> 0),
                    Operand.batch(precision, batch, nChannels, nStates, () -> Double.NaN));
            what = precision + " B=" + batch + " T=" + length + " D=" + nChannels + " N=" + nStates;
        }

        void run(Kernels<A> kernels) {
            SelectiveScan<A> in = scan(inputs.stream().map(o -> o.view).toList());
            kernels.selectiveScan(in, y.view, last.view);
            kernels.selectiveScanBackward(
                    in,
                    dY.view,
                    dLast.view,
                    scan(gradients.stream().map(o -> o.view).toList()));
        }

        /** All results of the specification: y, last, and the gradients. */
        List<Operand<double[]>> expected() {
            List<Operand<double[]>> results = new ArrayList<>();
            results.add(y.widened());
            results.add(last.widened());
            gradients.forEach(gradient -> results.add(gradient.widened()));
            for (int parameter : new int[] {2, 5}) {
                Arrays.fill(results.get(2 + parameter).view.array(), 0);
            }
            SelectiveScan<double[]> in =
                    scan(inputs.stream().map(o -> o.widened().view).toList());
            Reference.KERNELS.selectiveScan(in, results.get(0).view, results.get(1).view);
            Reference.KERNELS.selectiveScanBackward(
                    in,
                    dY.widened().view,
                    dLast.widened().view,
                    scan(results.subList(2, 9).stream().map(o -> o.view).toList()));
            return results;
        }
    }

    private static <A> SelectiveScan<A> scan(List<Matrix<A>> m) {
        return new SelectiveScan<>(m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), m.get(6));
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void selective(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int nChannels : WIDTHS) {
                for (int nStates : new int[] {0, 1, 3, 16}) {
                    for (int length : LENGTHS) {
                        checkSelective(
                                tested, kernels, new Selective<>(tested.precision(), 3, length, nChannels, nStates));
                    }
                }
            }
        }
    }

    private <A> void checkSelective(Tested<A> tested, Kernels<A> kernels, Selective<A> call) {
        call.run(kernels);
        // States do not grow here, so a term of a sum meets some roundings a step at most, and a sum has so many terms.
        List<Operand<double[]>> expected = call.expected();
        List<Operand<A>> actual = new ArrayList<>(List.of(call.y, call.last));
        actual.addAll(call.gradients);
        double roundings = call.y.view.rows() * 6 + call.last.view.cols() + call.y.view.cols() + 3;
        for (int i = 0; i < actual.size(); i++) {
            double size = largest(expected.get(i)) + 1;
            assertClose(
                    expected.get(i),
                    actual.get(i),
                    (b, t, j) -> roundings * tested.precision().epsilon() * size,
                    tested + " " + call.what + " result " + i);
            actual.get(i).assertGapsUntouched(call.what);
        }
        call.inputs.forEach(input -> input.assertUnchanged(call.what));
        call.dY.assertUnchanged(call.what);
        call.dLast.assertUnchanged(call.what);
        tested.count(2);
    }

    private static double largest(Operand<double[]> m) {
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

    /** The bound of the interface, which {@link #selective} does not take to its limits: outputs and last states. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void selectiveBound(Tested<A> tested) {
        int length = 40;
        int nStates = 8;
        try (Kernels<A> kernels = tested.open()) {
            Selective<A> call = new Selective<>(tested.precision(), 2, length, 35, nStates);
            call.run(kernels);
            List<Operand<double[]>> expected = call.expected();
            List<Matrix<double[]>> magnitudes = new ArrayList<>();
            for (int i = 0; i < call.inputs.size(); i++) {
                magnitudes.add(wide(call.inputs.get(i), i == 2 ? v -> v : Math::abs));
            }
            Operand<double[]> y = call.y.widened();
            Operand<double[]> last = call.last.widened();
            Reference.KERNELS.selectiveScan(scan(magnitudes), y.view, last.view);
            double factor = (length * (2 + 8 / 2) + nStates / 2 + 3)
                    * tested.precision().epsilon();
            assertClose(expected.get(0), call.y, (b, t, d) -> factor * y.get(b, t, d), tested + " y");
            assertClose(expected.get(1), call.last, (b, d, n) -> factor * last.get(b, d, n), tested + " last");
            tested.count(1);
        }
    }

    /** A batch entry alone, and a sequence cut in two, have the bits of the whole. */
    @Test
    void partsHaveTheBitsOfTheWhole() {
        Tested<float[]> tested = new Tested<>("vector", Precision.F32);
        int length = 12;
        try (Kernels<float[]> kernels = tested.open(3)) {
            for (int width : new int[] {5, 32, 39}) {
                Selective<float[]> whole = new Selective<>(Precision.F32, 3, length, width, 4);
                whole.run(kernels);
                for (int cut = 1; cut < length; cut++) {
                    checkSelectiveParts(tested, kernels, whole, cut % 3, cut);
                }
                checkDiagonalParts(tested, kernels, width);
            }
        }
    }

    private void checkSelectiveParts(
            Tested<float[]> tested, Kernels<float[]> kernels, Selective<float[]> whole, int b, int cut) {
        int length = whole.y.view.rows();
        int width = whole.y.view.cols();
        Operand<float[]> y = Operand.matrix(Precision.F32, length, width, () -> 0);
        Operand<float[]> states = Operand.matrix(Precision.F32, width, 4, () -> 0);
        for (int from = 0; from < length; from = from == 0 ? cut : length) {
            int to = from == 0 ? cut : length;
            Matrix<float[]> initial = from == 0 ? whole.inputs.get(6).view.at(b) : states.view;
            kernels.selectiveScan(
                    new SelectiveScan<>(
                            whole.inputs.get(0).view.at(b).rows(from, to),
                            whole.inputs.get(1).view.at(b).rows(from, to),
                            whole.inputs.get(2).view,
                            whole.inputs.get(3).view.at(b).rows(from, to),
                            whole.inputs.get(4).view.at(b).rows(from, to),
                            whole.inputs.get(5).view,
                            initial),
                    y.view.rows(from, to),
                    states.view);
        }
        assertSameBits(whole.y.view.at(b), y.view, tested + " y cut at " + cut);
        assertSameBits(whole.last.view.at(b), states.view, tested + " last cut at " + cut);
        tested.count(1);
    }

    private void checkDiagonalParts(Tested<float[]> tested, Kernels<float[]> kernels, int width) {
        Diagonal<float[]> call = new Diagonal<>(Precision.F32, 3, 10, width);
        kernels.diagonalScan(call.a.view, call.initial.view, call.x.view, call.h.view);
        Operand<float[]> h = Operand.matrix(Precision.F32, 10, width, () -> 0);
        Matrix<float[]> x = call.x.view.at(1);
        kernels.diagonalScan(call.a.view, call.initial.view.at(1), x.rows(0, 4), h.view.rows(0, 4));
        kernels.diagonalScan(call.a.view, h.view.rows(3, 4), x.rows(4, 10), h.view.rows(4, 10));
        assertSameBits(call.h.view.at(1), h.view, tested + " diagonal");
        tested.count(1);
    }

    private static void assertSameBits(Matrix<float[]> expected, Matrix<float[]> actual, String what) {
        for (int i = 0; i < expected.rows(); i++) {
            for (int j = 0; j < expected.cols(); j++) {
                assertEquals(
                        expected.array()[expected.index(0, i, j)],
                        actual.array()[actual.index(0, i, j)],
                        what + " at [" + i + ", " + j + "], " + TestSeed.hint());
            }
        }
    }

    /** Working memory beyond one array is refused: here of no position and no channel, so that the operands take none. */
    @Test
    void tooManyStates() {
        int nStates = 1 << 25;
        Matrix<float[]> none = Matrix.of(new float[0], 0, 0);
        Matrix<float[]> states = Matrix.of(new float[0], 0, nStates);
        Matrix<float[]> skip = Matrix.of(new float[0], 1, 0);
        SelectiveScan<float[]> scan = new SelectiveScan<>(none, none, states, states, states, skip, states);
        try (Kernels<float[]> kernels = new Tested<>("scalar", Precision.F32).open()) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> kernels.selectiveScanBackward(scan, none, states, scan));
            assertTrue(refused.getMessage().contains(nStates + " states"), refused.getMessage());
        }
    }

    /** One channel with two states, two positions, by hand. */
    @Test
    void specification() {
        double[] y = new double[2];
        double[] last = new double[2];
        SelectiveScan<double[]> in = new SelectiveScan<>(
                Matrix.of(new double[] {3, -1}, 2, 1),
                Matrix.of(new double[] {0.5, 2}, 2, 1),
                Matrix.of(new double[] {-1, -2}, 1, 2),
                Matrix.of(new double[] {1, 2, 3, 4}, 2, 2),
                Matrix.of(new double[] {5, 6, 7, 8}, 2, 2),
                Matrix.of(new double[] {10}, 1, 1),
                Matrix.of(new double[] {0.1, 0.2}, 1, 2));
        Reference.KERNELS.selectiveScan(in, Matrix.of(y, 2, 1), Matrix.of(last, 1, 2));
        double h0 = Math.exp(-0.5) * 0.1 + 1.5 * 1;
        double h1 = Math.exp(-1) * 0.2 + 1.5 * 2;
        assertEquals(5 * h0 + 6 * h1 + 30, y[0], 1e-13);
        h0 = Math.exp(-2) * h0 - 2 * 3;
        h1 = Math.exp(-4) * h1 - 2 * 4;
        assertEquals(7 * h0 + 8 * h1 - 10, y[1], 1e-13);
        assertEquals(h0, last[0], 1e-14);
        assertEquals(h1, last[1], 1e-14);
        double[] h = new double[2];
        Reference.KERNELS.diagonalScan(
                Matrix.of(new double[] {0.5}, 1, 1),
                Matrix.of(new double[] {4}, 1, 1),
                Matrix.of(new double[] {1, -3}, 2, 1),
                Matrix.of(h, 2, 1));
        assertEquals(3, h[0]);
        assertEquals(-1.5, h[1]);
    }
}
