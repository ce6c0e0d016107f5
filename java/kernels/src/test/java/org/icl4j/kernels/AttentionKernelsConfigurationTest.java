package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attention of random configurations against the specification in double: shared keys, caps, windows, biases and masks, lengths
 * around the blocks of the vector code, gaps between rows.
 */
@ExtendWith(CaseReport.class)
class AttentionKernelsConfigurationTest {
    private static final int CONFIGURATIONS = 1000;
    private static final int[] KEYS = {1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 96, 97, 130};
    private static final int[] HEAD_SIZES = {1, 3, 8, 15, 16, 17, 32, 33, 40};

    private final RandomGenerator random = TestSeed.random("attention configurations");

    private int oneOf(int[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private AttentionHeads heads(int dHead) {
        int nKeyHeads = 1 + random.nextInt(2);
        AttentionHeads heads = AttentionHeads.scaled(nKeyHeads * (1 + random.nextInt(3)), dHead)
                .withKeyHeads(nKeyHeads);
        if (random.nextInt(3) == 0) {
            heads = heads.withSoftCap(random.nextDouble(0.5, 5));
        }
        if (random.nextInt(3) == 0) {
            heads = heads.withWindow(1 + random.nextInt(80));
        }
        return heads;
    }

    /** The operands of one configuration. */
    private final class Configuration<A> {
        final AttentionHeads heads;
        final Optional<Operand<A>> bias;
        final Operand<A> q;
        final Operand<A> k;
        final Operand<A> v;
        final Operand<A> out;
        final Operand<A> logSumExp;
        final Operand<A> dOut;
        final Operand<A> dq;
        final Operand<A> dk;
        final Operand<A> dv;

        Configuration(Precision<A> precision) {
            int dHead = oneOf(HEAD_SIZES);
            int nKeys = oneOf(KEYS);
            int nQueries = random.nextInt(3) == 0 ? 1 + random.nextInt(nKeys) : nKeys;
            int batch = 1 + random.nextInt(2);
            heads = heads(dHead);
            int width = heads.nHeads() * dHead;
            int keyWidth = heads.nKeyHeads() * dHead;
            bias = bias(precision, nQueries, nKeys);
            q = Operand.batch(precision, batch, nQueries, width, random::nextGaussian);
            k = Operand.batch(precision, batch, nKeys, keyWidth, random::nextGaussian);
            v = Operand.batch(precision, batch, nKeys, keyWidth, random::nextGaussian);
            out = Operand.batch(precision, batch, nQueries, width, () -> Double.NaN);
            logSumExp = Operand.batch(precision, batch, heads.nHeads(), nQueries, () -> Double.NaN);
            dOut = Operand.batch(precision, batch, nQueries, width, random::nextGaussian);
            dq = Operand.batch(precision, batch, nQueries, width, () -> Double.NaN);
            dk = Operand.batch(precision, batch, nKeys, keyWidth, () -> Double.NaN);
            dv = Operand.batch(precision, batch, nKeys, keyWidth, () -> Double.NaN);
        }

        /** None, or biases of which some are −∞, but never a query's own key. */
        private Optional<Operand<A>> bias(Precision<A> precision, int nQueries, int nKeys) {
            if (random.nextInt(3) > 0) {
                return Optional.empty();
            }
            int matrices = random.nextBoolean() ? 1 : heads.nHeads();
            Operand<A> given = Operand.batch(
                    precision,
                    matrices,
                    nQueries,
                    nKeys,
                    () -> random.nextInt(5) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian());
            for (int h = 0; h < matrices; h++) {
                for (int i = 0; i < nQueries; i++) {
                    given.set(h, i, nKeys - nQueries + i, 0.5);
                }
            }
            return Optional.of(given);
        }

        void run(Kernels<A> kernels) {
            Optional<Matrix<A>> given = bias.map(operand -> operand.view);
            kernels.attention(heads, given, q.view, k.view, v.view, out.view, logSumExp.view);
            kernels.attentionBackward(
                    heads,
                    given,
                    q.view,
                    k.view,
                    v.view,
                    out.view,
                    logSumExp.view,
                    dOut.view,
                    dq.view,
                    dk.view,
                    dv.view);
        }

        void check(String provider, double eps) {
            Operand<double[]> outRight = out.widened();
            Operand<double[]> logSumExpRight = logSumExp.widened();
            Operand<double[]> dqRight = dq.widened();
            Operand<double[]> dkRight = dk.widened();
            Operand<double[]> dvRight = dv.widened();
            Optional<Matrix<double[]>> given = bias.map(operand -> operand.widened().view);
            Matrix<double[]> wideQ = q.widened().view;
            Matrix<double[]> wideK = k.widened().view;
            Matrix<double[]> wideV = v.widened().view;
            Reference.KERNELS.attention(heads, given, wideQ, wideK, wideV, outRight.view, logSumExpRight.view);
            Reference.KERNELS.attentionBackward(
                    heads,
                    given,
                    wideQ,
                    wideK,
                    wideV,
                    outRight.view,
                    logSumExpRight.view,
                    dOut.widened().view,
                    dqRight.view,
                    dkRight.view,
                    dvRight.view);
            String what = provider + " " + heads + " q=" + q.view.shape() + " k=" + k.view.shape() + " bias="
                    + bias.map(operand -> operand.view.shape());
            assertClose(outRight, out, (b, i, j) -> 4 * 33 * eps, what + " out");
            assertClose(logSumExpRight, logSumExp, (b, i, j) -> 20 * eps, what + " logSumExp");
            double gradient = 1000 * eps * Math.sqrt(q.view.rows() * heads.groupSize());
            assertClose(dqRight, dq, (b, i, j) -> gradient, what + " dq");
            assertClose(dkRight, dk, (b, i, j) -> gradient, what + " dk");
            assertClose(dvRight, dv, (b, i, j) -> gradient, what + " dv");
            for (Operand<A> output : java.util.List.of(out, logSumExp, dq, dk, dv)) {
                output.assertGapsUntouched(what);
            }
            for (Operand<A> input : java.util.List.of(q, k, v, dOut)) {
                input.assertUnchanged(what);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyConfiguration(Tested<A> tested) {
        // The openblas provider's attention is the vector provider's.
        int n = tested.provider().equals("vector") ? CONFIGURATIONS : CONFIGURATIONS / 10;
        try (Kernels<A> kernels = tested.open(2)) {
            for (int i = 0; i < n; i++) {
                Configuration<A> configuration = new Configuration<>(tested.precision());
                configuration.run(kernels);
                configuration.check(tested.toString(), tested.precision().epsilon());
                tested.count(1);
            }
        }
    }

    /** The last position alone, against keys and values kept from before, has the bits that it has in the whole pass. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void theLastPositionAlone(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open()) {
            for (int n = 0; n < 50; n++) {
                int dHead = oneOf(HEAD_SIZES);
                int nKeys = 1 + random.nextInt(150);
                AttentionHeads heads = heads(dHead);
                int width = heads.nHeads() * dHead;
                int keyWidth = heads.nKeyHeads() * dHead;
                Operand<A> q = Operand.batch(tested.precision(), 1, nKeys, width, random::nextGaussian);
                Operand<A> k = Operand.batch(tested.precision(), 1, nKeys, keyWidth, random::nextGaussian);
                Operand<A> v = Operand.batch(tested.precision(), 1, nKeys, keyWidth, random::nextGaussian);
                Operand<A> whole = Operand.batch(tested.precision(), 1, nKeys, width, () -> Double.NaN);
                Operand<A> alone = Operand.batch(tested.precision(), 1, nKeys, width, () -> Double.NaN);
                Operand<A> logSumExp = Operand.batch(tested.precision(), 1, heads.nHeads(), nKeys, () -> Double.NaN);
                kernels.attention(heads, q.view, k.view, v.view, whole.view, logSumExp.view);
                for (int i = 0; i < nKeys; i++) {
                    kernels.attention(
                            heads,
                            q.view.rows(i, i + 1),
                            k.view.rows(0, i + 1),
                            v.view.rows(0, i + 1),
                            alone.view.rows(i, i + 1),
                            logSumExp.view.columns(i, i + 1));
                    for (int d = 0; d < width; d++) {
                        assertEquals(whole.get(0, i, d), alone.get(0, i, d), tested + " " + heads + " position " + i);
                    }
                }
                tested.count(nKeys);
            }
        }
    }
}
