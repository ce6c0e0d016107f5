package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention against the specification in double over heads, lengths, head sizes and numbers of queries. */
@ExtendWith(CaseReport.class)
class AttentionKernelsTest {
    private static final int[] HEADS = {1, 2, 3};
    private static final int[] KEYS = {1, 2, 15, 16, 17, 33, 65};
    private static final int[] HEAD_SIZES = {1, 4, 7, 16, 17, 33};

    private final RandomGenerator random = TestSeed.random("attention");

    private double gaussian() {
        return random.nextGaussian();
    }

    /** The operands of a forward and a backward call of one shape. */
    private final class Call<A> {
        final AttentionHeads heads;
        final Operand<A> q;
        final Operand<A> k;
        final Operand<A> v;
        final Operand<A> out;
        final Operand<A> logSumExp;
        final Operand<A> dOut;
        final Operand<A> dq;
        final Operand<A> dk;
        final Operand<A> dv;
        final String what;

        Call(Precision<A> precision, int batch, int nHeads, int nQueries, int nKeys, int dHead, double size) {
            this(precision, AttentionHeads.scaled(nHeads, dHead), batch, nQueries, nKeys, dHead, size);
        }

        Call(Precision<A> precision, AttentionHeads heads, int batch, int nQueries, int nKeys, int dHead, double size) {
            this.heads = heads;
            int nHeads = heads.nHeads();
            int width = nHeads * dHead;
            q = Operand.batch(precision, batch, nQueries, width, () -> size * gaussian());
            k = Operand.batch(precision, batch, nKeys, width, () -> size * gaussian());
            v = Operand.batch(precision, batch, nKeys, width, AttentionKernelsTest.this::gaussian);
            out = Operand.batch(precision, batch, nQueries, width, () -> Double.NaN);
            logSumExp = Operand.batch(precision, batch, nHeads, nQueries, () -> Double.NaN);
            dOut = Operand.batch(precision, batch, nQueries, width, AttentionKernelsTest.this::gaussian);
            dq = Operand.batch(precision, batch, nQueries, width, () -> Double.NaN);
            dk = Operand.batch(precision, batch, nKeys, width, () -> Double.NaN);
            dv = Operand.batch(precision, batch, nKeys, width, () -> Double.NaN);
            what = precision + " B=" + batch + " H=" + nHeads + " queries=" + nQueries + " keys=" + nKeys + " D="
                    + dHead;
        }

        void forward(Kernels<A> kernels) {
            kernels.attention(heads, q.view, k.view, v.view, out.view, logSumExp.view);
        }

        void backward(Kernels<A> kernels) {
            kernels.attentionBackward(
                    heads, q.view, k.view, v.view, out.view, logSumExp.view, dOut.view, dq.view, dk.view, dv.view);
        }

        void checkForward(String provider, double tolerance) {
            Operand<double[]> outExpected = out.widened();
            Operand<double[]> lseExpected = logSumExp.widened();
            Reference.KERNELS.attention(
                    heads, q.widened().view, k.widened().view, v.widened().view, outExpected.view, lseExpected.view);
            assertClose(outExpected, out, (b, i, j) -> tolerance, provider + " " + what);
            assertClose(
                    lseExpected,
                    logSumExp,
                    (b, i, j) -> tolerance * (1 + Math.abs(lseExpected.get(b, i, j))),
                    provider + " logSumExp " + what);
            q.assertUnchanged(what);
            k.assertUnchanged(what);
            v.assertUnchanged(what);
            out.assertGapsUntouched(what);
            logSumExp.assertGapsUntouched(what);
        }

        void checkBackward(String provider, double tolerance) {
            Operand<double[]> dqExpected = dq.widened();
            Operand<double[]> dkExpected = dk.widened();
            Operand<double[]> dvExpected = dv.widened();
            Reference.KERNELS.attentionBackward(
                    heads,
                    q.widened().view,
                    k.widened().view,
                    v.widened().view,
                    out.widened().view,
                    logSumExp.widened().view,
                    dOut.widened().view,
                    dqExpected.view,
                    dkExpected.view,
                    dvExpected.view);
            assertClose(dqExpected, dq, (b, i, j) -> tolerance, provider + " dq " + what);
            assertClose(dkExpected, dk, (b, i, j) -> tolerance, provider + " dk " + what);
            assertClose(dvExpected, dv, (b, i, j) -> tolerance, provider + " dv " + what);
            dOut.assertUnchanged(what);
            dq.assertGapsUntouched(what);
            dk.assertGapsUntouched(what);
            dv.assertGapsUntouched(what);
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyShape(Tested<A> tested) {
        double eps = tested.precision().epsilon();
        try (Kernels<A> kernels = tested.open(2)) {
            for (int nHeads : HEADS) {
                for (int nKeys : KEYS) {
                    for (int dHead : HEAD_SIZES) {
                        for (int nQueries : new int[] {1, (nKeys + 1) / 2, nKeys}) {
                            Call<A> call = new Call<>(tested.precision(), 2, nHeads, nQueries, nKeys, dHead, 1);
                            // max|v| is about 4 here: 4e-6·max|v| in f32, the same number of ε in f64.
                            call.forward(kernels);
                            call.checkForward(tested.toString(), 4 * 33 * eps);
                            call.backward(kernels);
                            call.checkBackward(tested.toString(), 500 * eps * Math.sqrt(nQueries));
                            tested.count(2);
                        }
                    }
                }
            }
        }
    }

    /** Scores of ±1e4 and more: one key takes all the weight, and nothing overflows. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void hugeScores(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open()) {
            for (int nKeys : KEYS) {
                Call<A> call = new Call<>(tested.precision(), 1, 2, nKeys, nKeys, 8, 1);
                for (int j = 0; j < nKeys; j++) {
                    for (int d = 0; d < 16; d++) {
                        // Score of key j: 2·2^14·j/√8, so the last key a query sees wins by thousands.
                        call.q.set(0, j, d, d % 8 == 0 ? 0x1p14 : 0);
                        call.k.set(0, j, d, d % 8 == 0 ? 2 * j : 0);
                    }
                }
                call.forward(kernels);
                for (int i = 0; i < nKeys; i++) {
                    for (int d = 0; d < 16; d++) {
                        assertEquals(call.v.get(0, i, d), call.out.get(0, i, d), tested + ": " + call.what);
                    }
                }
                tested.count(1);
            }
        }
    }

    /** A NaN reaches the outputs of the queries that see it, and no other. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void notANumber(Tested<A> tested) {
        int nKeys = 40;
        try (Kernels<A> kernels = tested.open()) {
            for (int at = 0; at < nKeys; at++) {
                for (boolean inKeys : new boolean[] {true, false}) {
                    Call<A> call = new Call<>(tested.precision(), 1, 1, nKeys, nKeys, 5, 1);
                    (inKeys ? call.k : call.v).set(0, at, 2, Double.NaN);
                    call.forward(kernels);
                    for (int i = 0; i < nKeys; i++) {
                        assertEquals(
                                i >= at,
                                Double.isNaN(call.out.get(0, i, 2)),
                                tested + ": NaN at key " + at + ", query " + i);
                    }
                    tested.count(1);
                }
            }
        }
    }

    /** Weights and values of one sign: where a plain sum's roundings add up, its error grows with the number of keys. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void manyKeys(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open()) {
            for (int nKeys : new int[] {100, 4096, 65536}) {
                for (double size : new double[] {0, 0.5}) {
                    Call<A> call = new Call<>(tested.precision(), 1, 1, 1, nKeys, 4, size);
                    for (int j = 0; j < nKeys; j++) {
                        for (int d = 0; d < 4; d++) {
                            double value = d == 0 ? 0.1 : d == 1 ? 1 : random.nextDouble();
                            tested.precision().set(call.v.view.array(), call.v.view.index(0, j, d), value);
                        }
                    }
                    call.forward(kernels);
                    Operand<double[]> expected = call.out.widened();
                    Operand<double[]> logSumExp = call.logSumExp.widened();
                    Reference.KERNELS.attention(
                            call.heads,
                            call.q.widened().view,
                            call.k.widened().view,
                            call.v.widened().view,
                            expected.view,
                            logSumExp.view);
                    String what = tested + " " + call.what + " size " + size;
                    assertClose(expected, call.out, (b, i, d) -> 4e-6 * (d == 0 ? 0.1 : 1), what);
                    assertClose(logSumExp, call.logSumExp, (b, i, j) -> 2e-6, what + " logSumExp");
                    tested.count(1);
                }
            }
        }
    }

    /** Heads without columns: all scores are 0. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void headsOfNoWidth(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open()) {
            Call<A> call = new Call<>(tested.precision(), new AttentionHeads(2, 1), 2, 3, 19, 0, 1);
            call.forward(kernels);
            call.backward(kernels);
            for (int i = 0; i < 3; i++) {
                assertEquals(Math.log(17 + i), call.logSumExp.get(1, 1, i), 1e-6, tested + " query " + i);
            }
            tested.count(1);
        }
    }

    /** All three thirds of one joint projection, and its gradient likewise. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void partsOfOneArray(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        int batch = 2;
        int nKeys = 19;
        int width = 12;
        try (Kernels<A> kernels = tested.open()) {
            Operand<A> joint = Operand.batch(precision, batch, nKeys, 3 * width, this::gaussian);
            Operand<A> jointGradient = Operand.batch(precision, batch, nKeys, 3 * width, () -> Double.NaN);
            Call<A> apart = new Call<>(precision, batch, 3, nKeys, nKeys, 4, 1);
            for (int b = 0; b < batch; b++) {
                for (int i = 0; i < nKeys; i++) {
                    for (int d = 0; d < width; d++) {
                        apart.q.set(b, i, d, joint.get(b, i, d));
                        apart.k.set(b, i, d, joint.get(b, i, width + d));
                        apart.v.set(b, i, d, joint.get(b, i, 2 * width + d));
                    }
                }
            }
            apart.forward(kernels);
            apart.backward(kernels);
            Matrix<A> q = joint.view.columns(0, width);
            Matrix<A> k = joint.view.columns(width, 2 * width);
            Matrix<A> v = joint.view.columns(2 * width, 3 * width);
            Operand<A> out = Operand.batch(precision, batch, nKeys, width, () -> Double.NaN);
            kernels.attention(apart.heads, q, k, v, out.view, apart.logSumExp.view);
            assertClose(apart.out.widened(), out, (b, i, j) -> 0, tested + " joint forward");
            kernels.attentionBackward(
                    apart.heads,
                    q,
                    k,
                    v,
                    out.view,
                    apart.logSumExp.view,
                    apart.dOut.view,
                    jointGradient.view.columns(0, width),
                    jointGradient.view.columns(width, 2 * width),
                    jointGradient.view.columns(2 * width, 3 * width));
            jointGradient.assertGapsUntouched("joint gradient");
            for (int b = 0; b < batch; b++) {
                for (int i = 0; i < nKeys; i++) {
                    for (int d = 0; d < width; d++) {
                        assertEquals(apart.dq.get(b, i, d), jointGradient.get(b, i, d));
                        assertEquals(apart.dk.get(b, i, d), jointGradient.get(b, i, width + d));
                        assertEquals(apart.dv.get(b, i, d), jointGradient.get(b, i, 2 * width + d));
                    }
                }
            }
            tested.count(2);
        }
    }

    /** The specification itself: two keys, weights ¼ and ¾. */
    @Test
    void specification() {
        double[] q = {0, Math.log(3)};
        double[] k = {0, 1};
        double[] v = {8, 4};
        double[] out = new double[2];
        double[] logSumExp = new double[2];
        Reference.KERNELS.attention(
                new AttentionHeads(1, 1),
                Matrix.of(q, 2, 1),
                Matrix.of(k, 2, 1),
                Matrix.of(v, 2, 1),
                Matrix.of(out, 2, 1),
                Matrix.of(logSumExp, 1, 2));
        assertEquals(8, out[0]);
        assertEquals(0.25 * 8 + 0.75 * 4, out[1], 1e-14);
        assertEquals(0, logSumExp[0]);
        assertEquals(Math.log(4), logSumExp[1], 1e-15);
    }
}
