package org.icl4j.kernels.vector;

import java.util.Optional;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Matrix;

/**
 * The operands that a forward and a backward call of attention share, each a batch.
 *
 * @param heads scale, cap and window
 * @param bias [1 or nHeads, nQueries, nKeys]
 * @param q [nQueries, nHeads·dHead], as out
 * @param k [nKeys, nKeyHeads·dHead], as v
 * @param logSumExp [nHeads, nQueries]
 */
record AttentionCall(
        AttentionHeads heads,
        Optional<Matrix<float[]>> bias,
        Matrix<float[]> q,
        Matrix<float[]> k,
        Matrix<float[]> v,
        Matrix<float[]> out,
        Matrix<float[]> logSumExp) {
    /** Columns of a head. */
    int dHead() {
        return k.cols() / heads.nKeyHeads();
    }

    /** Which matrix of the bias head {@code h} has. */
    int biasOf(int h) {
        return bias.isPresent() && bias.get().count() > 1 ? h : 0;
    }
}
