package org.icl4j.lab.curve;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** Pictures of something against the number of examples. */
final class CurvePlot {
    private CurvePlot() {}

    /** Axes without series. */
    static Plot of(String name, String title, String subtitle, Axis y) {
        return Plot.of(name, title, subtitle, Axis.linear("examples before the query"), y);
    }

    /** The first {@code count} values, from no examples on. */
    static Series series(String label, Style style, double[] values, int count) {
        return new Series(
                label, style, IntStream.range(0, count).asDoubleStream().toArray(), Arrays.copyOf(values, count));
    }

    /** An upright line. */
    static Series mark(String label, double x, double from, double to) {
        return new Series(label, Style.DASHED, new double[] {x, x}, new double[] {from, to});
    }
}
