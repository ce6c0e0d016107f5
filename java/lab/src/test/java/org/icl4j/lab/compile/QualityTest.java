package org.icl4j.lab.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.icl4j.transformer.decoder.DecoderConfig.Input;
import org.junit.jupiter.api.Test;

/** What is said of answers, and which queries it is said of. */
class QualityTest {
    private static Query tokens(OptionalDouble answer, Integer... ids) {
        return new Query(new Sequence.Tokens(List.of(ids)), answer);
    }

    /** Probabilities ¾ and ¼ with the context, ½ and ½ without; then the same answer with more certainty. */
    @Test
    void tokens() {
        double[][] context = {{Math.log(3), 0}, {0, 0}};
        double[][] other = {{7, 7}, {-1, -1 + Math.log(3)}};
        List<Query> queries = List.of(tokens(OptionalDouble.of(1), 0), tokens(OptionalDouble.of(1), 1));
        Input input = new Input.Tokens(2);
        Quality first = Quality.of(input, "held out", queries, new int[] {0}, new Quality.Answers("w", other), context);
        assertEquals(Math.log(2), first.loss(), 1e-12);
        assertEquals(0, first.right());
        assertEquals(1, first.same());
        assertEquals(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), first.difference(), 1e-12);
        Quality both = Quality.of(input, "fitted", queries, new int[] {0, 1}, new Quality.Answers("w", other), context);
        assertEquals((Math.log(2) - Math.log(0.75)) / 2, both.loss(), 1e-12);
        assertEquals(0.5, both.right());
        assertEquals(0.5, both.same());
        assertEquals(2, both.count());
    }

    @Test
    void withoutAnswersTheLossIsThatExpectedWithTheContext() {
        double[][] context = {{Math.log(3), 0}};
        double[][] other = {{0, 0}};
        List<Query> queries = List.of(tokens(OptionalDouble.empty(), 0));
        Quality quality = Quality.of(
                new Input.Tokens(2), "fitted", queries, new int[] {0}, new Quality.Answers("w", context), context);
        double entropy = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
        assertEquals(entropy, quality.loss(), 1e-12);
        Quality without = Quality.of(
                new Input.Tokens(2), "fitted", queries, new int[] {0}, new Quality.Answers("w", other), context);
        assertEquals(Math.log(2), without.loss(), 1e-12);
        assertEquals(without.loss() - entropy, without.difference(), 1e-12);
        assertNull(quality.right());
        assertEquals(1, quality.same());
        assertEquals(0, quality.difference(), 1e-15);
    }

    @Test
    void numbers() {
        List<Query> queries = List.of(tokens(OptionalDouble.of(2), 0), tokens(OptionalDouble.of(-1), 1));
        double[][] context = {{2.5}, {-1}};
        double[][] other = {{1}, {-1}};
        Quality quality = Quality.of(
                new Input.Numbers(1), "fitted", queries, new int[] {0, 1}, new Quality.Answers("w", other), context);
        assertEquals(0.5, quality.loss());
        assertNull(quality.right());
        assertNull(quality.same());
        assertEquals(1.5 / Math.sqrt(2), quality.difference(), 1e-15);
    }

    @Test
    void queriesOfEqualInputsAreOnOneSide() {
        List<Query> queries = new ArrayList<>();
        for (int k = 0; k < 30; k++) {
            queries.add(tokens(OptionalDouble.of(k), k % 10));
        }
        for (int seed = 0; seed < 20; seed++) {
            Split split = Split.of(queries, 0.25, seed);
            assertEquals(7, split.fitted().length);
            assertEquals(21, split.known().length);
            assertEquals(9, split.heldOut().length);
            assertEquals(
                    3,
                    Arrays.stream(split.heldOut()).map(k -> k % 10).distinct().count());
            int[] all = IntStream.concat(Arrays.stream(split.known()), Arrays.stream(split.heldOut()))
                    .sorted()
                    .toArray();
            assertArrayEquals(IntStream.range(0, 30).toArray(), all);
            assertTrue(Arrays.stream(split.fitted()).allMatch(k -> k < 10), "each input once");
        }
        assertArrayEquals(
                Split.of(queries, 0.25, 3).heldOut(), Split.of(queries, 0.25, 3).heldOut());
    }

    @Test
    void judgesThatAreFittedOnAreNoTest() {
        List<Query> queries = List.of(
                tokens(OptionalDouble.empty(), 0),
                tokens(OptionalDouble.empty(), 0),
                tokens(OptionalDouble.empty(), 1),
                tokens(OptionalDouble.empty(), 0),
                tokens(OptionalDouble.empty(), 2));
        Split split = Split.at(queries, 3);
        assertArrayEquals(new int[] {0, 2}, split.fitted());
        assertArrayEquals(new int[] {0, 1, 2, 3}, split.known());
        assertArrayEquals(new int[] {4}, split.heldOut());
    }

    @Test
    void atLeastOneIsHeldOutAndOneFitted() {
        List<Query> two = List.of(tokens(OptionalDouble.empty(), 0), tokens(OptionalDouble.empty(), 1));
        assertEquals(1, Split.of(two, 0.01, 1).heldOut().length);
        assertEquals(1, Split.of(two, 0.99, 1).heldOut().length);
        assertEquals(0, Split.of(two, 0, 1).heldOut().length);
        List<Query> same = List.of(tokens(OptionalDouble.empty(), 0), tokens(OptionalDouble.empty(), 0));
        assertEquals(0, Split.of(same, 0.5, 1).heldOut().length);
        assertEquals(1, Split.of(same, 0.5, 1).fitted().length);
    }
}
