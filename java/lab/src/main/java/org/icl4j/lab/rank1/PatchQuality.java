package org.icl4j.lab.rank1;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.tensor.Tensor;

/**
 * How well patches from K calibration queries stand in for a context on fresh queries (card D8), each number one for each context.
 *
 * @param counts the K, ascending
 * @param icl half MSE with the context in the prompt
 * @param noContext half MSE of the queries alone
 * @param unlikeWithout mean squared difference of the answers to the queries alone to those with the context
 * @param loss half MSE by kind and K
 * @param unlike mean squared difference to the answers with the context, by kind and K
 * @param ranks directions that A(x) of the calibration queries span
 */
record PatchQuality(
        List<Integer> counts,
        double[] icl,
        double[] noContext,
        double[] unlikeWithout,
        Map<Kind, double[][]> loss,
        Map<Kind, double[][]> unlike,
        int[] ranks) {
    /** A way to make one patch of many. */
    enum Kind {
        VECTOR("vector", "thought vector"),
        LEAST_SQUARES("least-squares", "least squares"),
        MEAN("mean", "mean"),
        SCALED_MEAN("scaled-mean", "mean times rank");

        private final String label;
        private final String title;

        Kind(String label, String title) {
            this.label = label;
            this.title = title;
        }

        String label() {
            return label;
        }

        String title() {
            return title;
        }
    }

    private static final List<Integer> COUNTS = List.of(1, 2, 3, 4, 6, 10, 25, 50, 200);

    /** Measures on {@code contexts} contexts, each with as many fresh queries as there are calibration queries at most. */
    static <A> PatchQuality of(Run<A> run, PatchedBlock<A> trained, int contexts) {
        PatchQuality quality = empty(contexts);
        try (var stage = run.progress().begin("patches", contexts)) {
            for (int c = 0; c < contexts; c++) {
                int last = COUNTS.getLast();
                Prompts<A> queries = manyQueries(run, c, 2 * last);
                ThoughtPatches<A> patches = new ThoughtPatches<>(trained, queries.range(0, last));
                quality.ranks[c] = patches.rank(last);
                quality.fill(c, trained, patches, queries.range(last, 2 * last));
                stage.at(c + 1, "");
            }
        }
        return quality;
    }

    private static PatchQuality empty(int contexts) {
        Map<Kind, double[][]> loss = new EnumMap<>(Kind.class);
        Map<Kind, double[][]> unlike = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            loss.put(kind, new double[COUNTS.size()][contexts]);
            unlike.put(kind, new double[COUNTS.size()][contexts]);
        }
        return new PatchQuality(
                COUNTS,
                new double[contexts],
                new double[contexts],
                new double[contexts],
                loss,
                unlike,
                new int[contexts]);
    }

    /** Context number {@code c} before each of {@code count} queries about the same function. */
    private static <A> Prompts<A> manyQueries(Run<A> run, int c, int count) {
        int n = run.settings().integer("n");
        int nDims = run.settings().integer("d");
        Prompts<A> drawn = Prompts.sample(
                BlockSettings.task(run.settings()), run.precision(), run.seed(), "contexts", c, 1, n + count);
        Tensor<A> tokens = Tensor.zeros(run.precision(), count, n + 1, nDims + 1);
        double[] targets = new double[count];
        for (int q = 0; q < count; q++) {
            Prompts<A> query = drawn.exampleAsQuery(n + q);
            System.arraycopy(drawn.tokens().array(), 0, tokens.array(), tokens.index(q, 0, 0), n * (nDims + 1));
            System.arraycopy(query.tokens().array(), 0, tokens.array(), tokens.index(q, n, 0), nDims + 1);
            targets[q] = query.targets()[0];
        }
        return new Prompts<>(tokens, targets);
    }

    private <A> void fill(int c, PatchedBlock<A> trained, ThoughtPatches<A> patches, Prompts<A> fresh) {
        Prompts<A> queries = fresh.queries();
        Tensor<A> expected = trained.block().apply(fresh.tokens());
        icl[c] = Errors.halfMse(expected, fresh.targets());
        Tensor<A> alone = trained.block().apply(queries.tokens());
        noContext[c] = Errors.halfMse(alone, fresh.targets());
        unlikeWithout[c] = squaredDifference(alone, expected);
        List<Tensor<A>> sums = patches.sums(counts);
        for (int k = 0; k < counts.size(); k++) {
            int count = counts.get(k);
            for (Kind kind : Kind.values()) {
                ContextualBlock<A> patched = switch (kind) {
                    case VECTOR -> patches.vector(count);
                    case LEAST_SQUARES -> patches.leastSquares(count);
                    case MEAN -> patches.scaled(sums.get(k), 1.0 / count);
                    case SCALED_MEAN -> patches.scaled(sums.get(k), (double) ranks[c] / count);
                };
                Tensor<A> answers = patched.apply(queries.tokens());
                loss.get(kind)[k][c] = Errors.halfMse(answers, fresh.targets());
                unlike.get(kind)[k][c] = squaredDifference(answers, expected);
            }
        }
    }

    /** Mean squared difference of the predictions. */
    private static double squaredDifference(Tensor<?> some, Tensor<?> others) {
        double[] predictions = new double[others.dim(0)];
        Arrays.setAll(predictions, b -> Errors.prediction(others, b));
        return 2 * Errors.halfMse(some, predictions);
    }

    /** The largest rank of all contexts. */
    int rank() {
        return Arrays.stream(ranks).max().orElseThrow();
    }

    /** Half MSE with {@code count} calibration queries, of each context. */
    double[] loss(Kind kind, int count) {
        return loss.get(kind)[counts.indexOf(count)];
    }

    /** Mean squared difference to the answers with the context, with {@code count} calibration queries, of each context. */
    double[] unlike(Kind kind, int count) {
        return unlike.get(kind)[counts.indexOf(count)];
    }
}
