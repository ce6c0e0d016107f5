package org.icl4j.lab.rank1;

import org.icl4j.kernels.Kernels;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * What a rank-1 patch takes (card D9): u = W·δ, of H numbers, and v = a/‖a‖², of D, with ΔW = u·vᵀ.
 *
 * @param numbers H + D
 * @param weightNumbers H·D
 * @param rebuiltError largest difference between u·vᵀ and ΔW, relative to the largest entry of ΔW
 */
record PatchStorage(int numbers, int weightNumbers, double rebuiltError) {
    private static final ContextualBlockConfig CONFIG = new ContextualBlockConfig(3, 256, 8, 1024);
    private static final int EXAMPLES = 20;

    /** Measures a random block of the card's size. */
    static <A> PatchStorage of(Kernels<A> kernels, UpdateRule rule, long seed) {
        ContextualBlock<A> block =
                new ContextualBlock<>(CONFIG, kernels, ContextualBlock.initialize(CONFIG, kernels.precision(), seed));
        PatchedBlock<A> patching = new PatchedBlock<>(block, rule);
        Tensor<A> tokens = Tensor.zeros(kernels.precision(), 1, EXAMPLES + 1, CONFIG.dToken());
        RandomStream.of(seed, "storage", 0, 0).fillGaussian(tokens, 1);
        Tensor<A> query = Tensor.zeros(kernels.precision(), 1, 1, CONFIG.dToken());
        System.arraycopy(tokens.array(), tokens.index(0, EXAMPLES, 0), query.array(), 0, CONFIG.dToken());
        Tensor<A> a = block.context(query).row(0);
        Tensor<A> withContext = block.context(tokens).row(0);
        return of(patching.weight(), withContext.minus(a), a, patching.update(withContext, a));
    }

    private static PatchStorage of(Tensor<?> w, Tensor<?> delta, Tensor<?> a, Tensor<?> update) {
        double[] u = new double[w.dim(0)];
        double[] v = new double[w.dim(1)];
        double squaredNorm = Math.pow(a.norm(), 2);
        for (int j = 0; j < v.length; j++) {
            v[j] = a.get(j) / squaredNorm;
            for (int i = 0; i < u.length; i++) {
                u[i] += w.get(w.index(i, j)) * delta.get(j);
            }
        }
        double worst = 0;
        for (int i = 0; i < u.length; i++) {
            for (int j = 0; j < v.length; j++) {
                worst = Math.max(worst, Math.abs(u[i] * v[j] - update.get(update.index(i, j))));
            }
        }
        return new PatchStorage(u.length + v.length, w.size(), worst / Errors.largestEntry(update));
    }

    /** Numbers of the weight for each of the patch. */
    double saving() {
        return (double) weightNumbers / numbers;
    }
}
