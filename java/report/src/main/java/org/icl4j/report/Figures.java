package org.icl4j.report;

import java.util.Locale;

/** Numbers for people: three significant digits, the same in every locale. */
public final class Figures {
    private Figures() {}

    /** The number as text; whole numbers below 100,000 without a point. */
    public static String text(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e5) {
            return Long.toString((long) value);
        }
        double size = Math.abs(value);
        String format = size >= 1e-3 && size < 1e5 ? "%.3g" : "%.1e";
        return String.format(Locale.ROOT, format, value);
    }
}
