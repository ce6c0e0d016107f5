package org.icl4j.kernels;

/** How weights are stored. Arithmetic on them is that of the kernels' {@link Precision}. */
public enum WeightType {
    /** IEEE 754 binary32. */
    F32(4),

    /** The upper half of a binary32: 8 bits of exponent, 8 digits. */
    BF16(2),

    /** IEEE 754 binary16: 5 bits of exponent, 11 digits, at most 65504. */
    F16(2);

    private final int bytes;

    WeightType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes an element takes. */
    public int bytes() {
        return bytes;
    }

    /** The nearest number of this type, ties to even; infinite where {@code value} is too large; NaN stays NaN. */
    public float round(float value) {
        return this == F32 ? value : decode(encode(value));
    }

    /**
     * The nearest number of this 16-bit type, as it is stored.
     *
     * @throws UnsupportedOperationException if this is {@link #F32}
     */
    public short encode(float value) {
        return switch (this) {
            case BF16 -> encodeBf16(value);
            case F16 -> Float.floatToFloat16(value);
            case F32 -> throw notShort();
        };
    }

    private static short encodeBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40); // Rounding might carry it over into a number.
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /**
     * The number stored as {@code bits}, exactly.
     *
     * @throws UnsupportedOperationException if this is {@link #F32}
     */
    public float decode(short bits) {
        return switch (this) {
            case BF16 -> Float.intBitsToFloat(bits << 16);
            case F16 -> Float.float16ToFloat(bits);
            case F32 -> throw notShort();
        };
    }

    private static UnsupportedOperationException notShort() {
        return new UnsupportedOperationException("f32 takes 32 bits; only bf16 and f16 are stored in a short");
    }
}
