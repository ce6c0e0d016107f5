package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.AttentionTiles.A_ROW;
import static org.icl4j.kernels.vector.AttentionTiles.WIDTH;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The operands of attention in the order in which its tiles read them. */
final class HeadPacking {
    private HeadPacking() {}

    /**
     * Rows first … first + n of m, at most {@link QueryBlock#KEYS}, by panels of {@link AttentionTiles#WIDTH} rows: to[panel, column,
     * row]. Columns are filled up to whole vectors, and rows to whole vectors with the last row again.
     */
    static void columns(HeadColumns m, int first, int n, float[] to, int at) {
        int panel = Lanes.padded(m.cols()) * WIDTH;
        for (int row = 0; row < n; row += WIDTH) {
            int rows = Math.min(WIDTH, n - row);
            Transposes.transpose(
                    m.array(), m.row(first + row), m.ld(), rows, m.cols(), to, at + row / WIDTH * panel, WIDTH);
        }
    }

    /**
     * Rows first … first + n of factor·m by panels of {@link AttentionTiles#WIDTH} columns: to[panel, row, column], filled up to
     * whole vectors with zeros. Returns 0, or NaN if an element is not finite.
     *
     * @param panelRows rows of a panel
     */
    static float rows(HeadColumns m, int first, int n, float factor, float[] to, int at, int panelRows) {
        float[] from = m.array();
        int start = m.row(first);
        int whole = m.cols() / WIDTH * WIDTH;
        float zero = 0;
        for (int d = 0; d < whole; d += WIDTH) {
            zero += panel(from, start + d, m.ld(), n, factor, to, at + d * panelRows);
        }
        for (int d = whole; d < m.cols(); d += LENGTH) {
            zero += column(from, start + d, m.ld(), n, m.cols() - d, factor, to, at + whole * panelRows + d - whole);
        }
        return zero;
    }

    private static float panel(float[] from, int at, int ld, int rows, float factor, float[] to, int toAt) {
        FloatVector zero = zero(SPECIES);
        for (int j = 0; j < rows; j++) {
            for (int d = 0; d < WIDTH; d += LENGTH) {
                FloatVector v = fromArray(SPECIES, from, at + j * ld + d).mul(factor);
                zero = v.fma(zero(SPECIES), zero);
                v.intoArray(to, toAt + j * WIDTH + d);
            }
        }
        return zero.reduceLanes(VectorOperators.ADD);
    }

    private static float column(float[] from, int at, int ld, int rows, int cols, float factor, float[] to, int toAt) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(LENGTH, cols));
        FloatVector zero = zero(SPECIES);
        for (int j = 0; j < rows; j++) {
            FloatVector v = fromArray(SPECIES, from, at + j * ld, mask).mul(factor);
            zero = v.fma(zero(SPECIES), zero);
            v.intoArray(to, toAt + j * WIDTH);
        }
        return zero.reduceLanes(VectorOperators.ADD);
    }

    /**
     * Rows first … first + n of factor·m by panels of {@link AttentionTiles#A_ROW} columns: to[panel, row, column], filled up to
     * whole vectors with zeros, as are the rows that fill a tile.
     */
    static void scaledRows(HeadColumns m, int first, int n, float factor, float[] to, int at) {
        int whole = m.cols() / WIDTH * WIDTH;
        int start = m.row(first);
        for (int d = 0; d < whole; d += WIDTH) {
            scaledPanel(m.array(), start + d, m.ld(), n, factor, to, panelOfA(at, d), A_ROW);
        }
        for (int d = whole; d < m.cols(); d += LENGTH) {
            scaledColumn(m.array(), start + d, m.ld(), n, m.cols() - d, factor, to, panelOfA(at, d), A_ROW);
        }
        int tile = n / AttentionTiles.ROWS * AttentionTiles.ROWS;
        for (int d = 0; d < m.cols(); d += A_ROW) {
            int panel = panelOfA(at, d);
            Arrays.fill(to, panel + n * A_ROW, panel + (tile + AttentionTiles.written(n - tile)) * A_ROW, 0);
        }
    }

    private static int panelOfA(int at, int column) {
        return at + column / A_ROW * QueryBlock.QUERIES * A_ROW + column % A_ROW;
    }

    /** Two vectors of a row at a time, which are neighbours in memory, in loops over the rows, which are the longer ones. */
    private static void scaledPanel(
            float[] from, int at, int ld, int rows, float factor, float[] to, int toAt, int ldTo) {
        for (int i = 0; i < rows; i++) {
            for (int d = 0; d < WIDTH; d += LENGTH) {
                fromArray(SPECIES, from, at + i * ld + d)
                        .fma(broadcast(SPECIES, factor), zero(SPECIES))
                        .intoArray(to, toAt + i * ldTo + d);
            }
        }
    }

    private static void scaledColumn(
            float[] from, int at, int ld, int rows, int cols, float factor, float[] to, int toAt, int ldTo) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(LENGTH, cols));
        for (int i = 0; i < rows; i++) {
            fromArray(SPECIES, from, at + i * ld, mask).mul(factor).intoArray(to, toAt + i * ldTo);
        }
    }

    /** Rows first … first + n of m ← factor·from[n, ld] + 0, so that a −0, which hangs on how many zeros were added, is 0. */
    static void copyRows(float[] from, int at, int ld, float factor, HeadColumns m, int first, int n) {
        int whole = m.cols() / WIDTH * WIDTH;
        int start = m.row(first);
        for (int d = 0; d < whole; d += WIDTH) {
            scaledPanel(from, at + d, ld, n, factor, m.array(), start + d, m.ld());
        }
        for (int d = whole; d < m.cols(); d += LENGTH) {
            copyColumn(from, at + d, ld, n, m.cols() - d, factor, m.array(), start + d, m.ld());
        }
    }

    private static void copyColumn(
            float[] from, int at, int ld, int rows, int cols, float factor, float[] to, int toAt, int ldTo) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, Math.min(LENGTH, cols));
        for (int i = 0; i < rows; i++) {
            fromArray(SPECIES, from, at + i * ld)
                    .fma(broadcast(SPECIES, factor), zero(SPECIES))
                    .intoArray(to, toAt + i * ldTo, mask);
        }
    }
}
