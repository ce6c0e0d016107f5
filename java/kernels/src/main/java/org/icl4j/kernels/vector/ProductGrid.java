package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.ProductBlock.STRIP;
import static org.icl4j.kernels.vector.ProductTiles.WIDE_VECTORS;

/**
 * How C is cut into tasks: blocks of {@code height} rows by {@code panels} panels. Each packs its part of B for itself and sums all
 * of its terms, so the threads meet once, at the end: what one thread packs or adds to, the other would have to fetch from its
 * cache, which took a fifth of the time at 512³ and a third of that of a weight's gradient.
 *
 * @param height a multiple of {@link ProductBlock#STRIP}; the last block has what is left
 * @param panels of a block; the last has what is left
 * @param high blocks one below the other
 * @param wide blocks side by side
 */
record ProductGrid(int height, int panels, int high, int wide) {
    /** Multiply-adds in the time of one element of B being packed, or one of A being turned. */
    private static final int PACKING = 14;

    /** The same for an element of A that is read once more. */
    private static final int READING = 10;

    /** What is lost to threads that do not end together, as a share of a task. */
    private static final double LATE = .02;

    /** Tasks a thread at most that are looked at: fewer and larger ones were faster in all that was measured. */
    private static final int TASKS = 4;

    /**
     * The grid that {@code threads} end first with, by the count of packing, reading and rounds of tasks.
     *
     * @param packed whether B need not be packed
     * @param turned whether A is transposed
     */
    static ProductGrid of(int m, int n, boolean packed, boolean turned, int threads) {
        int strips = Math.ceilDiv(m, STRIP);
        int panels = Panels.count(n);
        int bestHigh = 1;
        int bestWide = 1;
        double least = Double.POSITIVE_INFINITY;
        for (int high = 1; high <= Math.min(strips, TASKS * threads); high++) {
            long rows = Math.min(m, (long) Math.ceilDiv(strips, high) * STRIP);
            for (int wide = 1; wide <= Math.min(panels, TASKS * threads / high); wide++) {
                long cols = Math.min(n, (long) Math.ceilDiv(panels, wide) * WIDE_VECTORS * LENGTH);
                long task = rows * cols + (packed ? 0 : PACKING * cols) + (turned ? PACKING : READING) * rows;
                double time = (Math.ceilDiv(high * wide, threads) + LATE) * task;
                if (time < least) {
                    least = time;
                    bestHigh = high;
                    bestWide = wide;
                }
            }
        }
        int height = Math.ceilDiv(strips, bestHigh) * STRIP;
        int some = Math.ceilDiv(panels, bestWide);
        return new ProductGrid(height, some, Math.ceilDiv(m, height), Math.ceilDiv(panels, some));
    }

    int tasks() {
        return high * wide;
    }

    /** First row of a task. */
    int row(int task) {
        return task / wide * height;
    }

    /** First panel of a task. */
    int panel(int task) {
        return task % wide * panels;
    }
}
