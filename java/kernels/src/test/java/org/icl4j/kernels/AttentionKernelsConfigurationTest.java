package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
        return AttentionHeads.scaled(nKeyHeads * (1 + random.nextInt(3)), dHead).withKeyHeads(nKeyHeads);
    }

    private <A> AttentionKernelsCase<A> configuration(Precision<A> precision) {
        int dHead = oneOf(HEAD_SIZES);
        int nKeys = oneOf(KEYS);
        int nQueries = random.nextInt(3) == 0 ? 1 + random.nextInt(nKeys) : nKeys;
        int batch = 1 + random.nextInt(2);
        return AttentionKernelsCase.random(precision, heads(dHead), batch, nQueries, nKeys, dHead, random);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everyConfiguration(Tested<A> tested) {
        // The openblas provider's attention is the vector provider's.
        int n = tested.provider().equals("vector") ? CONFIGURATIONS : CONFIGURATIONS / 10;
        try (Kernels<A> kernels = tested.open(2)) {
            for (int i = 0; i < n; i++) {
                configuration(tested.precision()).check(kernels, tested.toString());
                tested.count(1);
            }
        }
    }

    /** The last position alone, against keys and values kept from before, has the bits that it has in the whole pass. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void theLastPositionAlone(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open()) {
            for (int n = 0; n < 20; n++) {
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
