package org.icl4j.kernels;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attention at the sizes of real models, where queries and keys fill many blocks, with caps, windows, biases and shared keys by
 * chance. Of the largest only some heads are compared, each time others.
 */
@ExtendWith(CaseReport.class)
class AttentionKernelsLargeTest {
    private static final int[] HEADS = {1, 2, 12};
    private static final int[] KEYS = {1, 2, 15, 16, 17, 128, 1024};
    private static final int[] HEAD_SIZES = {1, 8, 63, 64, 65, 128};

    /** Pairs of query and key, times columns, that the specification is asked for in one case, though for one head at least. */
    private static final long MOST = 1L << 26;

    private static final long MOST_BY_DEFAULT = MOST >> 4;

    private final RandomGenerator random = TestSeed.random("large attention");

    private <A> void check(
            Tested<A> tested, Kernels<A> kernels, long most, AttentionHeads heads, int nQueries, int nKeys, int dHead) {
        long group = (long) nQueries * nKeys * dHead * heads.groupSize();
        AttentionKernelsCase.random(tested.precision(), heads, 1, nQueries, nKeys, dHead, random)
                .sampled(Math.clamp(most / group, 1, heads.nKeyHeads()), random)
                .check(kernels, tested.toString());
        tested.count(1);
    }

    /** The grid of sizes, each for a whole sequence and for its last positions. */
    @Tag("extended")
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void everySize(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int nHeads : HEADS) {
                for (int nKeys : KEYS) {
                    for (int dHead : HEAD_SIZES) {
                        check(tested, kernels, MOST, grouped(nHeads, dHead), nKeys, nKeys, dHead);
                        check(tested, kernels, MOST, grouped(nHeads, dHead), 1 + random.nextInt(nKeys), nKeys, dHead);
                    }
                }
            }
        }
    }

    /** The corners of the grid, on the provider whose blocks they are. */
    @Test
    void someSizes() {
        Tested<float[]> tested = Tested.vector();
        try (Kernels<float[]> kernels = tested.open(2)) {
            check(tested, kernels, MOST_BY_DEFAULT, AttentionHeads.scaled(4, 64), 256, 1024, 64);
            check(tested, kernels, MOST_BY_DEFAULT, grouped(12, 128), 70, 300, 128);
            for (int dHead : new int[] {63, 65, 128}) {
                check(tested, kernels, MOST_BY_DEFAULT, grouped(12, dHead), 150, 150, dHead);
            }
        }
    }

    /** A head of keys for each of queries, for two or three of them, or for all. */
    private AttentionHeads grouped(int nHeads, int dHead) {
        int[] sizes = {1, 2, 3, nHeads};
        int size = sizes[random.nextInt(sizes.length)];
        return AttentionHeads.scaled(nHeads, dHead).withKeyHeads(nHeads % size == 0 ? nHeads / size : nHeads);
    }
}
