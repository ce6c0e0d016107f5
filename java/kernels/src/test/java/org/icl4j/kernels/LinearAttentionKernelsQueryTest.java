package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Linear self-attention read at the query against the specification, and that against the paper's matrices. */
@ExtendWith(CaseReport.class)
class LinearAttentionKernelsQueryTest {
    private static final int[] BATCHES = {0, 1, 3, 16, 37};
    private static final int[] WIDTHS = {0, 1, 2, 4, 5, 16, 21, 35};
    private static final int[] LENGTHS = {0, 1, 7, 16, 17, 32, 41, 49, 97};

    private final RandomGenerator random = TestSeed.random("linear self-attention");

    /** The operands of a forward and a backward call of one shape. */
    private final class Call<A> {
        final double scale;
        final Operand<A> e;
        final Operand<A> p;
        final Operand<A> v;
        final Operand<A> scores;
        final Operand<A> values;
        final Operand<A> out;
        final Operand<A> dOut;
        final Operand<A> dP;
        final Operand<A> dV;
        final String what;

        Call(Precision<A> precision, double scale, int batch, int width, int length) {
            this.scale = scale;
            e = Operand.batch(precision, batch, width, length, random::nextGaussian);
            p = Operand.matrix(precision, 1, width, random::nextGaussian);
            v = Operand.matrix(precision, batch, width, random::nextGaussian);
            scores = Operand.matrix(precision, batch, length, () -> Double.NaN);
            values = Operand.matrix(precision, batch, length, () -> Double.NaN);
            out = Operand.matrix(precision, 1, batch, () -> Double.NaN);
            dOut = Operand.matrix(precision, 1, batch, random::nextGaussian);
            dP = Operand.matrix(precision, 1, width, random::nextGaussian);
            dV = Operand.matrix(precision, batch, width, () -> Double.NaN);
            what = precision + " scale=" + scale + " B=" + batch + " C=" + width + " T=" + length;
        }

        void forward(Kernels<A> kernels) {
            kernels.linearSelfAttention(scale, e.view, p.view, v.view, scores.view, values.view, out.view);
        }

        void backward(Kernels<A> kernels) {
            kernels.linearSelfAttentionBackward(scale, e.view, scores.view, values.view, dOut.view, dP.view, dV.view);
        }

        void assertOnlyResultsWritten() {
            for (Operand<A> input : List.of(e, p, v, dOut)) {
                input.assertUnchanged(what);
            }
            for (Operand<A> output : List.of(scores, values, out, dP, dV)) {
                output.assertGapsUntouched(what);
            }
        }
    }

    /** What the specification makes of a call's operands, or of their magnitudes, which is the gauge of the error. */
    private record Expected(
            Operand<double[]> scores,
            Operand<double[]> values,
            Operand<double[]> out,
            Operand<double[]> dP,
            Operand<double[]> dV) {

        /** The forward pass on what a call was given, and the backward pass on what its own forward pass left. */
        static <A> Expected of(Call<A> call, Operand<A> dPBefore, boolean magnitudes) {
            Expected expected = new Expected(
                    call.scores.widened(),
                    call.values.widened(),
                    call.out.widened(),
                    widened(dPBefore, magnitudes),
                    call.dV.widened());
            double scale = magnitudes ? Math.abs(call.scale) : call.scale;
            Matrix<double[]> e = widened(call.e, magnitudes).view;
            Reference.KERNELS.linearSelfAttention(
                    scale,
                    e,
                    widened(call.p, magnitudes).view,
                    widened(call.v, magnitudes).view,
                    expected.scores.view,
                    expected.values.view,
                    expected.out.view);
            Reference.KERNELS.linearSelfAttentionBackward(
                    scale,
                    e,
                    widened(call.scores, magnitudes).view,
                    widened(call.values, magnitudes).view,
                    widened(call.dOut, magnitudes).view,
                    expected.dP.view,
                    expected.dV.view);
            return expected;
        }

        private static <A> Operand<double[]> widened(Operand<A> operand, boolean magnitudes) {
            Operand<double[]> wide = operand.widened();
            double[] array = wide.view.array();
            for (int i = 0; magnitudes && i < array.length; i++) {
                array[i] = Math.abs(array[i]);
            }
            return wide;
        }
    }

    private <A> void check(Tested<A> tested, Kernels<A> kernels, Call<A> call) {
        Operand<A> dPBefore = call.dP.copy();
        call.forward(kernels);
        call.backward(kernels);
        Expected expected = Expected.of(call, dPBefore, false);
        Expected gauge = Expected.of(call, dPBefore, true);
        int batch = call.e.view.count();
        int width = call.e.view.rows();
        int length = call.e.view.cols();
        String what = tested + " " + call.what;
        assertClose(tested, width + 2, gauge.scores, expected.scores, call.scores, what + " scores");
        assertClose(tested, width + 2, gauge.values, expected.values, call.values, what + " values");
        assertClose(tested, 2 * width + length + 6, gauge.out, expected.out, call.out, what + " out");
        assertClose(tested, batch * length + 6, gauge.dP, expected.dP, call.dP, what + " dP");
        assertClose(tested, length + 6, gauge.dV, expected.dV, call.dV, what + " dV");
        call.assertOnlyResultsWritten();
        tested.count(2);
    }

    private static <A> void assertClose(
            Tested<A> tested,
            int roundings,
            Operand<double[]> gauge,
            Operand<double[]> expected,
            Operand<A> actual,
            String what) {
        double unit = roundings * tested.precision().epsilon() / 2;
        Reference.assertClose(expected, actual, (b, i, j) -> unit * gauge.get(b, i, j), what);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyShape(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int batch : BATCHES) {
                for (int width : WIDTHS) {
                    for (int length : LENGTHS) {
                        double scale = random.nextGaussian();
                        check(tested, kernels, new Call<>(tested.precision(), scale, batch, width, length));
                    }
                }
            }
        }
    }

    /** More prompts than the vector provider gives to one task, and more than it has tasks for. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void manyPrompts(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            check(tested, kernels, new Call<>(tested.precision(), 0.025, 256, 21, 41));
            check(tested, kernels, new Call<>(tested.precision(), 0.1, 70, 130, 140));
            check(tested, kernels, new Call<>(tested.precision(), 1, 40_000, 2, 3));
        }
    }

    /** A prompt alone has the bits that it has in a batch, whatever the number of threads. */
    @Test
    void promptsDoNotDependOnTheBatch() {
        Tested<float[]> tested = new Tested<>("vector", Precision.F32);
        try (Kernels<float[]> many = tested.open(3);
                Kernels<float[]> one = tested.open(1)) {
            for (int length : new int[] {5, 41, 64}) {
                Call<float[]> whole = new Call<>(Precision.F32, 0.3, 45, 21, length);
                whole.forward(many);
                whole.backward(many);
                for (int b = 0; b < 45; b++) {
                    Call<float[]> part = new Call<>(Precision.F32, 0.3, 1, 21, length);
                    Matrix<float[]> e = whole.e.view.at(b);
                    Matrix<float[]> v = whole.v.view.rows(b, b + 1);
                    one.linearSelfAttention(0.3, e, whole.p.view, v, part.scores.view, part.values.view, part.out.view);
                    one.linearSelfAttentionBackward(
                            0.3,
                            e,
                            part.scores.view,
                            part.values.view,
                            whole.dOut.view.columns(b, b + 1),
                            part.dP.view,
                            part.dV.view);
                    String what = tested + " " + whole.what + " prompt " + b + ", " + TestSeed.hint();
                    assertEquals(whole.out.get(0, 0, b), part.out.get(0, 0, 0), what);
                    for (int j = 0; j < length; j++) {
                        assertEquals(whole.scores.get(0, b, j), part.scores.get(0, 0, j), what + " scores");
                        assertEquals(whole.values.get(0, b, j), part.values.get(0, 0, j), what + " values");
                    }
                    for (int c = 0; c < 21; c++) {
                        assertEquals(whole.dV.get(0, b, c), part.dV.get(0, 0, c), what + " dV");
                    }
                    tested.count(1);
                }
            }
        }
    }

    /** ŷ = [E + W^PV·E·(Eᵀ·W^KQ·E)/N] in the last row and column, by whole matrices; the 0 of the query's label adds nothing. */
    @Test
    void specification() {
        int dims = 3;
        int examples = 5;
        int width = dims + 1;
        int length = examples + 1;
        Kernels<double[]> kernels = Reference.KERNELS;
        Call<double[]> call = new Call<>(Precision.F64, 1.0 / examples, 1, width, length);
        call.e.set(0, dims, examples, 0);
        Matrix<double[]> e = call.e.view;
        Operand<double[]> wPV = Operand.matrix(Precision.F64, width, width, random::nextGaussian);
        Operand<double[]> wKQ = Operand.matrix(Precision.F64, width, width, random::nextGaussian);
        Operand<double[]> f = call.e.copy();
        Matrix<double[]> left = product(wPV.view, e);
        kernels.gemm(1.0 / examples, left, product(e.transposed(), product(wKQ.view, e)), 1, f.view);
        Matrix<double[]> query = e.columns(examples, length).transposed();
        kernels.gemm(1, query, wKQ.view.transposed(), 0, call.v.view);
        kernels.linearSelfAttention(
                call.scale,
                e,
                wPV.view.rows(dims, width),
                call.v.view,
                call.scores.view,
                call.values.view,
                call.out.view);
        assertEquals(f.get(0, dims, examples), call.out.get(0, 0, 0), 1e-12);
    }

    private static Matrix<double[]> product(Matrix<double[]> a, Matrix<double[]> b) {
        Matrix<double[]> c = Matrix.of(new double[a.rows() * b.cols()], a.rows(), b.cols());
        Reference.KERNELS.gemm(1, a, b, 0, c);
        return c;
    }
}
