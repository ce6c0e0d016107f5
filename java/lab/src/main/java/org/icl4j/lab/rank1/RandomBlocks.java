package org.icl4j.lab.rank1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The theorem on untrained blocks (cards D1, D2 and D4): it is a fact of linear algebra, so it must hold for random weights on
 * random prompts.
 */
final class RandomBlocks {
    private static final ContextualBlockConfig CONFIG = new ContextualBlockConfig(16, 16, 4, 64);
    private static final int EXAMPLES = 20;
    private static final int SEEDS = 20;

    /** Tokens of the prompt whose removal form must reach full rank; below D, so that it can. */
    private static final int RANK_EXAMPLES = 8;

    /** Parts Y of the context: [from, to) of its examples; the first half, the second half, the middle, single ones. */
    private static final int[][] PARTS = {{0, 10}, {10, 20}, {7, 13}, {0, 1}, {10, 11}, {19, 20}};

    /** Of these parts, how many are large enough that leaving them out must show. */
    private static final int LARGE_PARTS = 2;

    private RandomBlocks() {}

    static <A> void run(Run<A> run, UpdateRule rule) {
        List<Outcome> outcomes = new ArrayList<>();
        try (var stage = run.progress().begin("random blocks", SEEDS)) {
            for (int i = 0; i < SEEDS; i++) {
                long seed = run.seed() * SEEDS + i; // Runs with other seeds draw other blocks.
                Outcome outcome = outcome(run, rule, seed);
                outcome.record(run, seed);
                outcomes.add(outcome);
                stage.at(i + 1, "");
            }
        }
        conclude(run, outcomes);
    }

    /** What one block and prompt gave. */
    private record Outcome(
            double identity,
            double unpatched,
            double rank,
            double twoQueries,
            double parts,
            double partsUnpatched,
            double empty,
            double composition,
            double prefix,
            double removal,
            double skipped,
            double prefixRank,
            double removalRank,
            double normRatio) {

        void record(Run<?> run, long seed) {
            String condition = "random";
            run.measure(condition, EXAMPLES, seed, "identityError", identity);
            run.measure(condition, EXAMPLES, seed, "unpatchedError", unpatched);
            run.measure(condition, EXAMPLES, seed, "sigma2OverSigma1", rank);
            run.measure(condition, EXAMPLES, seed, "sigma2OverSigma1OfTwoQueries", twoQueries);
            run.measure(condition, EXAMPLES, seed, "partError", parts);
            run.measure(condition, EXAMPLES, seed, "partUnpatchedError", partsUnpatched);
            run.measure(condition, EXAMPLES, seed, "emptyPartLargestEntry", empty);
            run.measure(condition, EXAMPLES, seed, "compositionError", composition);
            run.measure(condition, EXAMPLES, seed, "prefixError", prefix);
            run.measure(condition, EXAMPLES, seed, "removalError", removal);
            run.measure(condition, EXAMPLES, seed, "skippedTokenError", skipped);
            run.measure(condition, RANK_EXAMPLES, seed, "prefixSigma2OverSigma1", prefixRank);
            run.measure(condition, RANK_EXAMPLES, seed, "removalRank", removalRank);
            run.measure(condition, RANK_EXAMPLES, seed, "removalNormOverPrefixNorm", normRatio);
        }
    }

    private static void conclude(Run<?> run, List<Outcome> outcomes) {
        run.conclude("identity.random", worst(outcomes, Outcome::identity));
        run.conclude("identity.random-control", least(outcomes, Outcome::unpatched));
        run.conclude("rank.random", worst(outcomes, Outcome::rank));
        run.conclude("rank.control", least(outcomes, Outcome::twoQueries));
        run.conclude("part.any", worst(outcomes, Outcome::parts));
        run.conclude("part.control", least(outcomes, Outcome::partsUnpatched));
        run.conclude("part.empty", worst(outcomes, Outcome::empty));
        run.conclude("part.composition", worst(outcomes, Outcome::composition));
        run.conclude("tokens.prefix", worst(outcomes, Outcome::prefix));
        run.conclude("tokens.removal", worst(outcomes, Outcome::removal));
        run.conclude("tokens.control", least(outcomes, Outcome::skipped));
        run.conclude("tokens.prefix-rank", worst(outcomes, Outcome::prefixRank));
        run.conclude("tokens.removal-rank", least(outcomes, Outcome::removalRank));
        run.conclude("tokens.least-norm", least(outcomes, Outcome::normRatio));
    }

    private static Estimate worst(List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
        return Estimate.exact(Errors.worst(outcomes.stream().mapToDouble(value).toArray()));
    }

    private static Estimate least(List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
        return Estimate.exact(Errors.least(outcomes.stream().mapToDouble(value).toArray()));
    }

    private static <A> Outcome outcome(Run<A> run, UpdateRule rule, long seed) {
        ContextualBlock<A> block =
                new ContextualBlock<>(CONFIG, run.kernels(), ContextualBlock.initialize(CONFIG, run.precision(), seed));
        PatchedBlock<A> patching = new PatchedBlock<>(block, rule);
        Prompts<A> prompt = prompt(run, seed, 0, EXAMPLES);
        Tensor<A> expected = block.apply(prompt.tokens());
        TokenByToken<A> tokens = TokenByToken.of(patching, prompt, 0);
        TokenByToken<A> few = TokenByToken.of(patching, prompt(run, seed, 1, RANK_EXAMPLES), 0);
        Parts parts = parts(patching, prompt, expected);
        return new Outcome(
                Errors.relative(expected, patching.outputsToQueries(prompt))[0],
                Errors.relative(expected, block.apply(prompt.queries().tokens()))[0],
                Errors.secondToFirst(patching.update(prompt, 0, 0, EXAMPLES)),
                twoQueries(run, patching, prompt, seed),
                parts.worstError,
                parts.leastUnpatched,
                largestEntry(patching.update(prompt, 0, 3, 3)),
                composition(patching, prompt, expected),
                tokens.prefix().worstError(),
                tokens.removal().worstError(),
                tokens.skipped(),
                Errors.secondToFirst(few.prefix().update()),
                numericalRank(few.removal().update()),
                Errors.norm(few.removal().update()) / Errors.norm(few.prefix().update()));
    }

    private static <A> Prompts<A> prompt(Run<A> run, long seed, long step, int examples) {
        Tensor<A> tokens = Tensor.zeros(run.precision(), 1, examples + 1, CONFIG.dToken());
        RandomStream.of(seed, "random tokens", step, 0).fillGaussian(tokens, 1);
        return new Prompts<>(tokens, new double[1]);
    }

    private record Parts(double worstError, double leastUnpatched) {}

    private static <A> Parts parts(PatchedBlock<A> patching, Prompts<A> prompt, Tensor<A> expected) {
        double worst = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < PARTS.length; i++) {
            int from = PARTS[i][0];
            int to = PARTS[i][1];
            Tensor<A> patched = patching.outputsWithout(prompt, from, to, 0);
            worst = Math.max(worst, Errors.relative(expected, patched)[0]);
            if (i < LARGE_PARTS) {
                Tensor<A> unpatched =
                        patching.block().apply(prompt.without(from, to).tokens());
                least = Math.min(least, Errors.relative(expected, unpatched)[0]);
            }
        }
        return new Parts(worst, least);
    }

    /** First the older half D of the context, then, on the patched weight, the younger half Y: together the whole. */
    private static <A> double composition(PatchedBlock<A> patching, Prompts<A> prompt, Tensor<A> expected) {
        ContextualBlock<A> block = patching.block();
        Prompts<A> younger = prompt.without(0, EXAMPLES / 2);
        Tensor<A> whole = block.context(prompt.tokens()).row(0);
        Tensor<A> part = block.context(younger.tokens()).row(0);
        Tensor<A> none = block.context(prompt.queries().tokens()).row(0);
        PatchedBlock<A> once = new PatchedBlock<>(patching.patchedBy(patching.update(whole, part)), patching.rule());
        ContextualBlock<A> twice = once.patchedBy(once.update(part, none));
        return Errors.relative(expected, twice.apply(prompt.queries().tokens()))[0];
    }

    /** The mean of the updates for two queries after one context has rank 2: the test of rank must see that. */
    private static <A> double twoQueries(Run<A> run, PatchedBlock<A> patching, Prompts<A> prompt, long seed) {
        Prompts<A> other = new Prompts<>(prompt.tokens().copy(), prompt.targets());
        Tensor<A> query = prompt(run, seed, 2, 0).tokens();
        System.arraycopy(query.array(), 0, other.tokens().array(), EXAMPLES * CONFIG.dToken(), CONFIG.dToken());
        return Errors.secondToFirst(
                patching.update(prompt, 0, 0, EXAMPLES).plus(patching.update(other, 0, 0, EXAMPLES)));
    }

    private static double largestEntry(Tensor<?> tensor) {
        double largest = 0;
        for (int i = 0; i < tensor.size(); i++) {
            largest = Math.max(largest, Math.abs(tensor.get(i)));
        }
        return largest;
    }

    /** Singular values that stand out of the rounding of the storage type. */
    private static double numericalRank(Tensor<?> matrix) {
        double[] values = Errors.singularValues(matrix);
        double floor = 100 * matrix.precision().epsilon() * values[0];
        return Arrays.stream(values).filter(value -> value > floor).count();
    }
}
