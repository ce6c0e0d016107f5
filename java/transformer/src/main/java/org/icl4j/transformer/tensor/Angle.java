package org.icl4j.transformer.tensor;

/**
 * Sine and cosine of an angle in [0, 2π), with the bits of {@link StrictMath}, whose calls make arrays. By fdlibm's method (Sun
 * Microsystems 1993; e_rem_pio2.c, k_sin.c, k_cos.c): what exceeds the nearest multiple of π/2, as a sum of two numbers, and polynomials of
 * that.
 *
 * <p>The object is kept and set anew.
 */
final class Angle {
    private static final double TWO_BY_PI = 0x1.45f306dc9c883p-1;

    /** π/2 in three parts of 33 bits, and behind each of them the rest. */
    private static final double PART_1 = 0x1.921fb544p0;

    private static final double REST_1 = 0x1.0b4611a626331p-34;
    private static final double PART_2 = 0x1.0b4611a6p-34;
    private static final double REST_2 = 0x1.3198a2e037073p-69;
    private static final double PART_3 = 0x1.3198a2ep-69;
    private static final double REST_3 = 0x1.b839a252049c1p-104;

    private static final int HIGH_QUARTER_PI = highWord(Math.PI / 4);
    private static final int HIGH_THREE_QUARTERS_PI = highWord(3 * Math.PI / 4);

    /** Lost bits from which another part of π/2 is needed. */
    private static final int FIRST_BITS = 16;

    private static final int SECOND_BITS = 49;

    /** Below it an angle is its sine, and its cosine 1. */
    private static final double TINY = 0x1p-27;

    private static final double S1 = -0x1.5555555555549p-3;
    private static final double S2 = 0x1.111111110f8a6p-7;
    private static final double S3 = -0x1.a01a019c161d5p-13;
    private static final double S4 = 0x1.71de357b1fe7dp-19;
    private static final double S5 = -0x1.ae5e68a2b9cebp-26;
    private static final double S6 = 0x1.5d93a5acfd57cp-33;

    private static final double C1 = 0x1.555555555554cp-5;
    private static final double C2 = -0x1.6c16c16c15177p-10;
    private static final double C3 = 0x1.a01a019cb159p-16;
    private static final double C4 = -0x1.27e4f809c52adp-22;
    private static final double C5 = 0x1.1ee9ebdb4b1c4p-29;
    private static final double C6 = -0x1.8fae9be8838d4p-37;

    private static final int HIGH_SMALL = 0x3fd3_3333;
    private static final int HIGH_LARGE = 0x3fe9_0000;
    private static final double LARGE_QUARTER = 0.28125;
    private static final int BY_FOUR = 0x0020_0000;
    private static final int EXPONENT_SHIFT = 20;
    private static final int EXPONENT = 0x7ff;

    /** Multiples of π/2 that were taken away, and what is left: head + tail. */
    private int quadrant;

    private double head;
    private double tail;

    private static int highWord(double x) {
        return (int) (Double.doubleToRawLongBits(x) >> Integer.SIZE);
    }

    /** Makes it the angle x ∈ [0, 2π). */
    void set(double x) {
        int high = highWord(x);
        if (high <= HIGH_QUARTER_PI) {
            quadrant = 0;
            head = x;
            tail = 0;
        } else if (high < HIGH_THREE_QUARTERS_PI) {
            quadrant = 1;
            boolean near = high == highWord(Math.PI / 2);
            split(near ? x - PART_1 - PART_2 : x - PART_1, near ? REST_2 : REST_1);
        } else {
            quadrant = (int) (x * TWO_BY_PI + 0.5);
            takeQuadrant(x, high);
        }
    }

    private void split(double value, double rest) {
        head = value - rest;
        tail = value - head - rest;
    }

    /** Takes away as many parts of π/2 as leave digits enough. */
    private void takeQuadrant(double x, int high) {
        double value = x - quadrant * PART_1;
        split(value, quadrant * REST_1);
        if (high == highWord(quadrant * (Math.PI / 2)) && lostBits(high) > FIRST_BITS) {
            value = splitFurther(value, PART_2, REST_2);
            if (lostBits(high) > SECOND_BITS) {
                splitFurther(value, PART_3, REST_3);
            }
        }
    }

    private double splitFurther(double value, double part, double rest) {
        double product = quadrant * part;
        double left = value - product;
        split(left, quadrant * rest - (value - left - product));
        return left;
    }

    private int lostBits(int high) {
        return (high >> EXPONENT_SHIFT) - (highWord(head) >> EXPONENT_SHIFT & EXPONENT);
    }

    double sin() {
        return switch (quadrant & 3) {
            case 0 -> sineOfRest();
            case 1 -> cosineOfRest();
            case 2 -> -sineOfRest();
            default -> -cosineOfRest();
        };
    }

    double cos() {
        return switch (quadrant & 3) {
            case 0 -> cosineOfRest();
            case 1 -> -sineOfRest();
            case 2 -> -cosineOfRest();
            default -> sineOfRest();
        };
    }

    private double sineOfRest() {
        double x = head;
        if (Math.abs(x) < TINY) {
            return x;
        }
        double z = x * x;
        double cube = z * x;
        double r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
        return quadrant == 0 ? x + cube * (S1 + z * r) : x - ((z * (0.5 * tail - cube * r) - tail) - cube * S1);
    }

    private double cosineOfRest() {
        double x = head;
        if (Math.abs(x) < TINY) {
            return 1;
        }
        double z = x * x;
        double r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))));
        int high = highWord(Math.abs(x));
        if (high < HIGH_SMALL) {
            return 1 - (0.5 * z - (z * r - x * tail));
        }
        // A quarter of x that 1 and z/2 lose no bit by.
        double quarter =
                high > HIGH_LARGE ? LARGE_QUARTER : Double.longBitsToDouble((long) (high - BY_FOUR) << Integer.SIZE);
        return (1 - quarter) - ((0.5 * z - quarter) - (z * r - x * tail));
    }
}
