package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.ProductTiles.WIDE;

import org.icl4j.kernels.Matrix;

/**
 * The packed form of a block [kc, nc] of B: wide panels [kc, WIDE] while whole ones remain, then
 * narrow ones [kc, LENGTH], the last filled up with zeros. A tile walks down one panel with a
 * constant step, which C2 compiles well under every collector.
 */
final class Panels {
    private Panels() {}

    /** Number of panels of a block of {@code nc} columns. */
    static int count(int nc) {
        return wide(nc) + narrow(nc);
    }

    /** How many of them are wide. */
    static int wide(int nc) {
        return nc / WIDE;
    }

    private static int narrow(int nc) {
        return (nc % WIDE + LENGTH - 1) / LENGTH;
    }

    /** First column of a panel. */
    static int column(int nc, int panel) {
        int wide = wide(nc);
        return panel < wide ? panel * WIDE : wide * WIDE + (panel - wide) * LENGTH;
    }

    /** Elements that the packed block takes. */
    static int size(int kc, int nc) {
        return kc * (wide(nc) * WIDE + narrow(nc) * LENGTH);
    }

    /**
     * Packs one panel of the block of B that starts at (k0, j0).
     *
     * @param to packed block; the panel stands at kc·{@link #column}
     */
    static void pack(Matrix<float[]> b, int k0, int kc, int j0, int nc, int panel, float[] to) {
        int first = column(nc, panel);
        int width = panel < wide(nc) ? WIDE : LENGTH;
        int filled = Math.min(width, nc - first);
        int from = b.index(0, k0, j0 + first);
        if (b.isTransposed()) {
            packColumns(b.array(), from, b.ld(), kc, filled, to, kc * first, width);
        } else {
            packRows(b.array(), from, b.ld(), kc, filled, to, kc * first, width);
        }
    }

    /** B stored [k, n]: a row of the panel is a stretch of a row of B. */
    private static void packRows(float[] b, int from, int ld, int kc, int filled, float[] to, int at, int width) {
        for (int k = 0; k < kc; k++) {
            int row = at + k * width;
            System.arraycopy(b, from + k * ld, to, row, filled);
            for (int j = filled; j < width; j++) {
                to[row + j] = 0;
            }
        }
    }

    /** B stored [n, k]: a column of the panel is a stretch of a row of B. */
    private static void packColumns(float[] b, int from, int ld, int kc, int filled, float[] to, int at, int width) {
        for (int j = 0; j < filled; j++) {
            int row = from + j * ld;
            for (int k = 0; k < kc; k++) {
                to[at + k * width + j] = b[row + k];
            }
        }
        for (int k = 0; k < kc; k++) {
            for (int j = filled; j < width; j++) {
                to[at + k * width + j] = 0;
            }
        }
    }
}
