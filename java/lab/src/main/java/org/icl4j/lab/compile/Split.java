package org.icl4j.lab.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Queries to fit on, and queries to judge by. Queries of equal inputs are on one side: what was fitted on is no test.
 *
 * @param fitted numbers of the queries to fit on, of different inputs
 * @param known numbers of all queries with these inputs
 * @param heldOut numbers of the others
 */
record Split(int[] fitted, int[] known, int[] heldOut) {
    /**
     * @param share of the different inputs that is held out, rounded, at least one and not all; for 0, or of a single one, nothing is
     * @param seed of the choice
     */
    static Split of(List<Query> queries, double share, long seed) {
        Map<Sequence, List<Integer>> byInput = new LinkedHashMap<>();
        for (int k = 0; k < queries.size(); k++) {
            byInput.computeIfAbsent(queries.get(k).positions(), input -> new ArrayList<>())
                    .add(k);
        }
        List<List<Integer>> groups = new ArrayList<>(byInput.values());
        int count = groups.size();
        int out = count == 1 || share == 0 ? 0 : Math.clamp(Math.round(share * count), 1, count - 1);
        boolean[] isOut = drawn(count, out, seed);
        List<Integer> fitted = new ArrayList<>();
        List<Integer> known = new ArrayList<>();
        List<Integer> heldOut = new ArrayList<>();
        for (int g = 0; g < count; g++) {
            if (isOut[g]) {
                heldOut.addAll(groups.get(g));
            } else {
                fitted.add(groups.get(g).getFirst());
                known.addAll(groups.get(g));
            }
        }
        return new Split(array(fitted), array(known), array(heldOut));
    }

    /** All of the first {@code count} queries to fit on, and of the others those to judge by that have inputs of their own. */
    static Split at(List<Query> queries, int count) {
        Map<Sequence, Integer> fitted = new LinkedHashMap<>();
        for (int k = 0; k < count; k++) {
            fitted.putIfAbsent(queries.get(k).positions(), k);
        }
        List<Integer> known = new ArrayList<>();
        List<Integer> heldOut = new ArrayList<>();
        for (int k = 0; k < queries.size(); k++) {
            (fitted.containsKey(queries.get(k).positions()) ? known : heldOut).add(k);
        }
        return new Split(array(List.copyOf(fitted.values())), array(known), array(heldOut));
    }

    private static boolean[] drawn(int count, int out, long seed) {
        boolean[] drawn = new boolean[count];
        RandomStream random = RandomStream.of(seed, "holdout", 0, 0);
        int left = out;
        while (left > 0) {
            int g = random.nextInt(count);
            if (!drawn[g]) {
                drawn[g] = true;
                left--;
            }
        }
        return drawn;
    }

    private static int[] array(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).sorted().toArray();
    }
}
