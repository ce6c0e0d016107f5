package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Linear attention against the specification, and that against the sum over pairs of positions. */
@ExtendWith(CaseReport.class)
class LinearAttentionKernelsTest {
    private static final int[] LENGTHS = {0, 1, 2, 3, 17, 40};
    private static final int[] HEAD_SIZES = {1, 4, 7, 16, 17, 32, 33, 64, 71};

    private final RandomGenerator random = TestSeed.random("linear attention");

    /** The operands of a forward and a backward call of one shape. */
    private final class Call<A> {
        final AttentionHeads heads;
        final Operand<A> q;
        final Operand<A> k;
        final Operand<A> v;
        final Operand<A> initial;
        final Operand<A> out;
        final Operand<A> last;
        final Operand<A> dOut;
        final Operand<A> dLast;
        final Operand<A> dq;
        final Operand<A> dk;
        final Operand<A> dv;
        final Operand<A> dInitial;
        final String what;

        Call(Precision<A> precision, AttentionHeads heads, int batch, int length, int dHead) {
            this.heads = heads;
            int width = heads.nHeads() * dHead;
            q = Operand.batch(precision, batch, length, width, random::nextGaussian);
            k = Operand.batch(precision, batch, length, width, random::nextGaussian);
            v = Operand.batch(precision, batch, length, width, random::nextGaussian);
            initial = Operand.batch(precision, batch, width, dHead, random::nextGaussian);
            out = Operand.batch(precision, batch, length, width, () -> Double.NaN);
            last = Operand.batch(precision, batch, width, dHead, () -> Double.NaN);
            dOut = Operand.batch(precision, batch, length, width, random::nextGaussian);
            dLast = Operand.batch(precision, batch, width, dHead, random::nextGaussian);
            dq = Operand.batch(precision, batch, length, width, () -> Double.NaN);
            dk = Operand.batch(precision, batch, length, width, () -> Double.NaN);
            dv = Operand.batch(precision, batch, length, width, () -> Double.NaN);
            dInitial = Operand.batch(precision, batch, width, dHead, () -> Double.NaN);
            what = precision + " B=" + batch + " " + heads + " T=" + length + " D=" + dHead;
        }

        void run(Kernels<A> kernels) {
            kernels.linearAttention(heads, q.view, k.view, v.view, initial.view, out.view, last.view);
            kernels.linearAttentionBackward(
                    heads,
                    q.view,
                    k.view,
                    v.view,
                    initial.view,
                    dOut.view,
                    dLast.view,
                    dq.view,
                    dk.view,
                    dv.view,
                    dInitial.view);
        }

        void assertOnlyResultsWritten() {
            for (Operand<A> input : List.of(q, k, v, initial, dOut, dLast)) {
                input.assertUnchanged(what);
            }
            for (Operand<A> output : List.of(out, last, dq, dk, dv, dInitial)) {
                output.assertGapsUntouched(what);
            }
        }
    }

    /** What the specification makes of a call's operands, or of their magnitudes, which is the gauge of the error. */
    private record Expected(
            Operand<double[]> out,
            Operand<double[]> last,
            Operand<double[]> dq,
            Operand<double[]> dk,
            Operand<double[]> dv,
            Operand<double[]> dInitial) {

        static <A> Expected of(Call<A> call, boolean magnitudes) {
            Expected e = new Expected(
                    call.out.widened(),
                    call.last.widened(),
                    call.dq.widened(),
                    call.dk.widened(),
                    call.dv.widened(),
                    call.dInitial.widened());
            AttentionHeads heads =
                    magnitudes ? new AttentionHeads(call.heads.nHeads(), Math.abs(call.heads.scale())) : call.heads;
            Matrix<double[]> q = widened(call.q, magnitudes);
            Matrix<double[]> k = widened(call.k, magnitudes);
            Matrix<double[]> v = widened(call.v, magnitudes);
            Matrix<double[]> initial = widened(call.initial, magnitudes);
            Reference.KERNELS.linearAttention(heads, q, k, v, initial, e.out.view, e.last.view);
            Reference.KERNELS.linearAttentionBackward(
                    heads,
                    q,
                    k,
                    v,
                    initial,
                    widened(call.dOut, magnitudes),
                    widened(call.dLast, magnitudes),
                    e.dq.view,
                    e.dk.view,
                    e.dv.view,
                    e.dInitial.view);
            return e;
        }

        private static <A> Matrix<double[]> widened(Operand<A> operand, boolean magnitudes) {
            Operand<double[]> wide = operand.widened();
            double[] array = wide.view.array();
            for (int i = 0; magnitudes && i < array.length; i++) {
                array[i] = Math.abs(array[i]);
            }
            return wide.view;
        }
    }

    private <A> void check(Tested<A> tested, Call<A> call) {
        Expected expected = Expected.of(call, false);
        Expected gauge = Expected.of(call, true);
        int length = call.q.view.rows();
        int dHead = call.initial.view.cols();
        double roundings = (length + dHead + 4) * tested.precision().epsilon() / 2;
        String what = tested + " " + call.what;
        assertClose(expected.out, call.out, (b, i, j) -> roundings * gauge.out.get(b, i, j), what + " out");
        assertClose(expected.last, call.last, (b, i, j) -> roundings * gauge.last.get(b, i, j), what + " last");
        assertClose(expected.dq, call.dq, (b, i, j) -> roundings * gauge.dq.get(b, i, j), what + " dq");
        assertClose(expected.dk, call.dk, (b, i, j) -> roundings * gauge.dk.get(b, i, j), what + " dk");
        assertClose(expected.dv, call.dv, (b, i, j) -> roundings * gauge.dv.get(b, i, j), what + " dv");
        assertClose(
                expected.dInitial,
                call.dInitial,
                (b, i, j) -> roundings * gauge.dInitial.get(b, i, j),
                what + " dInitial");
        call.assertOnlyResultsWritten();
        tested.count(2);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyShape(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int nHeads : new int[] {1, 3}) {
                for (int length : LENGTHS) {
                    for (int dHead : HEAD_SIZES) {
                        AttentionHeads heads = new AttentionHeads(nHeads, random.nextGaussian());
                        Call<A> call = new Call<>(tested.precision(), heads, 2, length, dHead);
                        call.run(kernels);
                        check(tested, call);
                    }
                }
            }
        }
    }

    /** A sequence cut anywhere, its state handed on in place, has the bits of the whole; so has an entry of a batch alone. */
    @Test
    void partsHaveTheBitsOfTheWhole() {
        Tested<float[]> tested = new Tested<>("vector", Precision.F32);
        AttentionHeads heads = new AttentionHeads(2, 0.3);
        int length = 21;
        try (Kernels<float[]> kernels = tested.open(2)) {
            for (int dHead : new int[] {5, 16, 40}) {
                Call<float[]> whole = new Call<>(Precision.F32, heads, 3, length, dHead);
                whole.run(kernels);
                for (int cut : new int[] {1, 8, 20}) {
                    Call<float[]> part = new Call<>(Precision.F32, heads, 1, length, dHead);
                    Operand<float[]> state = Operand.matrix(Precision.F32, 2 * dHead, dHead, () -> 0);
                    copy(whole.initial.view.at(1), state.view);
                    for (int from = 0; from < length; from = from == 0 ? cut : length) {
                        int to = from == 0 ? cut : length;
                        kernels.linearAttention(
                                heads,
                                whole.q.view.at(1).rows(from, to),
                                whole.k.view.at(1).rows(from, to),
                                whole.v.view.at(1).rows(from, to),
                                state.view,
                                part.out.view.rows(from, to),
                                state.view);
                    }
                    assertSameBits(whole.out.view.at(1), part.out.view, tested + " cut at " + cut);
                    assertSameBits(whole.last.view.at(1), state.view, tested + " state, cut at " + cut);
                    tested.count(1);
                }
            }
        }
    }

    private static void copy(Matrix<float[]> from, Matrix<float[]> to) {
        for (int i = 0; i < from.rows(); i++) {
            System.arraycopy(from.array(), from.index(0, i, 0), to.array(), to.index(0, i, 0), from.cols());
        }
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

    /** One matrix of zeros is the initial state of a whole batch. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void sharedInitialState(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open()) {
            Call<A> call = new Call<>(tested.precision(), new AttentionHeads(2, 1), 3, 4, 5);
            Operand<A> out = Operand.batch(tested.precision(), 3, 4, 10, () -> 0);
            Operand<A> zero = Operand.batch(tested.precision(), 3, 10, 5, () -> 0);
            Matrix<A> shared = Matrix.batch(tested.precision().allocate(50), 0, 3, 0, 10, 5, 5);
            kernels.linearAttention(
                    call.heads, call.q.view, call.k.view, call.v.view, zero.view, out.view, call.last.view);
            kernels.linearAttention(
                    call.heads, call.q.view, call.k.view, call.v.view, shared, call.out.view, call.last.view);
            assertClose(out.widened(), call.out, (b, i, j) -> 0, tested + " shared zeros");
            tested.count(1);
        }
    }

    /** out[i] = scale·Σ_{j ≤ i} (qᵢ·kⱼ)·vⱼ, the attention of which it is the recurrent form. */
    @Test
    void specification() {
        int length = 7;
        int dHead = 3;
        AttentionHeads heads = new AttentionHeads(2, 0.25);
        Call<double[]> call = new Call<>(Precision.F64, heads, 2, length, dHead);
        Operand<double[]> zero = Operand.batch(Precision.F64, 2, 6, dHead, () -> 0);
        Reference.KERNELS.linearAttention(
                heads, call.q.view, call.k.view, call.v.view, zero.view, call.out.view, call.last.view);
        for (int b = 0; b < 2; b++) {
            for (int i = 0; i < length; i++) {
                for (int column = 0; column < 6; column++) {
                    double sum = 0;
                    for (int j = 0; j <= i; j++) {
                        double score = 0;
                        for (int d = column / dHead * dHead; d < (column / dHead + 1) * dHead; d++) {
                            score += call.q.get(b, i, d) * call.k.get(b, j, d);
                        }
                        sum += score * call.v.get(b, j, column);
                    }
                    assertEquals(0.25 * sum, call.out.get(b, i, column), 1e-13);
                }
            }
            for (int d = 0; d < 6; d++) {
                for (int e = 0; e < dHead; e++) {
                    double sum = 0;
                    for (int j = 0; j < length; j++) {
                        sum += call.k.get(b, j, d) * call.v.get(b, j, d / dHead * dHead + e);
                    }
                    assertEquals(sum, call.last.get(b, d, e), 1e-13);
                }
            }
        }
    }
}
