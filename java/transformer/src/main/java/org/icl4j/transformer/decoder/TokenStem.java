package org.icl4j.transformer.decoder;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.tensor.Tensor;

/** {@code wte}: a vector for each token. */
final class TokenStem<A> implements Stem<A> {
    private final Precision<A> precision;
    private final Matrix<A> table;
    private final Matrix<A> gradient;
    private final int count;
    private int[] last;

    /**
     * @param count tokens of a pass, B·T
     */
    TokenStem(Weights<A> weights, int count) {
        this.precision = weights.kernels().precision();
        this.table = weights.at("wte").value("weight");
        this.gradient = weights.at("wte").gradient("weight");
        this.count = count;
    }

    /**
     * @throws IllegalArgumentException if there is another number of tokens, or one that the vocabulary has not
     */
    void forward(int[] tokens, Tensor<A> x) {
        requireTokens(tokens);
        last = tokens;
        int width = table.cols();
        for (int i = 0; i < count; i++) {
            System.arraycopy(table.array(), tokens[i] * width, x.array(), i * width, width);
        }
    }

    private void requireTokens(int[] tokens) {
        if (tokens.length != count) {
            throw new IllegalArgumentException(
                    tokens.length + " tokens for a pass over " + count + ": batch times length");
        }
        for (int i = 0; i < count; i++) {
            if (tokens[i] < 0 || tokens[i] >= table.rows()) {
                throw new IllegalArgumentException(
                        "token " + tokens[i] + " at place " + i + ": the vocabulary has 0 to " + (table.rows() - 1));
            }
        }
    }

    /** Adds up in the order of the tokens: the same bits at every run. */
    @Override
    public void backward(Tensor<A> dx) {
        int width = table.cols();
        for (int i = 0; i < count; i++) {
            int row = last[i] * width;
            for (int j = 0; j < width; j++) {
                double sum = precision.get(gradient.array(), row + j) + dx.get(i * width + j);
                precision.set(gradient.array(), row + j, sum);
            }
        }
    }
}
