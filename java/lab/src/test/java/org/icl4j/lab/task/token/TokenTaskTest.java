package org.icl4j.lab.task.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.icl4j.kernels.Targets;
import org.icl4j.lab.task.Sample;
import org.icl4j.lab.task.TaskSeed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Prompts of tokens, what is held out of them, and what can be known of their answers. */
class TokenTaskTest {
    private static final int IGNORED = Targets.IGNORED;

    static Stream<TokenTask> tasks() {
        return Stream.of(
                new AssociativeRecall(Split.TRAINING),
                new AssociativeRecall(Split.HELD_OUT),
                new RepeatedTokens(5, 6),
                new RepeatedTokens(3, 12, 2, 5),
                new ModularShift(11, 4, Split.TRAINING),
                new ModularShift(11, 4, Split.HELD_OUT));
    }

    private static TokenPrompt draw(TokenTask task, long sample) {
        return task.sample(TaskSeed.stream("tokens", sample));
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void promptsAreOfTheTaskSize(TokenTask task) {
        Set<Integer> used = new HashSet<>();
        for (int b = 0; b < 300; b++) {
            TokenPrompt prompt = draw(task, b);
            assertEquals(task.length(), prompt.tokens().length);
            for (int t = 0; t < task.length(); t++) {
                used.add(prompt.tokens()[t]);
                int target = prompt.targets()[t];
                assertTrue(target == IGNORED || target >= 0 && target < task.vocabulary());
            }
        }
        assertEquals(
                IntStream.range(0, task.vocabulary()).boxed().toList(),
                used.stream().sorted().toList());
    }

    /**
     * Of a distribution q of the answer given the prompt, E q(answer) = E Σ q², at every question. And with it go the right
     * answers: as many as the likeliest answer claims.
     */
    @ParameterizedTest
    @MethodSource("tasks")
    void oracleIsCalibrated(TokenTask task) {
        int questions = draw(task, 0).asked().length;
        Sample calibration = new Sample();
        Sample accuracy = new Sample();
        for (int b = 0; b < 4000; b++) {
            TokenPrompt prompt = draw(task, b);
            double[][] answers = task.oracle().predict(prompt);
            double excess = 0;
            double right = 0;
            for (int q = 0; q < answers.length; q++) {
                int target = prompt.targets()[prompt.asked()[q]];
                assertEquals(1, Arrays.stream(answers[q]).sum(), 1e-12);
                assertTrue(answers[q][target] > 0, "the answer is thought possible");
                excess += answers[q][target]
                        - Arrays.stream(answers[q]).map(p -> p * p).sum();
                int best = best(answers[q]);
                right += (best == target ? 1 : 0) - answers[q][best];
            }
            calibration.add(excess);
            accuracy.add(right);
        }
        calibration.assertMean(0, 1e-9, task + " of " + questions + " questions");
        accuracy.assertMean(0, 1e-9, task + ": accuracy");
    }

    private static int best(double[] probabilities) {
        int best = 0;
        for (int i = 1; i < probabilities.length; i++) {
            best = probabilities[i] > probabilities[best] ? i : best;
        }
        return best;
    }

    @ParameterizedTest
    @EnumSource(Split.class)
    void heldOutPairsAreAskedForInTheTestAlone(Split split) {
        AssociativeRecall task = new AssociativeRecall(split);
        Set<Integer> pairs = new HashSet<>();
        for (int b = 0; b < 3000; b++) {
            TokenPrompt prompt = draw(task, b);
            int[] tokens = prompt.tokens();
            assertArrayEquals(new int[] {12}, prompt.asked());
            int matches = 0;
            for (int i = 0; i < 12; i += 2) {
                int value = tokens[i + 1] - 16;
                boolean asked = tokens[i] == tokens[12];
                boolean heldOut = (tokens[i] + value) % 7 == 0;
                assertEquals(split == Split.HELD_OUT && asked, heldOut);
                if (asked) {
                    matches++;
                    pairs.add(16 * tokens[i] + value);
                    assertEquals(tokens[i + 1], prompt.targets()[12]);
                }
            }
            assertEquals(1, matches, "the keys of a prompt differ");
        }
        long heldOut = IntStream.range(0, 256)
                .filter(pair -> AssociativeRecall.isHeldOut(pair / 16, pair % 16))
                .count();
        assertEquals(split == Split.HELD_OUT ? heldOut : 256 - heldOut, pairs.size(), "all pairs come up");
    }

    @Test
    void recallByHand() {
        AssociativeRecall task = new AssociativeRecall(4, 7, 2, Split.TRAINING);
        double[] answer = task.answer(new int[] {3, 10, 1, 5, 1}, 4);
        assertEquals(1, answer[5]);
        assertEquals(1, Arrays.stream(answer).sum());
        assertThrows(IllegalArgumentException.class, () -> task.answer(new int[] {3, 10, 1, 5, 2}, 4));
    }

    @Test
    void segmentStandsThereTwice() {
        RepeatedTokens task = new RepeatedTokens(50, 12, 3, 5);
        Set<Integer> lengths = new HashSet<>();
        for (int b = 0; b < 200; b++) {
            TokenPrompt prompt = draw(task, b);
            int segment = prompt.asked().length + 1;
            lengths.add(segment);
            for (int t = 12 - segment; t < 12; t++) {
                assertEquals(prompt.tokens()[t - segment], prompt.tokens()[t]);
                assertEquals(t == 11 ? IGNORED : prompt.tokens()[t + 1], prompt.targets()[t]);
            }
        }
        assertEquals(Set.of(3, 4, 5), lengths, TaskSeed.hint());
    }

    /** L is 2 or 3, T = 6, two tokens: 2⁻⁴ against 2⁻³ where both fit. */
    @Test
    void repeatedTokensByHand() {
        RepeatedTokens task = new RepeatedTokens(2, 6, 2, 3);
        assertArrayEquals(new double[] {1 / 3.0, 2 / 3.0}, task.answer(new int[] {0, 1, 1, 0, 1, 9}, 4), 1e-15);
        assertArrayEquals(new double[] {1, 0}, task.answer(new int[] {1, 0, 1, 0, 1, 9}, 4), 1e-15, "L = 2 alone");
        assertArrayEquals(new double[] {1, 0}, task.answer(new int[] {0, 1, 0, 0, 1, 9}, 4), 1e-15, "L = 3 alone");
        assertArrayEquals(new double[] {0, 1}, task.answer(new int[] {0, 1, 0, 0, 9, 9}, 3), 1e-15, "L = 3 so early");
        assertThrows(IllegalArgumentException.class, () -> task.answer(new int[] {1, 0, 1, 0, 0, 9}, 4));
        assertThrows(IllegalArgumentException.class, () -> task.answer(new int[] {1, 0, 1, 0, 0, 9}, 2));
        assertThrows(IllegalArgumentException.class, () -> task.answer(new int[] {1, 0, 1, 0, 1, 0}, 5));
    }

    @Test
    void oneSegmentIsCopiedForSure() {
        RepeatedTokens task = new RepeatedTokens(4, 6);
        TokenPrompt prompt = draw(task, 0);
        assertArrayEquals(new int[] {6, 7, 8, 9, 10}, prompt.asked());
        double[][] answers = task.oracle().predict(prompt);
        for (int q = 0; q < 5; q++) {
            assertEquals(1, answers[q][prompt.tokens()[1 + q]]);
        }
    }

    @ParameterizedTest
    @EnumSource(Split.class)
    void heldOutShiftsAreInTheTestAlone(Split split) {
        ModularShift task = new ModularShift(10, 4, split);
        Set<Integer> shifts = new HashSet<>();
        for (int b = 0; b < 300; b++) {
            TokenPrompt prompt = draw(task, b);
            assertArrayEquals(new int[] {0, 2, 4, 6, 8}, prompt.asked());
            int shift = Math.floorMod(prompt.tokens()[1] - prompt.tokens()[0], 10);
            shifts.add(shift);
            for (int t : prompt.asked()) {
                assertEquals((prompt.tokens()[t] + shift) % 10, prompt.targets()[t]);
                assertTrue(t == 8 || prompt.targets()[t] == prompt.tokens()[t + 1]);
            }
            long xs = Arrays.stream(prompt.asked())
                    .map(t -> prompt.tokens()[t])
                    .distinct()
                    .count();
            assertEquals(5, xs, "no x comes twice");
        }
        assertEquals(split == Split.HELD_OUT ? Set.of(3, 7) : Set.of(0, 1, 2, 4, 5, 6, 8, 9), shifts);
    }

    @Test
    void modularShiftByHand() {
        ModularShift task = new ModularShift(5, 2, Split.TRAINING);
        int[] tokens = {3, 0, 4, 1, 2};
        double[] first = {.25, 0, .25, .25, .25}; // Shifts 0, 1, 2, 4 make 3, 4, 0, 2 of 3.
        assertArrayEquals(first, task.answer(tokens, 0));
        assertEquals(1, task.answer(tokens, 2)[1]);
        assertEquals(1, task.answer(tokens, 4)[4]);
        assertThrows(IllegalArgumentException.class, () -> task.answer(tokens, 1));
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void promptsAreAFunctionOfTheirNumber(TokenTask task) {
        int[] expected = sampled(task, "train", 9, 8);
        assertArrayEquals(Arrays.copyOf(expected, 3 * task.length()), sampled(task, "train", 9, 3));
        assertFalse(Arrays.equals(expected, sampled(task, "evaluate", 9, 8)));
        assertFalse(Arrays.equals(expected, sampled(task, "train", 8, 8)));
        TokenBatch batch = new TokenBatch(task, 2);
        batch.sample(TaskSeed.SEED, "tokens", 0, 0);
        TokenPrompt second = draw(task, 1);
        for (int t = 0; t < task.length(); t++) {
            assertEquals(second.tokens()[t], batch.tokens()[task.length() + t]);
            assertEquals(second.targets()[t], batch.targets().get(task.length() + t));
        }
    }

    private static int[] sampled(TokenTask task, String purpose, long step, int count) {
        TokenBatch batch = new TokenBatch(task, count);
        batch.sample(TaskSeed.SEED, purpose, step, 0);
        assertEquals(count, batch.count());
        return batch.tokens();
    }

    @Test
    void unusableSizes() {
        assertThrows(IllegalArgumentException.class, () -> new AssociativeRecall(4, 7, 5, Split.TRAINING));
        assertThrows(IllegalArgumentException.class, () -> new AssociativeRecall(4, 6, 2, Split.TRAINING));
        assertThrows(IllegalArgumentException.class, () -> new RepeatedTokens(1, 5));
        assertThrows(IllegalArgumentException.class, () -> new RepeatedTokens(4, 1));
        assertThrows(IllegalArgumentException.class, () -> new RepeatedTokens(4, 9, 3, 5));
        assertThrows(IllegalArgumentException.class, () -> new RepeatedTokens(4, 9, 4, 3));
        assertThrows(IllegalArgumentException.class, () -> new ModularShift(3, 1, Split.TRAINING));
        assertThrows(IllegalArgumentException.class, () -> new ModularShift(5, 5, Split.TRAINING));
        assertThrows(IllegalArgumentException.class, () -> new TokenBatch(new RepeatedTokens(4, 3), -1));
        assertThrows(IllegalArgumentException.class, () -> new TokenPrompt(new int[2], new int[3]));
    }
}
