package org.icl4j.lab.rank1;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Theorem 2.2 and Section 3 of Dherin et al. (2025) on one block and one prompt of n examples (cards D1, D2 and D4). Errors are
 * relative to the output with the whole context.
 *
 * @param identity of the block patched by ΔW(C), for the query alone
 * @param unpatched of the block unpatched, for the query alone
 * @param rank σ₂/σ₁ of ΔW(C)
 * @param parts the largest for Y each half, the middle, and single examples
 * @param partsUnpatched the smaller of those for each half left out without patch
 * @param empty largest entry of ΔW(∅)
 * @param composition of the block patched by the older half and then by the younger
 * @param tokens example by example
 */
record TheoremErrors(
        double identity,
        double unpatched,
        double rank,
        double parts,
        double partsUnpatched,
        double empty,
        double composition,
        TokenByToken<?> tokens) {
    /** Of the parts, how many are so large that leaving them out must show. */
    private static final int LARGE_PARTS = 2;

    /**
     * Measures.
     *
     * @param prompt a batch of one
     * @param usualSize size of an output that errors are at least relative to, or 0
     */
    static <A> TheoremErrors of(PatchedBlock<A> patching, Prompts<A> prompt, double usualSize) {
        ContextualBlock<A> block = patching.block();
        int n = prompt.examples();
        Tensor<A> expected = block.apply(prompt.tokens());
        Parts parts = parts(patching, prompt, expected, usualSize);
        return new TheoremErrors(
                error(expected, patching.outputsToQueries(prompt), usualSize),
                error(expected, block.apply(prompt.queries().tokens()), usualSize),
                Errors.secondToFirst(patching.update(prompt, 0, 0, n)),
                parts.worstError,
                parts.leastUnpatched,
                Errors.largestEntry(patching.update(prompt, 0, 3, 3)),
                error(expected, composition(patching, prompt), usualSize),
                TokenByToken.of(patching, prompt, usualSize));
    }

    /** The greatest value of all; NaN if there is one. */
    static Estimate worst(List<TheoremErrors> all, ToDoubleFunction<TheoremErrors> value) {
        return Estimate.exact(Errors.worst(all.stream().mapToDouble(value).toArray()));
    }

    /** The least value of all; NaN if there is one. */
    static Estimate least(List<TheoremErrors> all, ToDoubleFunction<TheoremErrors> value) {
        return Estimate.exact(Errors.least(all.stream().mapToDouble(value).toArray()));
    }

    /** The larger error of the two about parts. */
    double part() {
        return Math.max(parts, composition);
    }

    double prefix() {
        return tokens.prefix().worstError();
    }

    double removal() {
        return tokens.removal().worstError();
    }

    /** The larger error of the two forms example by example. */
    double token() {
        return Math.max(prefix(), removal());
    }

    private static double error(Tensor<?> expected, Tensor<?> actual, double usualSize) {
        return Errors.relative(expected, actual, usualSize)[0];
    }

    /** Parts Y of the context: [from, to) of its n examples; the halves first. */
    private static int[][] parts(int n) {
        return new int[][] {
            {0, n / 2}, {n / 2, n}, {7 * n / 20, 13 * n / 20}, {0, 1}, {n / 2, n / 2 + 1}, {n - 1, n},
        };
    }

    private record Parts(double worstError, double leastUnpatched) {}

    private static <A> Parts parts(PatchedBlock<A> patching, Prompts<A> prompt, Tensor<A> expected, double usualSize) {
        double worst = 0;
        double least = Double.POSITIVE_INFINITY;
        int[][] parts = parts(prompt.examples());
        for (int i = 0; i < parts.length; i++) {
            int from = parts[i][0];
            int to = parts[i][1];
            worst = Math.max(worst, error(expected, patching.outputsWithout(prompt, from, to, 0), usualSize));
            if (i < LARGE_PARTS) {
                Tensor<A> unpatched =
                        patching.block().apply(prompt.without(from, to).tokens());
                least = Math.min(least, error(expected, unpatched, usualSize));
            }
        }
        return new Parts(worst, least);
    }

    /** First the older half D of the context, then, on the patched weight, the younger half Y: together the whole. */
    private static <A> Tensor<A> composition(PatchedBlock<A> patching, Prompts<A> prompt) {
        ContextualBlock<A> block = patching.block();
        Prompts<A> younger = prompt.without(0, prompt.examples() / 2);
        Tensor<A> whole = block.context(prompt.tokens()).row(0);
        Tensor<A> part = block.context(younger.tokens()).row(0);
        Tensor<A> none = block.context(prompt.queries().tokens()).row(0);
        PatchedBlock<A> once = new PatchedBlock<>(patching.patchedBy(patching.update(whole, part)), patching.rule());
        return once.patchedBy(once.update(part, none)).apply(prompt.queries().tokens());
    }
}
