package org.icl4j.lab.experiment;

import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A setting of an experiment: what it is called, what it may be, what it is unless set.
 *
 * @param name as in {@code --set name=value}
 * @param kind what its text must be
 * @param defaults value at each scale
 * @param min least number allowed; not used for text
 * @param max greatest number allowed; not used for text
 * @param help one line
 */
public record Setting(String name, Kind kind, Map<Scale, String> defaults, double min, double max, String help) {
    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d+");
    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /** What a value must be. */
    public enum Kind {
        /** A whole number. */
        INTEGER,
        /** A finite decimal number. */
        REAL,
        /** Any text. */
        TEXT
    }

    /** A whole number with one default for each scale. */
    public static Setting integer(String name, long quick, long standard, long full, long min, long max, String help) {
        Map<Scale, String> defaults = each(Long.toString(quick), Long.toString(standard), Long.toString(full));
        return new Setting(name, Kind.INTEGER, defaults, min, max, help);
    }

    /** A whole number with one default. */
    public static Setting integer(String name, long value, long min, long max, String help) {
        return integer(name, value, value, value, min, max, help);
    }

    /** A decimal number with one default for each scale. */
    public static Setting real(
            String name, double quick, double standard, double full, double min, double max, String help) {
        Map<Scale, String> defaults = each(Double.toString(quick), Double.toString(standard), Double.toString(full));
        return new Setting(name, Kind.REAL, defaults, min, max, help);
    }

    /** A decimal number with one default. */
    public static Setting real(String name, double value, double min, double max, String help) {
        return real(name, value, value, value, min, max, help);
    }

    /** A text with one default. */
    public static Setting text(String name, String value, String help) {
        return new Setting(name, Kind.TEXT, each(value, value, value), 0, 0, help);
    }

    private static Map<Scale, String> each(String quick, String standard, String full) {
        Map<Scale, String> defaults = new EnumMap<>(Scale.class);
        defaults.put(Scale.QUICK, quick);
        defaults.put(Scale.STANDARD, standard);
        defaults.put(Scale.FULL, full);
        return defaults;
    }

    /** What may be given, in words. */
    public String range() {
        return switch (kind) {
            case INTEGER -> "a whole number from " + (long) min + " to " + (long) max;
            case REAL -> "a number from " + min + " to " + max;
            case TEXT -> "text";
        };
    }

    /**
     * The value in the form in which it is recorded.
     *
     * @throws UsageException if it is not what this setting may be
     */
    String canonical(String value) {
        try {
            return switch (kind) {
                case INTEGER -> Long.toString((long) within(Long.parseLong(written(WHOLE, value)), value));
                case REAL -> Double.toString(within(Double.parseDouble(written(DECIMAL, value)), value));
                case TEXT -> value;
            };
        } catch (NumberFormatException e) {
            throw refused(value);
        }
    }

    /** Java reads more than people write, such as 0x1p-3 and 1e-3f. */
    private String written(Pattern form, String value) {
        String text = value.strip();
        if (!form.matcher(text).matches()) {
            throw refused(value);
        }
        return text;
    }

    private double within(double number, String value) {
        if (!(number >= min && number <= max)) {
            throw refused(value);
        }
        return number;
    }

    private UsageException refused(String value) {
        return new UsageException(name + "=" + value + ": must be " + range() + " (" + help + ")");
    }
}
