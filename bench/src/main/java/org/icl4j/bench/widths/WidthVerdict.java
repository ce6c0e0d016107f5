package org.icl4j.bench.widths;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.icl4j.bench.guard.Comparison;
import org.icl4j.bench.guard.Comparison.Samples;
import org.icl4j.bench.guard.Comparison.Verdict;

/**
 * Which width of vectors is best over all workloads: by the geometric mean of their times, one for each round, which is compared as
 * the guard compares trees.
 *
 * @param taken the width that is taken by default
 * @param others every other width against that one
 */
record WidthVerdict(int taken, SortedMap<Integer, Comparison> others) {
    /** What compiled code differs by from one process to the next does not count. */
    static final double TOLERANCE = 0.02;

    private static final double PERCENT = 100;

    /** The verdict on these workloads, each of them timed in as many rounds and on the same widths. */
    static WidthVerdict of(List<WidthTimes> rows, int taken) {
        List<Samples> samples = new ArrayList<>();
        for (int bits : rows.getFirst().seconds().keySet()) {
            if (bits != taken) {
                samples.add(
                        new Samples(Integer.toString(bits), geometricMeans(rows, taken), geometricMeans(rows, bits)));
            }
        }
        SortedMap<Integer, Comparison> others = new TreeMap<>();
        Comparison.of(samples, TOLERANCE)
                .forEach(comparison -> others.put(Integer.valueOf(comparison.benchmark()), comparison));
        return new WidthVerdict(taken, others);
    }

    private static double[] geometricMeans(List<WidthTimes> rows, int bits) {
        double[] means = new double[rows.getFirst().seconds().get(bits).length];
        for (int round = 0; round < means.length; round++) {
            double logarithms = 0;
            for (WidthTimes row : rows) {
                logarithms += Math.log(row.seconds().get(bits)[round]);
            }
            means[round] = Math.exp(logarithms / rows.size());
        }
        return means;
    }

    /** The width with the least geometric mean. */
    int best() {
        int best = taken;
        for (int bits : others.keySet()) {
            best = ratio(bits) < ratio(best) ? bits : best;
        }
        return best;
    }

    private double ratio(int bits) {
        return bits == taken ? 1 : others.get(bits).ratio();
    }

    /** Whether no other width is better beyond the noise. */
    boolean right() {
        return others.values().stream().noneMatch(other -> other.verdict() == Verdict.FASTER);
    }

    /** The means, and what follows. */
    String text() {
        return others.isEmpty() ? conclusion() : means() + System.lineSeparator() + conclusion();
    }

    private String means() {
        List<String> means = new ArrayList<>();
        others.forEach((bits, other) -> means.add(String.format(
                Locale.ROOT, "%d bits %.2f (%.2f … %.2f)", bits, other.ratio(), other.low(), other.high())));
        return "Geometric mean of the time over that on " + taken + " bits: " + String.join(", ", means) + ".";
    }

    private String conclusion() {
        if (best() == taken) {
            return taken + " bits are best, and what is taken by default.";
        }
        double gain = PERCENT * (1 / ratio(best()) - 1);
        return right()
                ? String.format(
                        Locale.ROOT,
                        "%d bits are faster by %.1f %%, which may be noise: %d bits, the default, stand.",
                        best(),
                        gain,
                        taken)
                : String.format(
                        Locale.ROOT,
                        "BETTER: %d bits, faster by %.1f %%; the default is %d bits.",
                        best(),
                        gain,
                        taken);
    }
}
