package org.icl4j.lab.task;

import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Prompts of in-context regression of one length: [B, n + 1, d + 1], each n examples (x, y) and the query (x, 0) as the last
 * token, with the answers that belong to the queries.
 *
 * @param tokens the prompts
 * @param targets the answers, B of them
 * @param <A> {@code float[]} or {@code double[]}
 */
public record Prompts<A>(Tensor<A> tokens, double[] targets) {
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
        return new Prompts<>(select(0, count(), from, to), targets);
    }

    /** The prompts with the first {@code examples} examples only. */
    public Prompts<A> first(int examples) {
        return without(examples, examples());
    }

    /** The queries alone. */
    public Prompts<A> queries() {
        return without(0, examples());
    }

    /** Prompt {@code i} alone. */
    public Prompts<A> at(int i) {
        return new Prompts<>(select(i, i + 1, 0, 0), new double[] {targets[i]});
    }

    private Tensor<A> select(int fromPrompt, int toPrompt, int cutFrom, int cutTo) {
        int width = dToken();
        int length = tokens.dim(1);
        int kept = length - (cutTo - cutFrom);
        Tensor<A> selected = Tensor.zeros(precision(), toPrompt - fromPrompt, kept, width);
        for (int b = fromPrompt; b < toPrompt; b++) {
            int to = (b - fromPrompt) * kept * width;
            int from = b * length * width;
            copy(from, selected, to, cutFrom * width);
            copy(from + cutTo * width, selected, to + cutFrom * width, (length - cutTo) * width);
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
}
