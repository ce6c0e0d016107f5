package org.icl4j.lab.compile;

import java.util.List;
import java.util.stream.IntStream;
import org.icl4j.transformer.decoder.DecoderConfig.Input;

/**
 * How well a model answers queries, and how near to the model with the context; means over the queries.
 *
 * @param queries which queries
 * @param count how many
 * @param weights which weights, and whether the context is there
 * @param loss cross-entropy of tokens or squared error of numbers: of the right answers or, if they are not known, of the tokens' expected
 *     one by the probabilities with the context
 * @param right share of right answers; null for numbers, or if they are not known
 * @param same share of answers that are the same as with the context; null for numbers
 * @param difference from the model with the context: for tokens Σ p·log(p/q) of its probabilities p and these q, for numbers the root
 *     of the mean square
 */
public record Quality(
        String queries, int count, String weights, double loss, Double right, Double same, double difference) {
    /** What is compared. */
    record Answers(String weights, double[][] outputs) {}

    /**
     * The quality of {@code answers} to the queries with these numbers.
     *
     * @param all all queries
     * @param context the outputs with the context
     */
    static Quality of(Input input, String name, List<Query> all, int[] numbers, Answers answers, double[][] context) {
        boolean known = all.get(numbers[0]).answer().isPresent();
        boolean tokens = input instanceof Input.Tokens;
        double loss = 0;
        double right = 0;
        double same = 0;
        double difference = 0;
        for (int k : numbers) {
            double[] output = answers.outputs()[k];
            double answer = all.get(k).answer().orElse(Double.NaN);
            if (!tokens) {
                loss += Math.pow(output[0] - answer, 2);
            } else if (known) {
                loss -= logProbability(output, (int) answer);
                right += likeliest(output) == (int) answer ? 1 : 0;
            } else {
                loss += crossEntropy(context[k], output);
            }
            same += likeliest(output) == likeliest(context[k]) ? 1 : 0;
            difference += tokens ? divergence(context[k], output) : Math.pow(output[0] - context[k][0], 2);
        }
        double n = numbers.length;
        return new Quality(
                name,
                numbers.length,
                answers.weights(),
                loss / n,
                known && tokens ? right / n : null,
                tokens ? same / n : null,
                tokens ? difference / n : Math.sqrt(difference / n));
    }

    private static int likeliest(double[] logits) {
        int best = 0;
        for (int j = 1; j < logits.length; j++) {
            best = logits[j] > logits[best] ? j : best;
        }
        return best;
    }

    private static double logProbability(double[] logits, int token) {
        double greatest = logits[likeliest(logits)];
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - greatest);
        }
        return logits[token] - greatest - Math.log(sum);
    }

    private static double divergence(double[] of, double[] from) {
        return Math.max(0, crossEntropy(of, from) - crossEntropy(of, of));
    }

    /** −Σ p·log q. */
    private static double crossEntropy(double[] p, double[] q) {
        return -IntStream.range(0, p.length)
                .mapToDouble(j -> Math.exp(logProbability(p, j)) * logProbability(q, j))
                .sum();
    }
}
