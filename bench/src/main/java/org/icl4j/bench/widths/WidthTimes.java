package org.icl4j.bench.widths;

import java.util.Collections;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import org.icl4j.bench.survey.Timing;

/**
 * How long a workload takes on vectors of each width.
 *
 * @param kernel name of the kernel or step
 * @param shape sizes and variant
 * @param seconds time of a call by width in bits, a number for each round
 */
record WidthTimes(String kernel, String shape, SortedMap<Integer, double[]> seconds) {
    /** Copies the map. */
    WidthTimes {
        seconds = Collections.unmodifiableSortedMap(new TreeMap<>(seconds));
    }

    /** Median and spread over the rounds. */
    Timing timing(int bits) {
        return Timing.ofSeconds(seconds.get(bits));
    }

    /** The width with the least median. */
    int best() {
        return seconds.keySet().stream()
                .min(Comparator.comparingDouble(bits -> timing(bits).seconds()))
                .orElseThrow();
    }

    /** Time on this width over time on the best one. */
    double overBest(int bits) {
        return timing(bits).seconds() / timing(best()).seconds();
    }
}
