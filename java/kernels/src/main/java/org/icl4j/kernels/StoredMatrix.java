package org.icl4j.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Weights as they lie in a file or an array of shorts: [rows, cols] in row-major order without gaps, little-endian, at any
 * alignment. {@link ProductKernels#pack(StoredMatrix)} reads them once; nothing keeps the segment afterwards.
 */
public final class StoredMatrix {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final WeightType type;
    private final MemorySegment data;
    private final int rows;
    private final int cols;
    private final boolean transposed;

    private StoredMatrix(WeightType type, MemorySegment data, int rows, int cols, boolean transposed) {
        this.type = type;
        this.data = data;
        this.rows = rows;
        this.cols = cols;
        this.transposed = transposed;
    }

    /**
     * A matrix at the start of {@code data}: a slice of a mapped file, or {@link MemorySegment#ofArray(short[])}.
     *
     * @throws IllegalArgumentException if a number is negative or {@code data} is too small
     */
    public static StoredMatrix of(WeightType type, MemorySegment data, int rows, int cols) {
        Objects.requireNonNull(type, "type");
        if (rows < 0 || cols < 0) {
            throw new IllegalArgumentException("rows=" + rows + " cols=" + cols + ": none may be negative");
        }
        long elements = (long) rows * cols;
        if (data.byteSize() / type.bytes() < elements) {
            throw new IllegalArgumentException("[" + rows + ", " + cols + "] in " + type + " takes " + elements
                    + " times " + type.bytes() + " bytes, but the segment has " + data.byteSize());
        }
        return new StoredMatrix(type, data, rows, cols, false);
    }

    /** The same elements read as the transpose, as of a weight stored [out, in]. */
    public StoredMatrix transposed() {
        return new StoredMatrix(type, data, cols, rows, !transposed);
    }

    /** The type of the elements. */
    public WeightType type() {
        return type;
    }

    /** Rows, as read. */
    public int rows() {
        return rows;
    }

    /** Columns, as read. */
    public int cols() {
        return cols;
    }

    /** A copy of rows {@code from} … {@code to}, stored as they are here: transposed if this is. */
    public <A> Matrix<A> rows(Precision<A> precision, int from, int to) {
        int height = to - from;
        int stored = transposed ? cols : height;
        int width = transposed ? height : cols;
        long ld = transposed ? rows : cols;
        long start = transposed ? from : from * ld;
        A copy = precision.allocate(Math.multiplyExact(stored, width));
        for (int i = 0; i < stored; i++) {
            for (int j = 0; j < width; j++) {
                precision.set(copy, i * width + j, get(start + i * ld + j));
            }
        }
        Matrix<A> block = Matrix.of(copy, stored, width);
        return transposed ? block.transposed() : block;
    }

    private float get(long index) {
        return type == WeightType.F32
                ? data.get(FLOAT, index * Float.BYTES)
                : type.decode(data.get(SHORT, index * Short.BYTES));
    }

    /** {@code [rows, cols]}. */
    public String shape() {
        return "[" + rows + ", " + cols + "]";
    }

    @Override
    public String toString() {
        return type + shape() + (transposed ? " transposed" : "");
    }
}
