package org.icl4j.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A picture to be drawn: series of points on two axes, with the words that let a person read it without the text around it.
 *
 * @param name file name without ending
 * @param title what the picture shows, as a sentence
 * @param subtitle how it was measured
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param series what is drawn, in the order of the legend
 */
public record Plot(String name, String title, String subtitle, Axis x, Axis y, List<Series> series) {
    /** Copies the list. */
    public Plot {
        series = List.copyOf(series);
    }

    /** A picture without series. */
    public static Plot of(String name, String title, String subtitle, Axis x, Axis y) {
        return new Plot(name, title, subtitle, x, y, List.of());
    }

    /** The same with one more series. */
    public Plot with(Series more) {
        List<Series> all = new ArrayList<>(series);
        all.add(more);
        return new Plot(name, title, subtitle, x, y, all);
    }

    /**
     * An axis.
     *
     * @param label what it shows, with the unit
     * @param logarithmic whether powers of ten are evenly spaced; points that are not positive are then left out
     * @param categories names of the positions 0, 1, 2, …, or empty for numbers
     */
    public record Axis(String label, boolean logarithmic, List<String> categories) {
        /** Copies the list. */
        public Axis {
            categories = List.copyOf(categories);
        }

        /** Evenly spaced numbers. */
        public static Axis linear(String label) {
            return new Axis(label, false, List.of());
        }

        /** Evenly spaced powers of ten. */
        public static Axis logarithmic(String label) {
            return new Axis(label, true, List.of());
        }

        /** Names instead of numbers, at 0, 1, 2, …. */
        public static Axis named(String label, List<String> categories) {
            return new Axis(label, false, categories);
        }
    }

    /** How a series is drawn. */
    public enum Style {
        /** Points joined by a line. */
        LINE,
        /** A broken line without points, for references. */
        DASHED,
        /** Points alone. */
        POINTS,
        /** Rings, which leave what they surround visible. */
        RINGS
    }

    /**
     * Points of one kind.
     *
     * @param label entry of the legend
     * @param style how they are drawn
     * @param xs horizontal positions
     * @param ys vertical positions, as many
     */
    public record Series(String label, Style style, double[] xs, double[] ys) {
        /**
         * @throws IllegalArgumentException if there are not as many xs as ys
         */
        public Series {
            if (xs.length != ys.length) {
                throw new IllegalArgumentException(
                        "series '" + label + "' has " + xs.length + " xs and " + ys.length + " ys");
            }
        }
    }
}
