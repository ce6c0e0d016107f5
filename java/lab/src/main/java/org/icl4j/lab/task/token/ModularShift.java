package org.icl4j.lab.task.token;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.icl4j.kernels.Targets;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * A shift to be found from examples: x₁ y₁ x₂ y₂ … x_n y_n x_{n+1} with y = (x + k) mod p and one k for a prompt; asked is y at every x.
 * The x of a prompt are different, so no answer can be copied.
 *
 * <p>Shifts with k mod 4 = 3 are held out: prompts of {@link Split#TRAINING} draw k from the others, those of {@link Split#HELD_OUT} from
 * these.
 *
 * @param modulus p, the number of tokens
 * @param pairs n
 * @param split which prompts
 */
public record ModularShift(int modulus, int pairs, Split split) implements TokenTask {
    private static final int HELD_OUT_EVERY = 4;

    /**
     * @throws IllegalArgumentException if {@code modulus} is below 4 or {@code pairs} not from 1 to {@code modulus} − 1
     */
    public ModularShift {
        if (modulus < HELD_OUT_EVERY || pairs < 1 || pairs >= modulus) {
            throw new IllegalArgumentException("modular shift with modulus=" + modulus + " pairs=" + pairs
                    + ": modulus must be at least " + HELD_OUT_EVERY + ", pairs from 1 to modulus - 1");
        }
    }

    /** Whether a shift never occurs in training. */
    public static boolean isHeldOut(int shift) {
        return shift % HELD_OUT_EVERY == HELD_OUT_EVERY - 1;
    }

    @Override
    public int vocabulary() {
        return modulus;
    }

    @Override
    public int length() {
        return 2 * pairs + 1;
    }

    private int[] shifts() {
        return IntStream.range(0, modulus)
                .filter(shift -> isHeldOut(shift) == (split == Split.HELD_OUT))
                .toArray();
    }

    @Override
    public TokenPrompt sample(RandomStream random) {
        int[] shifts = shifts();
        int shift = shifts[random.nextInt(shifts.length)];
        int[] xs = Draws.distinct(random, pairs + 1, modulus);
        int[] tokens = new int[length()];
        int[] targets = new int[length()];
        Arrays.fill(targets, Targets.IGNORED);
        for (int i = 0; i <= pairs; i++) {
            tokens[2 * i] = xs[i];
            targets[2 * i] = (xs[i] + shift) % modulus;
            if (i < pairs) {
                tokens[2 * i + 1] = targets[2 * i];
            }
        }
        return new TokenPrompt(tokens, targets);
    }

    /** All on the right answer, but before the first example: then uniform over what the split's shifts make of x. */
    @Override
    public double[] answer(int[] tokens, int position) {
        int[] shifts = position == 0 ? shifts() : new int[] {Math.floorMod(tokens[1] - tokens[0], modulus)};
        double[] answer = new double[modulus];
        for (int shift : shifts) {
            answer[(tokens[position] + shift) % modulus] = 1.0 / shifts.length;
        }
        return answer;
    }
}
