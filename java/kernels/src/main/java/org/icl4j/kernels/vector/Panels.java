package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.Lanes.VECTOR;
import static org.icl4j.kernels.vector.ProductTiles.WIDE_VECTORS;

import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/**
 * The packed form of some rows of B: its columns in panels, each [kc, vectors·LENGTH], kc
 * rounded up to whole vectors, and the last filled up with numbers that reach no element of C. Panels are
 * {@link ProductTiles#WIDE_VECTORS} vectors wide while they last; one vector more than that is 3 + 2, because a panel of one
 * vector is slow. A tile walks down one panel with a constant step, which C2 compiles well under every collector.
 */
final class Panels {
    private Panels() {}

    /** Vectors that a row of {@code n} columns takes. */
    static int vectors(int n) {
        return Math.ceilDiv(n, LENGTH);
    }

    /** {@code n} rounded up to whole vectors. */
    static int padded(int n) {
        return vectors(n) * LENGTH;
    }

    /** Number of panels of {@code n} columns. */
    static int count(int n) {
        return Math.ceilDiv(vectors(n), WIDE_VECTORS);
    }

    /** Vectors in panel {@code panel} of {@code n} columns. */
    static int vectors(int n, int panel) {
        return first(n, panel + 1) - first(n, panel);
    }

    /** First vector of a panel, counted from column 0. */
    static int first(int n, int panel) {
        int vectors = vectors(n);
        boolean oneLeft = WIDE_VECTORS > 2 && vectors % WIDE_VECTORS == 1 && panel > 0 && panel == count(n) - 1;
        return Math.min(vectors, oneLeft ? vectors - 2 : panel * WIDE_VECTORS);
    }

    /**
     * Packs panels of rows k0 … k0 + kc of B, one behind the other.
     *
     * @param batch which matrix of B
     * @param at where the first panel goes in {@code to}
     */
    static void pack(Matrix<float[]> b, int batch, int k0, int kc, int fromPanel, int toPanel, float[] to, int at) {
        int n = b.cols();
        int panel = fromPanel;
        int toAt = at;
        if (!b.isTransposed()) {
            while (panel < toPanel
                    && (first(n, panel) + WIDE_VECTORS) * LENGTH <= n
                    && vectors(n, panel) == WIDE_VECTORS) {
                panel++;
            }
            int from = b.index(batch, k0, first(n, fromPanel) * LENGTH);
            copyWide(b.array(), from, b.ld(), kc, panel - fromPanel, to, toAt);
            toAt += (panel - fromPanel) * WIDE_VECTORS * LENGTH * padded(kc);
        }
        for (; panel < toPanel; panel++) {
            packOne(b, batch, k0, kc, panel, to, toAt);
            toAt += vectors(n, panel) * LENGTH * padded(kc);
        }
    }

    private static void packOne(Matrix<float[]> b, int batch, int k0, int kc, int panel, float[] to, int at) {
        int n = b.cols();
        int column = first(n, panel) * LENGTH;
        int width = vectors(n, panel) * LENGTH;
        int filled = Math.min(width, n - column);
        int from = b.index(batch, k0, column);
        if (b.isTransposed()) {
            Transposes.transpose(b.array(), from, b.ld(), filled, kc, to, at, width);
        } else {
            copy(b.array(), from, b.ld(), kc, filled, to, at, width);
        }
    }

    /** All panels row by row, because what lies side by side in memory is best read so. */
    private static void copyWide(float[] b, int from, int ld, int kc, int panels, float[] to, int at) {
        int width = WIDE_VECTORS * LENGTH;
        int step = width * padded(kc);
        for (int k = 0; k < kc; k++) {
            int row = from + k * ld;
            int toRow = at + k * width;
            for (int panel = 0; panel < panels; panel++) {
                for (int j = 0; j < width; j += LENGTH) {
                    VECTOR.cast(fromArray(SPECIES, b, row + panel * width + j)).intoArray(to, toRow + panel * step + j);
                }
            }
        }
    }

    /**
     * to[r, c] ← from[r, c] for {@code rows} rows of {@code cols} columns, which are filled up to a multiple of LENGTH with zeros.
     *
     * @param ld distance between rows of {@code from}
     * @param width distance between rows of {@code to}
     */
    static void copy(float[] from, int at, int ld, int rows, int cols, float[] to, int toAt, int width) {
        int full = padded(cols) - LENGTH;
        VectorMask<Float> last = Lanes.keptFirst(cols - full);
        for (int r = 0; r < rows; r++) {
            int row = at + r * ld;
            int toRow = toAt + r * width;
            for (int j = 0; j < full; j += LENGTH) {
                VECTOR.cast(fromArray(SPECIES, from, row + j)).intoArray(to, toRow + j);
            }
            VECTOR.cast(fromArray(SPECIES, from, row + full, last)).intoArray(to, toRow + full);
        }
    }
}
