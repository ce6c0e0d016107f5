package org.icl4j.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.jetbrains.letsPlot.commons.encoding.UnsupportedRGBEncoder;
import org.jetbrains.letsPlot.core.util.PlotSvgExportCommon;

/** Draws a {@link Plot} as SVG with lets-plot, which needs neither a display nor fonts on the machine. */
public final class SvgRenderer {
    private static final int WIDTH = 820;
    private static final int HEIGHT = 460;

    /** Okabe and Ito's colours, which most people with a colour vision deficiency can tell apart. */
    private static final List<String> COLOURS =
            List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000");

    private static final String X = "x";
    private static final String Y = "y";
    private static final String SERIES = "series";

    private SvgRenderer() {}

    /** The picture as one SVG document; the same plot gives the same bytes. */
    public static String render(Plot plot) {
        Map<String, Object> spec = new HashMap<>();
        spec.put("kind", "plot");
        spec.put("ggtitle", map("text", plot.title(), "subtitle", plot.subtitle()));
        spec.put("ggsize", map("width", WIDTH, "height", HEIGHT));
        spec.put("theme", theme());
        spec.put("layers", layers(plot));
        spec.put("scales", scales(plot));
        return StableIds.of(
                PlotSvgExportCommon.INSTANCE.buildSvgImageFromRawSpecs(spec, null, new UnsupportedRGBEncoder(), false));
    }

    private static Map<String, Object> theme() {
        return map(
                "name",
                "minimal",
                "legend_position",
                "bottom",
                "axis_text_x",
                map("angle", 0, "blank", false),
                "plot_background",
                map("fill", "white", "color", "white", "blank", false));
    }

    private static Map<String, Object> map(Object... entries) {
        Map<String, Object> map = new HashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }

    private static List<Object> layers(Plot plot) {
        List<Object> layers = new ArrayList<>();
        for (Series series : plot.series()) {
            Map<String, Object> data = data(plot, series);
            switch (series.style()) {
                case LINE -> {
                    layers.add(layer("line", data, "size", 1.1));
                    layers.add(layer("point", data, "size", 2.2));
                }
                case DASHED -> layers.add(layer("line", data, "size", 1.0, "linetype", "dashed"));
                case POINTS -> layers.add(layer("point", data, "size", 3.2));
                case RINGS -> layers.add(layer("point", data, "size", 5.0, "shape", 1, "stroke", 1.2));
            }
        }
        return layers;
    }

    private static Map<String, Object> layer(String geom, Map<String, Object> data, Object... options) {
        Map<String, Object> layer = map(options);
        layer.put("geom", geom);
        layer.put("data", data);
        layer.put("mapping", map(X, X, Y, Y, "color", SERIES));
        layer.put("tooltips", "none");
        return layer;
    }

    private static Map<String, Object> data(Plot plot, Series series) {
        List<Object> xs = new ArrayList<>();
        List<Object> ys = new ArrayList<>();
        List<Object> labels = new ArrayList<>();
        for (int i = 0; i < series.xs().length; i++) {
            if (drawable(plot.x(), series.xs()[i]) && drawable(plot.y(), series.ys()[i])) {
                xs.add(series.xs()[i]);
                ys.add(series.ys()[i]);
                labels.add(series.label());
            }
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(X, xs);
        data.put(Y, ys);
        data.put(SERIES, labels);
        return data;
    }

    private static boolean drawable(Axis axis, double value) {
        return Double.isFinite(value) && (!axis.logarithmic() || value > 0);
    }

    private static List<Object> scales(Plot plot) {
        List<Object> labels = new ArrayList<>();
        List<Object> colours = new ArrayList<>();
        for (Series series : plot.series()) {
            labels.add(series.label());
            colours.add(COLOURS.get(colours.size() % COLOURS.size()));
        }
        return List.of(
                axis(X, plot.x(), plot, true),
                axis(Y, plot.y(), plot, false),
                map("aesthetic", "color", "values", colours, "limits", labels, "name", ""));
    }

    private static Map<String, Object> axis(String aesthetic, Axis axis, Plot plot, boolean horizontal) {
        Map<String, Object> scale = map("aesthetic", aesthetic, "name", axis.label());
        if (axis.logarithmic()) {
            scale.put("trans", "log10");
            List<Object> breaks = decades(plot, horizontal);
            scale.put("breaks", breaks);
            scale.put("labels", breaks.stream().map(SvgRenderer::shortNumber).toList());
        } else if (!axis.categories().isEmpty()) {
            List<Object> breaks = new ArrayList<>();
            for (int i = 0; i < axis.categories().size(); i++) {
                breaks.add((double) i);
            }
            scale.put("breaks", breaks);
            scale.put("labels", List.copyOf(axis.categories()));
        }
        return scale;
    }

    /** 1, 2 and 5 times the powers of ten within the data, or the powers alone over more than three of them. */
    private static List<Object> decades(Plot plot, boolean horizontal) {
        double least = Double.POSITIVE_INFINITY;
        double greatest = 0;
        for (Series series : plot.series()) {
            for (double value : horizontal ? series.xs() : series.ys()) {
                if (value > 0 && Double.isFinite(value)) {
                    least = Math.min(least, value);
                    greatest = Math.max(greatest, value);
                }
            }
        }
        List<Object> breaks = new ArrayList<>();
        if (greatest == 0) {
            return breaks;
        }
        int from = (int) Math.floor(Math.log10(least));
        int to = (int) Math.ceil(Math.log10(greatest));
        double[] digits = to - from > 3 ? new double[] {1} : new double[] {1, 2, 5};
        int every = Math.max(1, (to - from) / 8);
        for (int exponent = from; exponent <= to; exponent += every) {
            for (double digit : digits) {
                breaks.add(Double.parseDouble(digit + "e" + exponent));
            }
        }
        return breaks;
    }

    private static String shortNumber(Object value) {
        double number = (Double) value;
        if (number >= 1e-3 && number < 1e5) {
            return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
        }
        return "1e" + Math.round(Math.log10(number));
    }
}
