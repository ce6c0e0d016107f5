package org.icl4j.bench.guard;

import java.io.IOException;
import java.util.List;
import org.icl4j.bench.guard.Comparison.Samples;
import org.icl4j.bench.guard.Comparison.Verdict;

/**
 * What the guard finds: benchmarks that are slower beyond doubt, twice.
 *
 * @param first the comparison of all benchmarks
 * @param repeated that of the suspects, on new forks
 */
record Guard(List<Comparison> first, List<Comparison> repeated) {
    /** Where the times of forks come from. */
    @FunctionalInterface
    interface Sampler {
        /** New forks of these benchmarks. */
        List<Samples> of(List<String> benchmarks) throws IOException;
    }

    /** Compares, and repeats what was slower. */
    static Guard watch(Sampler sampler, List<String> benchmarks, double tolerance) throws IOException {
        List<Comparison> first = Comparison.of(sampler.of(benchmarks), tolerance);
        List<String> suspects = slower(first);
        return new Guard(first, suspects.isEmpty() ? List.of() : Comparison.of(sampler.of(suspects), tolerance));
    }

    private static List<String> slower(List<Comparison> comparisons) {
        return comparisons.stream()
                .filter(comparison -> comparison.verdict() == Verdict.SLOWER)
                .map(Comparison::benchmark)
                .toList();
    }

    /** The benchmarks that were slower both times. */
    List<String> alarms() {
        return slower(repeated);
    }
}
