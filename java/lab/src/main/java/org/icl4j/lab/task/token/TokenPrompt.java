package org.icl4j.lab.task.token;

import java.util.stream.IntStream;
import org.icl4j.kernels.Targets;

/**
 * A prompt of tokens with questions.
 *
 * @param tokens the prompt
 * @param targets for every position the token that is to be answered there, or {@link Targets#IGNORED} where nothing is asked
 */
public record TokenPrompt(int[] tokens, int[] targets) {
    /**
     * @throws IllegalArgumentException if the two differ in length
     */
    public TokenPrompt {
        if (tokens.length != targets.length) {
            throw new IllegalArgumentException(
                    tokens.length + " tokens with " + targets.length + " targets: there must be as many");
        }
    }

    /** The positions at which something is asked, in order. */
    public int[] asked() {
        return IntStream.range(0, targets.length)
                .filter(t -> targets[t] != Targets.IGNORED)
                .toArray();
    }
}
