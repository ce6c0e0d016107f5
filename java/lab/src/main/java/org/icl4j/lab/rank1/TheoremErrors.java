package org.icl4j.lab.rank1;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
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
 * @param parts the largest for Y each half, the middle, single examples, every other example, and examples drawn at random
 * @param olderUnpatched of the block that does not see the older half, unpatched
 * @param youngerUnpatched that for the younger half
 * @param empty largest entry of ΔW(∅), ∅ taken out of the prompt as any part is
 * @param composition of the block patched by examples drawn at random and then by the rest
 * @param tokens example by example
 */
record TheoremErrors(
        double identity,
        double unpatched,
        double rank,
        double parts,
        double olderUnpatched,
        double youngerUnpatched,
        double empty,
        double composition,
        TokenByToken<?> tokens) {
    /**
     * Measures.
     *
     * @param prompt a batch of one
     * @param usualSize size of an output that errors are at least relative to, or 0
     * @param random draws parts of the context
     */
    static <A> TheoremErrors of(PatchedBlock<A> patching, Prompts<A> prompt, double usualSize, RandomGenerator random) {
        ContextualBlock<A> block = patching.block();
        int n = prompt.examples();
        BitSet drawn = drawn(n, random);
        Tensor<A> expected = block.apply(prompt.tokens());
        double worstPart = 0;
        for (BitSet part : parts(n, drawn)) {
            worstPart = Math.max(worstPart, error(expected, patching.outputsWithout(prompt, part, 0), usualSize));
        }
        return new TheoremErrors(
                error(expected, patching.outputsToQueries(prompt), usualSize),
                error(expected, block.apply(prompt.queries().tokens()), usualSize),
                Errors.secondToFirst(patching.update(prompt, 0, 0, n)),
                worstPart,
                error(expected, block.apply(prompt.without(0, n / 2).tokens()), usualSize),
                error(expected, block.apply(prompt.without(n / 2, n).tokens()), usualSize),
                Errors.largestEntry(patching.update(prompt, new BitSet())),
                error(expected, composition(patching, prompt, drawn), usualSize),
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

    /** The smaller error of leaving out a half without patch. */
    double halfUnpatched() {
        return Math.min(olderUnpatched, youngerUnpatched);
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

    /** Each example or not, as a coin falls. */
    private static BitSet drawn(int n, RandomGenerator random) {
        BitSet part = new BitSet();
        for (int i = 0; i < n; i++) {
            part.set(i, random.nextBoolean());
        }
        return part;
    }

    /** Parts Y of a context of n examples: intervals, and what is scattered. */
    private static List<BitSet> parts(int n, BitSet drawn) {
        int[][] intervals = {
            {0, n / 2}, {n / 2, n}, {7 * n / 20, 13 * n / 20}, {0, 1}, {n / 2, n / 2 + 1}, {n - 1, n},
        };
        List<BitSet> parts = new ArrayList<>();
        for (int[] interval : intervals) {
            BitSet part = new BitSet();
            part.set(interval[0], interval[1]);
            parts.add(part);
        }
        BitSet everyOther = new BitSet();
        for (int i = 0; i < n; i += 2) {
            everyOther.set(i);
        }
        parts.add(everyOther);
        parts.add(drawn);
        return parts;
    }

    /** First the part D of the context, then, on the patched weight, all that is left of it: together the whole. */
    private static <A> Tensor<A> composition(PatchedBlock<A> patching, Prompts<A> prompt, BitSet d) {
        ContextualBlock<A> block = patching.block();
        Tensor<A> part = block.context(prompt.without(d).tokens()).row(0);
        Tensor<A> none = block.context(prompt.queries().tokens()).row(0);
        PatchedBlock<A> once = new PatchedBlock<>(patching.patchedBy(patching.update(prompt, d)), patching.rule());
        return once.patchedBy(once.update(part, none)).apply(prompt.queries().tokens());
    }
}
