package org.icl4j.lab.task.token;

import java.util.Arrays;
import org.icl4j.kernels.Targets;
import org.icl4j.lab.task.probability.Posterior;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Random tokens whose last segment stands there twice (Elhage et al. 2021; Olsson et al. 2022): the second copy can be continued by
 * induction. A prompt draws the length L of the segment, then T − L tokens, all uniform, and ends with the last L of them once more.
 * Asked is the next token at every token of the second copy but its last; where the copy begins cannot be told from the tokens before.
 *
 * <p>With segments of one length alone a model may learn to look back a fixed distance, which is no induction.
 *
 * @param vocabulary number of tokens
 * @param length T
 * @param minSegment least L
 * @param maxSegment greatest L
 */
public record RepeatedTokens(int vocabulary, int length, int minSegment, int maxSegment) implements TokenTask {
    /**
     * @throws IllegalArgumentException unless 2 ≤ {@code minSegment} ≤ {@code maxSegment} ≤ {@code length}/2 and {@code vocabulary}
     *     is at least 2
     */
    public RepeatedTokens {
        if (vocabulary < 2 || minSegment < 2 || minSegment > maxSegment || maxSegment > length / 2) {
            throw new IllegalArgumentException("repeated tokens with vocabulary=" + vocabulary + " length=" + length
                    + " minSegment=" + minSegment + " maxSegment=" + maxSegment
                    + ": needed are vocabulary >= 2 and 2 <= minSegment <= maxSegment <= length/2");
        }
    }

    /** One segment of this length twice, and nothing before. */
    public RepeatedTokens(int vocabulary, int segment) {
        this(vocabulary, Math.multiplyExact(2, segment), segment, segment);
    }

    @Override
    public TokenPrompt sample(RandomStream random) {
        int segment = random.nextInt(minSegment, maxSegment + 1);
        int[] tokens = new int[length];
        for (int t = 0; t < length; t++) {
            tokens[t] = t < length - segment ? random.nextInt(vocabulary) : tokens[t - segment];
        }
        int[] targets = new int[length];
        Arrays.fill(targets, Targets.IGNORED);
        for (int t = length - segment; t + 1 < length; t++) {
            targets[t] = tokens[t + 1];
        }
        return new TokenPrompt(tokens, targets);
    }

    /**
     * The mixture over L of what each L says, the token L before the next in its second copy and any token before that, by the
     * posterior of L: V⁻ᶠ for f tokens drawn freely so far, or 0 where they contradict L. That a question is asked says nothing.
     */
    @Override
    public double[] answer(int[] tokens, int position) {
        double[] logWeights = new double[maxSegment - minSegment + 1];
        for (int i = 0; i < logWeights.length; i++) {
            logWeights[i] = logLikelihood(tokens, position, minSegment + i);
        }
        if (Arrays.stream(logWeights).allMatch(weight -> weight == Double.NEGATIVE_INFINITY)) {
            throw new IllegalArgumentException("the tokens up to position " + position
                    + " repeat no segment of " + minSegment + " to " + maxSegment + " tokens in its place");
        }
        double[] posterior = Posterior.of(logWeights);
        double[] answer = new double[vocabulary];
        for (int i = 0; i < posterior.length; i++) {
            int segment = minSegment + i;
            if (position + 1 >= length - segment) {
                answer[tokens[position + 1 - segment]] += posterior[i];
            } else {
                for (int token = 0; token < vocabulary; token++) {
                    answer[token] += posterior[i] / vocabulary;
                }
            }
        }
        return answer;
    }

    private double logLikelihood(int[] tokens, int position, int segment) {
        int copyFrom = length - segment;
        for (int t = copyFrom; t <= position; t++) {
            if (tokens[t] != tokens[t - segment]) {
                return Double.NEGATIVE_INFINITY;
            }
        }
        return -Math.min(position + 1, copyFrom) * StrictMath.log(vocabulary);
    }
}
