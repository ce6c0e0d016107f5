package org.icl4j.lab.task.token;

import org.icl4j.kernels.Targets;
import org.icl4j.transformer.tensor.RandomStream;

/** B prompts of T tokens, one after the other, and their targets. */
public final class TokenBatch {
    private final TokenTask task;
    private final int count;
    private final int[] tokens;
    private final int[] targets;

    /**
     * Room for {@code count} prompts, B.
     *
     * @throws IllegalArgumentException if {@code count} is negative
     * @throws ArithmeticException if there are more than 2³¹ − 1 tokens
     */
    public TokenBatch(TokenTask task, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("batch of " + count + " prompts: must not be negative");
        }
        this.task = task;
        this.count = count;
        this.tokens = new int[Math.multiplyExact(count, task.length())];
        this.targets = new int[tokens.length];
    }

    /** Number of prompts, B. */
    public int count() {
        return count;
    }

    /** Token (b, t) at b·T + t. */
    public int[] tokens() {
        return tokens;
    }

    /** What is to be answered at each token. */
    public Targets targets() {
        return Targets.of(targets);
    }

    /**
     * Fills the batch with prompts number {@code first} … {@code first} + B − 1 of a step. A prompt is a function of seed, purpose,
     * step and its number.
     *
     * @param purpose what they are for; prompts of different purposes are independent
     */
    public void sample(long seed, String purpose, long step, long first) {
        int length = task.length();
        for (int b = 0; b < count; b++) {
            TokenPrompt prompt = task.sample(RandomStream.of(seed, purpose, step, first + b));
            System.arraycopy(prompt.tokens(), 0, tokens, b * length, length);
            System.arraycopy(prompt.targets(), 0, targets, b * length, length);
        }
    }
}
