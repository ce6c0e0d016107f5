package org.icl4j.kernels;

import java.util.Arrays;

/**
 * The storage type of a set of kernels: f32 in {@code float[]} or f64 in {@code double[]}.
 *
 * <p>It is the one place where code that serves both types reads and writes an element. Values pass
 * as double: exact on the way out of either type, rounded to nearest on the way into {@code
 * float[]}.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public abstract sealed class Precision<A> {
    /** 32-bit storage, unit roundoff 2⁻²⁴. */
    public static final Precision<float[]> F32 = new F32();

    /** 64-bit storage, unit roundoff 2⁻⁵³. */
    public static final Precision<double[]> F64 = new F64();

    private final String name;
    private final Class<A> arrayType;
    private final double epsilon;

    private Precision(String name, Class<A> arrayType, double epsilon) {
        this.name = name;
        this.arrayType = arrayType;
        this.epsilon = epsilon;
    }

    /**
     * The precision called {@code name}.
     *
     * @param name {@code f32} or {@code f64}
     * @throws IllegalArgumentException if it is neither
     */
    public static Precision<?> of(String name) {
        return switch (name) {
            case "f32" -> F32;
            case "f64" -> F64;
            default -> throw new IllegalArgumentException("precision '" + name + "': allowed are f32 and f64");
        };
    }

    /** {@code f32} or {@code f64}. */
    public final String name() {
        return name;
    }

    /** The distance from 1 to the next number: 2⁻²³ or 2⁻⁵². */
    public final double epsilon() {
        return epsilon;
    }

    /** Bytes an element takes: 4 or 8. */
    public final int bytes() {
        return this == F32 ? Float.BYTES : Double.BYTES;
    }

    /** The class of {@code A}. */
    public final Class<A> arrayType() {
        return arrayType;
    }

    /** A new array of {@code length} zeros. */
    public abstract A allocate(int length);

    /** {@code array.length}. */
    public abstract int length(A array);

    /** {@code array[index]}, widened. */
    public abstract double get(A array, int index);

    /** {@code array[index] = value}, rounded to nearest. */
    public abstract void set(A array, int index, double value);

    /** Sets all elements, rounding to the storage type. */
    public abstract void fill(A array, double value);

    /** {@code value} as storage holds it: rounded to nearest, infinite where it is too large. */
    abstract double round(double value);

    /** The smallest number with all its digits: 2⁻¹²⁶ or 2⁻¹⁰²². */
    abstract double minNormal();

    /** The largest finite number. */
    abstract double maxValue();

    @Override
    public final String toString() {
        return name;
    }

    private static final class F32 extends Precision<float[]> {
        F32() {
            super("f32", float[].class, 0x1p-23);
        }

        @Override
        public float[] allocate(int length) {
            return new float[length];
        }

        @Override
        public int length(float[] array) {
            return array.length;
        }

        @Override
        public double get(float[] array, int index) {
            return array[index];
        }

        @Override
        double round(double value) {
            return (float) value;
        }

        @Override
        double minNormal() {
            return Float.MIN_NORMAL;
        }

        @Override
        double maxValue() {
            return Float.MAX_VALUE;
        }

        @Override
        public void fill(float[] array, double value) {
            Arrays.fill(array, (float) value);
        }

        @Override
        public void set(float[] array, int index, double value) {
            array[index] = (float) value;
        }
    }

    private static final class F64 extends Precision<double[]> {
        F64() {
            super("f64", double[].class, 0x1p-52);
        }

        @Override
        public double[] allocate(int length) {
            return new double[length];
        }

        @Override
        public int length(double[] array) {
            return array.length;
        }

        @Override
        public double get(double[] array, int index) {
            return array[index];
        }

        @Override
        double round(double value) {
            return value;
        }

        @Override
        double minNormal() {
            return Double.MIN_NORMAL;
        }

        @Override
        double maxValue() {
            return Double.MAX_VALUE;
        }

        @Override
        public void fill(double[] array, double value) {
            Arrays.fill(array, value);
        }

        @Override
        public void set(double[] array, int index, double value) {
            array[index] = value;
        }
    }
}
