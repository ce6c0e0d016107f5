package org.icl4j.lab.task.token;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.icl4j.kernels.Targets;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Associative recall: pairs of a key and a value, then one of the keys, to be answered by its value: k₁ v₁ k₂ v₂ … k_n v_n k_i → v_i. Keys
 * are tokens 0 … keys − 1 and values the next; the keys of a prompt are different, values may recur.
 *
 * <p>Pairs with (key + value) mod 7 = 0, both counted from 0, are held out: they never occur in prompts of {@link Split#TRAINING},
 * and in prompts of {@link Split#HELD_OUT} the pair that is asked for is one, and no other.
 *
 * @param keys number of keys
 * @param values number of values
 * @param pairs n, pairs of a prompt
 * @param split which prompts
 */
public record AssociativeRecall(int keys, int values, int pairs, Split split) implements TokenTask {
    private static final int MODULUS = 7;

    /**
     * @throws IllegalArgumentException if {@code pairs} is not from 1 to {@code keys} or {@code values} below 7
     */
    public AssociativeRecall {
        if (pairs < 1 || pairs > keys || values < MODULUS) {
            throw new IllegalArgumentException("recall with keys=" + keys + " values=" + values + " pairs=" + pairs
                    + ": pairs must be from 1 to keys, values at least " + MODULUS);
        }
    }

    /** 16 keys, 16 values and 6 pairs. */
    public AssociativeRecall(Split split) {
        this(16, 16, 6, split);
    }

    /** Whether a pair never occurs in training; both counted from 0. */
    public static boolean isHeldOut(int key, int value) {
        return (key + value) % MODULUS == 0;
    }

    @Override
    public int vocabulary() {
        return keys + values;
    }

    @Override
    public int length() {
        return 2 * pairs + 1;
    }

    @Override
    public TokenPrompt sample(RandomStream random) {
        int[] ofPrompt = Draws.distinct(random, pairs, keys);
        int asked = random.nextInt(pairs);
        int[] tokens = new int[length()];
        for (int i = 0; i < pairs; i++) {
            tokens[2 * i] = ofPrompt[i];
            tokens[2 * i + 1] = keys + value(random, ofPrompt[i], split == Split.HELD_OUT && i == asked);
        }
        tokens[2 * pairs] = ofPrompt[asked];
        int[] targets = new int[length()];
        Arrays.fill(targets, Targets.IGNORED);
        targets[2 * pairs] = tokens[2 * asked + 1];
        return new TokenPrompt(tokens, targets);
    }

    private int value(RandomStream random, int key, boolean heldOut) {
        int[] allowed = IntStream.range(0, values)
                .filter(value -> isHeldOut(key, value) == heldOut)
                .toArray();
        return allowed[random.nextInt(allowed.length)];
    }

    /** All on the value that stands behind the key's first occurrence. */
    @Override
    public double[] answer(int[] tokens, int position) {
        for (int t = 0; t + 1 < position; t += 2) {
            if (tokens[t] == tokens[position]) {
                double[] answer = new double[vocabulary()];
                answer[tokens[t + 1]] = 1;
                return answer;
            }
        }
        throw new IllegalArgumentException("key " + tokens[position] + " at position " + position + " is not among the "
                + position / 2 + " keys before it");
    }
}
