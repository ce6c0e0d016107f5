package org.icl4j.lab.task.token;

import java.util.Arrays;
import org.icl4j.transformer.tensor.RandomStream;

/** A task on tokens 0 … vocabulary − 1, whose prompts are all of one length. */
public interface TokenTask {
    /** Number of tokens there are. */
    int vocabulary();

    /** Tokens of a prompt. */
    int length();

    /** Draws a prompt. */
    TokenPrompt sample(RandomStream random);

    /**
     * The exact distribution of the answer at a position that asks, given the law of the prompts and the tokens up to there.
     *
     * @param tokens a prompt of this task; those behind the position are not looked at
     * @return the probability of each token of the vocabulary
     * @throws IllegalArgumentException if the tokens up to the position cannot be of this task
     */
    double[] answer(int[] tokens, int position);

    /** The Bayes predictor: no other has a smaller expected cross-entropy, nor, by its likeliest answer, more right answers. */
    default TokenPredictor oracle() {
        return prompt -> Arrays.stream(prompt.asked())
                .mapToObj(position -> answer(prompt.tokens(), position))
                .toArray(double[][]::new);
    }
}
