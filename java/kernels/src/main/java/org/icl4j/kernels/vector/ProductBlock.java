package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.ProductTiles.WIDE_VECTORS;
import static org.icl4j.kernels.vector.VectorProducts.blockTerms;

import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.WeightType;

/**
 * The part of a product that one packed block of B has in it: C[rows, panels] ← α·A[rows, k0 … k0 + kc]·B[k0 … k0 + kc, panels] +
 * β·C[rows, panels].
 *
 * <p>The object is kept and set anew, so that a call allocates nothing.
 */
final class ProductBlock {
    /** Rows of C that are gone through at a time: a multiple of the height of a tile. Their terms of A stay in the second-level cache. */
    static final int STRIP = 48;

    /** Rows of a lower tile, which leave no single row behind. */
    private static final int LOW = 4;

    /**
     * Floats packed at a time. They stay in the second-level cache of CPUs with vectors of 16 lanes; that of others holds not even these,
     * so there they go to the third level, and A is packed less often.
     */
    private static final int BLOCK = LENGTH < 16 ? 3 << 18 : 3 << 16;

    /** Panels packed at a time, if they have few rows. */
    private static final int MAX_PANELS = 1024 / (WIDE_VECTORS * LENGTH);

    /**
     * Where packed panels start. G1 gives very large arrays regions of their own; their elements start 16 bytes behind a cache
     * line, and from this index on no vector straddles two lines, which takes a tenth of the time.
     */
    static final int ALIGNED = 12;

    /** Floats enough for that in heaps up to 16 GiB; what is not used stays untouched. */
    private static final int PACKED = 1 << 20;

    private final Scratch scratch;
    private final float[] packed = new float[PACKED];

    private Matrix<float[]> a;
    private Matrix<float[]> b;
    private PackedPanels weights;
    private Matrix<float[]> c;
    private Epilogue<float[]> then;
    private int fromRow;
    private int toRow;
    private int batch;
    private int k0;
    private int kc;
    private int firstPanel;
    private int toPanel;
    private float alpha;
    private float beta;

    ProductBlock(Scratch scratch) {
        this.scratch = scratch;
    }

    /**
     * Panels to be packed at a time: one, if it is used by one strip only. Then it is in the first cache that has room, and the rows
     * of a transposed B are read on and on.
     */
    static int panelsAtOnce(Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c) {
        if ((b == null || b.isTransposed()) && c.rows() <= STRIP) {
            return 1;
        }
        return Math.min(BLOCK / (WIDE_VECTORS * LENGTH * blockTerms(a.cols())), MAX_PANELS);
    }

    /** The operands: B as {@code newB} or, packed before, as {@code packedB}; all null when a call has ended, to let go of them. */
    void of(
            Matrix<float[]> newA,
            Matrix<float[]> newB,
            PackedPanels packedB,
            Matrix<float[]> newC,
            Epilogue<float[]> afterwards) {
        a = newA;
        b = newB;
        weights = packedB;
        c = newC;
        then = afterwards;
    }

    /** The rows of C to be written. */
    void rows(int from, int to) {
        fromRow = from;
        toRow = to;
    }

    /** The terms from {@code from} on, panels {@code panel} … {@code endPanel}, of matrix {@code index} of the batch. */
    void at(int index, int from, int panel, int endPanel, float newAlpha, float newBeta) {
        batch = index;
        k0 = from;
        kc = Math.min(blockTerms(a.cols()), a.cols() - from);
        firstPanel = panel;
        toPanel = endPanel;
        alpha = newAlpha;
        beta = newBeta;
    }

    /** Packs the block and multiplies with it. */
    void run() {
        pack();
        for (int row = fromRow; row < toRow; row += STRIP) {
            strip(row, Math.min(STRIP, toRow - row));
        }
    }

    private void pack() {
        if (weights == null) {
            Panels.pack(b, b.count() == 1 ? 0 : batch, k0, kc, firstPanel, toPanel, packed, ALIGNED);
        } else if (!isReady()) {
            int length = packedAt(toPanel) - ALIGNED;
            HalfWeights.decode(
                    weights.type(), weights.shorts(), weights.at(k0, kc, firstPanel), packed, ALIGNED, length);
        }
    }

    /** Whether B needs no packing: it was packed in f32, or is multiplied with one row as it is decoded. */
    private boolean isReady() {
        return weights != null && (weights.type() == WeightType.F32 || isDecodedByRow());
    }

    /** Whether the decoding takes next to nothing, and only one row needs it. */
    private boolean isDecodedByRow() {
        return weights != null && weights.type() == WeightType.BF16 && c.rows() == 1;
    }

    private int packedAt(int panel) {
        int vectors = Panels.first(c.cols(), panel) - Panels.first(c.cols(), firstPanel);
        return ALIGNED + vectors * LENGTH * Panels.padded(kc);
    }

    private boolean isNarrow() {
        return NarrowTiles.fit(c.rows(), c.cols(), kc);
    }

    private void strip(int from, int rows) {
        int start = a.index(a.count() == 1 ? 0 : batch, from, k0);
        if (!a.isTransposed() && !isNarrow()) {
            strip(from, rows, a.array(), start, a.ld());
            return;
        }
        int width = isNarrow() ? NarrowTiles.A_ROW : Panels.padded(kc);
        float[] packedA = scratch.take(STRIP * width);
        try {
            if (a.isTransposed()) {
                Transposes.transpose(a.array(), start, a.ld(), kc, rows, packedA, 0, width);
            } else {
                Panels.copy(a.array(), start, a.ld(), rows, kc, packedA, 0, width);
            }
            strip(from, rows, packedA, 0, width);
        } finally {
            scratch.giveBack(packedA);
        }
    }

    private void strip(int from, int rows, float[] aArray, int aStart, int aRow) {
        float[] sums = scratch.take(ProductTiles.ROWS * WIDE_VECTORS * LENGTH * NarrowTiles.MAX_PANELS);
        try {
            strip(from, rows, aArray, aStart, aRow, sums);
        } finally {
            scratch.giveBack(sums);
        }
    }

    private void strip(int from, int rows, float[] aArray, int aStart, int aRow, float[] sums) {
        int wide = isNarrow() ? Math.min(toPanel, Panels.vectors(c.cols()) / WIDE_VECTORS) : firstPanel;
        int together = NarrowTiles.panels(kc);
        for (int panel = firstPanel; panel < wide; panel += together) {
            rowByRow(from, rows, aArray, aStart, panel, Math.min(panel + together, wide), sums);
        }
        for (int panel = wide; panel < toPanel; panel++) {
            int column = Panels.first(c.cols(), panel) * LENGTH;
            int vectors = Panels.vectors(c.cols(), panel);
            VectorMask<Float> last = Lanes.keptFirst(c.cols() - column - (vectors - 1) * LENGTH);
            if (isDecodedByRow()) {
                int at = weights.at(k0, kc, panel);
                HalfWeights.row(vectors, kc, aArray, aStart, weights.shorts(), at, sums);
                put(vectors, 1, sums, c.index(batch, from, column), last);
            } else {
                tiles(from, rows, aArray, aStart, aRow, panel, column, vectors, last, sums);
            }
        }
        if (k0 + kc == a.cols()) {
            int fromColumn = Panels.first(c.cols(), firstPanel) * LENGTH;
            int toColumn = Math.min(c.cols(), Panels.first(c.cols(), toPanel) * LENGTH);
            VectorEpilogue.apply(then, c, batch, from, from + rows, fromColumn, toColumn);
        }
    }

    private void tiles(
            int from,
            int rows,
            float[] aArray,
            int aStart,
            int aRow,
            int panel,
            int column,
            int vectors,
            VectorMask<Float> last,
            float[] sums) {
        float[] b0 = isReady() ? weights.floats() : packed;
        int bAt = panelAt(panel);
        boolean isPlain = alpha == 1 && beta == 0;
        int width = vectors * LENGTH;
        int height;
        for (int row = 0; row < rows; row += height) {
            height = height(rows - row, vectors);
            int aAt = aStart + row * aRow;
            int cAt = c.index(batch, from + row, column);
            if (isPlain) {
                ProductTiles.tile(vectors, height, kc, aArray, aAt, aRow, b0, bAt, c.array(), cAt, c.ld(), last);
            } else {
                ProductTiles.tile(vectors, height, kc, aArray, aAt, aRow, b0, bAt, sums, 0, width, last);
                put(vectors, height, sums, cAt, last);
            }
        }
    }

    /**
     * A few rows of all of these panels before the next rows, because C is read and written with long strides otherwise. Panels have
     * {@link ProductTiles#WIDE_VECTORS} vectors, the last maybe with columns that C does not have.
     */
    private void rowByRow(int from, int rows, float[] aArray, int aStart, int panel, int endPanel, float[] sums) {
        float[] b0 = isReady() ? weights.floats() : packed;
        int bAt = panelAt(panel);
        int column = Panels.first(c.cols(), panel) * LENGTH;
        int panels = endPanel - panel;
        int vectors = panels * WIDE_VECTORS;
        VectorMask<Float> last = Lanes.keptFirst(c.cols() - column - (vectors - 1) * LENGTH);
        boolean isPlain = alpha == 1 && beta == 0 && last.allTrue();
        int height;
        for (int row = 0; row < rows; row += height) {
            height = ProductTiles.height(rows - row);
            int aAt = aStart + row * NarrowTiles.A_ROW;
            int cAt = c.index(batch, from + row, column);
            if (isPlain && NarrowTiles.has(height)) {
                NarrowTiles.tile(height, panels, kc, aArray, aAt, b0, bAt, c.array(), cAt, c.ld());
            } else {
                NarrowTiles.tile(height, panels, kc, aArray, aAt, b0, bAt, sums, 0, vectors * LENGTH);
                put(vectors, height, sums, cAt, last);
            }
        }
    }

    private int panelAt(int panel) {
        return isReady() ? weights.at(k0, kc, panel) : packedAt(panel);
    }

    /** Rows of the next tile: fewer where 16 registers are too few for C2 to keep all sums of six in them, which takes up to half longer. */
    private int height(int left, int vectors) {
        boolean spills = LENGTH < 16 && vectors == 2;
        if (!spills) {
            return ProductTiles.height(left);
        }
        return left == LOW + 1 ? LOW - 1 : Math.min(left, LOW);
    }

    private void put(int vectors, int rows, float[] sums, int cAt, VectorMask<Float> last) {
        ProductTiles.put(vectors, rows, sums, 0, alpha, beta, c.array(), cAt, c.ld(), last);
    }
}
