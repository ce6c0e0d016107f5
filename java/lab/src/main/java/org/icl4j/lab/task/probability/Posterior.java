package org.icl4j.lab.task.probability;

import java.util.Arrays;

/** Probabilities of finitely many hypotheses, from the logarithms of their weights: at least one, and one of them above −∞. */
public final class Posterior {
    private Posterior() {}

    /**
     * Probabilities in proportion to the weights: p_i = exp(l_i − log Σ_j exp l_j).
     *
     * @param logWeights l, not modified
     */
    public static double[] of(double[] logWeights) {
        double logSum = logSum(logWeights);
        return Arrays.stream(logWeights).map(l -> StrictMath.exp(l - logSum)).toArray();
    }

    /**
     * log Σ_i exp l_i.
     *
     * @param logWeights l, not modified
     */
    public static double logSum(double[] logWeights) {
        double max = Arrays.stream(logWeights).max().orElseThrow();
        double sum = Arrays.stream(logWeights).map(l -> StrictMath.exp(l - max)).sum();
        return max + StrictMath.log(sum);
    }
}
