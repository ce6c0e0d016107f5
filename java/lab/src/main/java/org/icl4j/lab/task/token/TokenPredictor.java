package org.icl4j.lab.task.token;

/** Answers prompts of tokens: an oracle, or a trained model. */
@FunctionalInterface
public interface TokenPredictor {
    /**
     * For every position that asks, in order, the probability of each token of the vocabulary given the tokens up to there.
     *
     * @param prompt not modified; its targets say where is asked, and nothing else
     */
    double[][] predict(TokenPrompt prompt);
}
