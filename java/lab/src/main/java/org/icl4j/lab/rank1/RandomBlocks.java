package org.icl4j.lab.rank1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The theorem on untrained blocks (cards D1, D2, D3a and D4): it is a fact of linear algebra, so it must hold for random weights on
 * random prompts.
 *
 * @param outcomes one of each block
 */
record RandomBlocks(List<Outcome> outcomes) {
    private static final ContextualBlockConfig SIZES = new ContextualBlockConfig(16, 16, 4, 64);
    private static final int EXAMPLES = 20;

    /** Tokens of the prompt whose removal form must reach full rank; below D, so that it can. */
    private static final int RANK_EXAMPLES = 8;

    /** Measures {@code count} blocks with this contextual layer, and records the numbers under {@code condition}. */
    static <A> RandomBlocks measure(Run<A> run, UpdateRule rule, Mixer mixer, String condition, int count) {
        List<Outcome> outcomes = new ArrayList<>();
        try (var stage = run.progress().begin(condition + " blocks", count)) {
            for (int i = 0; i < count; i++) {
                long seed = run.seed() * count + i; // Runs with other seeds draw other blocks.
                Outcome outcome = outcome(run, rule, SIZES.with(mixer), seed);
                outcome.record(run, condition, seed);
                outcomes.add(outcome);
                stage.at(i + 1, "");
            }
        }
        return new RandomBlocks(outcomes);
    }

    /** The outcomes of all of these. */
    static RandomBlocks together(Collection<RandomBlocks> some) {
        return new RandomBlocks(
                some.stream().flatMap(blocks -> blocks.outcomes.stream()).toList());
    }

    /**
     * What one block and prompt gave.
     *
     * @param conditioning |A(C, x)|/|A(x)|
     * @param errors of the theorem
     * @param skip of the same block with skip connections
     * @param twoQueries σ₂/σ₁ of the sum of two queries' updates
     * @param prefixRank σ₂/σ₁ of the sum of 8 updates, prefix form
     * @param removalRank rank of the sum of 8 updates, removal form
     * @param normRatio norm of the removal form's sum by that of the prefix form's
     */
    record Outcome(
            double conditioning,
            TheoremErrors errors,
            SkipErrors skip,
            double twoQueries,
            double prefixRank,
            double removalRank,
            double normRatio) {

        void record(Run<?> run, String condition, long seed) {
            run.measure(condition, EXAMPLES, seed, "conditioning", conditioning);
            run.measure(condition, EXAMPLES, seed, "identityError", errors.identity());
            run.measure(condition, EXAMPLES, seed, "unpatchedError", errors.unpatched());
            run.measure(condition, EXAMPLES, seed, "sigma2OverSigma1", errors.rank());
            run.measure(condition, EXAMPLES, seed, "sigma2OverSigma1OfTwoQueries", twoQueries);
            run.measure(condition, EXAMPLES, seed, "partError", errors.parts());
            run.measure(condition, EXAMPLES, seed, "olderHalfUnpatchedError", errors.olderUnpatched());
            run.measure(condition, EXAMPLES, seed, "youngerHalfUnpatchedError", errors.youngerUnpatched());
            run.measure(condition, EXAMPLES, seed, "emptyPartLargestEntry", errors.empty());
            run.measure(condition, EXAMPLES, seed, "compositionError", errors.composition());
            run.measure(condition, EXAMPLES, seed, "skipError", skip.patched());
            run.measure(condition, EXAMPLES, seed, "skipErrorWithoutBias", skip.withoutBias());
            run.measure(condition, EXAMPLES, seed, "prefixError", errors.prefix());
            run.measure(condition, EXAMPLES, seed, "removalError", errors.removal());
            run.measure(
                    condition,
                    EXAMPLES,
                    seed,
                    "skippedTokenError",
                    errors.tokens().skipped());
            run.measure(condition, RANK_EXAMPLES, seed, "prefixSigma2OverSigma1", prefixRank);
            run.measure(condition, RANK_EXAMPLES, seed, "removalRank", removalRank);
            run.measure(condition, RANK_EXAMPLES, seed, "removalNormOverPrefixNorm", normRatio);
        }
    }

    /** The greatest value of all blocks; NaN if there is one. */
    Estimate worst(ToDoubleFunction<Outcome> value) {
        return Estimate.exact(Errors.worst(outcomes.stream().mapToDouble(value).toArray()));
    }

    /** The least value of all blocks; NaN if there is one. */
    Estimate least(ToDoubleFunction<Outcome> value) {
        return Estimate.exact(Errors.least(outcomes.stream().mapToDouble(value).toArray()));
    }

    private static <A> Outcome outcome(Run<A> run, UpdateRule rule, ContextualBlockConfig config, long seed) {
        ContextualBlock<A> block =
                new ContextualBlock<>(config, run.kernels(), ContextualBlock.initialize(config, run.precision(), seed));
        PatchedBlock<A> patching = new PatchedBlock<>(block, rule);
        Prompts<A> prompt = prompt(run, seed, 0, EXAMPLES);
        TokenByToken<A> few = TokenByToken.of(patching, prompt(run, seed, 1, RANK_EXAMPLES), 0);
        return new Outcome(
                patching.conditioning(prompt),
                TheoremErrors.of(patching, prompt, 0, RandomStream.of(seed, "parts", 0, 0)),
                SkipErrors.of(patching, prompt),
                twoQueries(run, patching, prompt, seed),
                Errors.secondToFirst(few.prefix().update()),
                numericalRank(few.removal().update()),
                few.removal().update().norm() / few.prefix().update().norm());
    }

    private static <A> Prompts<A> prompt(Run<A> run, long seed, long step, int examples) {
        Tensor<A> tokens = Tensor.zeros(run.precision(), 1, examples + 1, SIZES.dToken());
        RandomStream.of(seed, "random tokens", step, 0).fillGaussian(tokens, 1);
        return new Prompts<>(tokens, new double[1]);
    }

    /** The mean of the updates for two queries after one context has rank 2: the test of rank must see that. */
    private static <A> double twoQueries(Run<A> run, PatchedBlock<A> patching, Prompts<A> prompt, long seed) {
        Prompts<A> other = new Prompts<>(prompt.tokens().copy(), prompt.targets());
        Tensor<A> query = prompt(run, seed, 2, 0).tokens();
        System.arraycopy(query.array(), 0, other.tokens().array(), EXAMPLES * SIZES.dToken(), SIZES.dToken());
        return Errors.secondToFirst(
                patching.update(prompt, 0, 0, EXAMPLES).plus(patching.update(other, 0, 0, EXAMPLES)));
    }

    /** Singular values that stand out of the rounding of the storage type. */
    private static double numericalRank(Tensor<?> matrix) {
        double[] values = Errors.singularValues(matrix);
        double floor = 100 * matrix.precision().epsilon() * values[0];
        return Arrays.stream(values).filter(value -> value > floor).count();
    }
}
