package org.icl4j.kernels.workload;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What this machine can do at most, measured on a number of threads that work at once: the limits that kernels are judged by.
 *
 * @param threads how many threads worked
 * @param multiplyAdds multiply-adds in f32 from registers, in 10⁹ elements a second, for each width of vectors in bits
 * @param divisions divisions in f32 from registers, in 10⁹ elements a second
 * @param levels the caches and the memory, the nearest first
 */
public record MachineLimits(
        int threads, SortedMap<Integer, Double> multiplyAdds, double divisions, List<Level> levels) {
    /**
     * A cache, or memory.
     *
     * @param name L1, L2, L3 or DRAM
     * @param bytes its size for all the threads together; that of DRAM is infinite
     * @param read bytes read, in 10⁹ a second
     * @param copy bytes read and written by copying, in 10⁹ a second
     * @param update bytes read and written by changing an array in place, in 10⁹ a second
     */
    public record Level(String name, double bytes, double read, double copy, double update) {}

    /**
     * The limit that binds a kernel.
     *
     * @param name what it is, such as {@code FMA} or {@code L2 copy}
     * @param seconds the shortest possible time of a call
     */
    public record Binding(String name, double seconds) {}

    private static final double GIGA = 1e9;

    /** Copies the collections. */
    public MachineLimits {
        multiplyAdds = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(multiplyAdds));
        levels = List.copyOf(levels);
    }

    /**
     * Measures, in about two seconds; the compilers may take longer where they share the machine.
     *
     * @param threads how many threads work at once, at least 1
     * @throws LimitsUnavailableException if a loop is not compiled in this JVM, so that its rate would tell nothing about the machine
     */
    public static MachineLimits measure(int threads) {
        return LimitMeasurement.on(threads);
    }

    /**
     * Measures the ceiling of multiply-adds alone, in a few tenths of a second.
     *
     * @return what {@link #gflops()} of {@link #measure} is
     * @throws LimitsUnavailableException as {@link #measure}
     */
    public static double measureGflops(int threads) {
        return 2 * max(LimitMeasurement.multiplyAddsOn(threads));
    }

    /** Multiply-adds counted as two operations each, on the vectors that do most, in GFLOP/s. */
    public double gflops() {
        return 2 * peak();
    }

    private double peak() {
        return max(multiplyAdds);
    }

    private static double max(Map<Integer, Double> rates) {
        return rates.values().stream().max(Comparator.naturalOrder()).orElseThrow();
    }

    /** The limit that binds a call of this cost. */
    public Binding bind(Cost cost) {
        Level level = levelOf(cost.footprint());
        String way = cost.inPlace() ? "update" : cost.bytesWritten() > cost.bytesRead() / 8 ? "copy" : "read";
        double bandwidth = switch (way) {
            case "update" -> level.update();
            case "copy" -> level.copy();
            default -> level.read();
        };
        return Map.of(
                        "FMA",
                        cost.instructions() / peak(),
                        "division",
                        cost.divisions() / divisions,
                        level.name() + " " + way,
                        cost.bytes() / bandwidth)
                .entrySet()
                .stream()
                .map(limit -> new Binding(limit.getKey(), limit.getValue() / GIGA))
                .max(Comparator.comparingDouble(Binding::seconds))
                .orElseThrow();
    }

    /** The nearest level that holds this many bytes. */
    public Level levelOf(double bytes) {
        return levels.stream()
                .filter(level -> bytes <= level.bytes())
                .findFirst()
                .orElse(levels.getLast());
    }
}
