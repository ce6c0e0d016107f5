package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
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

    private <A> AttentionKernelsCase<A> plain(
            Tested<A> tested, int batch, int nHeads, int nQueries, int nKeys, int dHead) {
        return sized(tested, AttentionHeads.scaled(nHeads, dHead), batch, nQueries, nKeys, dHead, 1);
    }

    /** Queries and keys times {@code size}. */
    private <A> AttentionKernelsCase<A> sized(
            Tested<A> tested, AttentionHeads heads, int batch, int nQueries, int nKeys, int dHead, double size) {
        return new AttentionKernelsCase<>(
                tested.precision(), heads, batch, nQueries, nKeys, dHead, Optional.empty(), size, random);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyShape(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int nHeads : HEADS) {
                for (int nKeys : KEYS) {
                    for (int dHead : HEAD_SIZES) {
                        for (int nQueries : new int[] {1, (nKeys + 1) / 2, nKeys}) {
                            plain(tested, 2, nHeads, nQueries, nKeys, dHead).check(kernels, tested.toString());
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
                AttentionKernelsCase<A> call = plain(tested, 1, 2, nKeys, nKeys, 8);
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
                        assertEquals(call.v.get(0, i, d), call.out.get(0, i, d), tested + ": " + call);
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
                    AttentionKernelsCase<A> call = plain(tested, 1, 1, nKeys, nKeys, 5);
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

    /** A query all of whose scores are −∞ has no weights: its output is NaN, that of no other query, and no gradient that it has a part in is a number. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void nothingSeen(Tested<A> tested) {
        int nKeys = 100;
        int without = 40;
        try (Kernels<A> kernels = tested.open()) {
            for (int nQueries : new int[] {nKeys, nKeys - without}) {
                Operand<A> bias = Operand.matrix(tested.precision(), nQueries, nKeys, () -> 0);
                int blind = without - (nKeys - nQueries);
                bias.fill((h, i, j) -> i == blind ? Double.NEGATIVE_INFINITY : 0);
                AttentionKernelsCase<A> call = new AttentionKernelsCase<>(
                        tested.precision(),
                        AttentionHeads.scaled(2, 5),
                        1,
                        nQueries,
                        nKeys,
                        5,
                        Optional.of(bias),
                        1,
                        random);
                call.forward(kernels);
                call.backward(kernels);
                for (int i = 0; i < nQueries; i++) {
                    for (int h = 0; h < 2; h++) {
                        String what = tested + " query " + i + " of " + nQueries;
                        assertEquals(i == blind, Double.isNaN(call.out.get(0, i, 5 * h)), what);
                        assertEquals(i == blind, Double.isNaN(call.logSumExp.get(0, h, i)), what + " logSumExp");
                        assertTrue(i != blind || Double.isNaN(call.dq.get(0, i, 5 * h)), what + " dq");
                    }
                }
                for (int j = 0; j <= without; j++) {
                    assertTrue(Double.isNaN(call.dk.get(0, j, 0)), tested + " dk of key " + j);
                    assertTrue(Double.isNaN(call.dv.get(0, j, 0)), tested + " dv of key " + j);
                }
                tested.count(1);
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
                    AttentionKernelsCase<A> call = sized(tested, AttentionHeads.scaled(1, 4), 1, 1, nKeys, 4, size);
                    call.v.fill((b, j, d) -> d == 0 ? 0.1 : d == 1 ? 1 : random.nextDouble());
                    call.forward(kernels);
                    call.checkForward(tested.toString());
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
            AttentionKernelsCase<A> call = sized(tested, new AttentionHeads(2, 1), 2, 3, 19, 0, 1);
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
            AttentionKernelsCase<A> apart = plain(tested, batch, 3, nKeys, nKeys, 4);
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
