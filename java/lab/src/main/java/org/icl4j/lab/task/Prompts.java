package org.icl4j.lab.task;

import java.util.Arrays;
import java.util.BitSet;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.regression.Estimator;
import org.icl4j.lab.task.regression.FunctionClass;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Prompts of in-context regression of one length: [B, n + 1, d + 1], each n examples (x, y) and the query (x, 0) as the last
 * token, with the answers that belong to the queries (Dherin et al. 2025, Section 4).
 *
 * @param tokens the prompts
 * @param targets the answers, B of them
 * @param <A> {@code float[]} or {@code double[]}
 */
public record Prompts<A>(Tensor<A> tokens, double[] targets) {
    /**
     * Prompts number 0 … {@code count} − 1 of one step.
     *
     * @param purpose what they are for; prompts of different purposes are independent
     * @param examples n, number of examples in each
     */
    public static <A> Prompts<A> sample(
            FunctionClass functions,
            Precision<A> precision,
            long seed,
            String purpose,
            long step,
            int count,
            int examples) {
        int nDims = functions.nDims();
        Tensor<A> tokens = Tensor.zeros(precision, count, examples + 1, nDims + 1);
        double[] targets = new double[count];
        for (int b = 0; b < count; b++) {
            Points points = functions.sample(RandomStream.of(seed, purpose, step, b), examples + 1);
            for (int t = 0; t <= examples; t++) {
                for (int j = 0; j < nDims; j++) {
                    tokens.set(tokens.index(b, t, j), points.xs()[t][j]);
                }
                if (t < examples) {
                    tokens.set(tokens.index(b, t, nDims), points.ys()[t]);
                }
            }
            targets[b] = points.targets()[examples];
        }
        return new Prompts<>(tokens, targets);
    }

    /** Number of prompts. */
    public int count() {
        return tokens.dim(0);
    }

    /** Number of examples in each. */
    public int examples() {
        return tokens.dim(1) - 1;
    }

    /** Width of a token, d + 1. */
    public int dToken() {
        return tokens.dim(2);
    }

    /** The prompts without the examples {@code from} (inclusive) to {@code to} (exclusive); the order of the rest is kept. */
    public Prompts<A> without(int from, int to) {
        BitSet part = new BitSet();
        part.set(from, to);
        return without(part);
    }

    /**
     * The prompts without some of their examples; the order of the rest is kept.
     *
     * @param part numbers of the examples, the same of every prompt
     * @throws IllegalArgumentException if there is no example of a number in {@code part}
     */
    public Prompts<A> without(BitSet part) {
        if (part.length() > examples()) {
            throw new IllegalArgumentException(
                    "part " + part + " of prompts with examples 0 to " + (examples() - 1) + " and the query");
        }
        return new Prompts<>(select(0, count(), part), targets);
    }

    /** The prompts with the first {@code examples} examples only. */
    public Prompts<A> first(int examples) {
        return without(examples, examples());
    }

    /** The queries alone. */
    public Prompts<A> queries() {
        return without(0, examples());
    }

    /** Example {@code i} of every prompt as a query without context: the token (x, 0), and y as the answer to it. */
    public Prompts<A> exampleAsQuery(int i) {
        Tensor<A> queries = Tensor.zeros(precision(), count(), 1, dToken());
        double[] answers = new double[count()];
        int y = dToken() - 1;
        for (int b = 0; b < answers.length; b++) {
            System.arraycopy(tokens.array(), tokens.index(b, i, 0), queries.array(), queries.index(b, 0, 0), y);
            answers[b] = tokens.get(tokens.index(b, i, y));
        }
        return new Prompts<>(queries, answers);
    }

    /** Prompt {@code i} alone. */
    public Prompts<A> at(int i) {
        return range(i, i + 1);
    }

    /** Prompts {@code from} (inclusive) to {@code to} (exclusive). */
    public Prompts<A> range(int from, int to) {
        return new Prompts<>(select(from, to, new BitSet()), Arrays.copyOfRange(targets, from, to));
    }

    private Tensor<A> select(int fromPrompt, int toPrompt, BitSet cut) {
        int width = dToken();
        int length = tokens.dim(1);
        Tensor<A> selected = Tensor.zeros(precision(), toPrompt - fromPrompt, length - cut.cardinality(), width);
        int at = 0;
        for (int b = fromPrompt; b < toPrompt; b++) {
            int from = cut.nextClearBit(0);
            while (from < length) {
                int next = cut.nextSetBit(from);
                int to = next < 0 ? length : next;
                copy((b * length + from) * width, selected, at, (to - from) * width);
                at += (to - from) * width;
                from = cut.nextClearBit(to);
            }
        }
        return selected;
    }

    private void copy(int from, Tensor<A> to, int toIndex, int length) {
        System.arraycopy(tokens.array(), from, to.array(), toIndex, length);
    }

    private Precision<A> precision() {
        return tokens.precision();
    }

    /** Examples and query of prompt {@code i} in double, each [x, y]. */
    public double[][] rows(int i) {
        double[][] rows = new double[tokens.dim(1)][dToken()];
        for (int t = 0; t < rows.length; t++) {
            for (int j = 0; j < dToken(); j++) {
                rows[t][j] = tokens.get(tokens.index(i, t, j));
            }
        }
        return rows;
    }

    /** What {@code estimator} answers to every query from the examples before it. */
    public double[] predictions(Estimator estimator) {
        int nDims = dToken() - 1;
        double[] predictions = new double[count()];
        for (int b = 0; b < predictions.length; b++) {
            double[][] rows = rows(b);
            double[][] xs = new double[examples()][];
            double[] ys = new double[examples()];
            for (int t = 0; t < ys.length; t++) {
                xs[t] = Arrays.copyOf(rows[t], nDims);
                ys[t] = rows[t][nDims];
            }
            predictions[b] = estimator.predict(xs, ys, Arrays.copyOf(rows[rows.length - 1], nDims));
        }
        return predictions;
    }
}
