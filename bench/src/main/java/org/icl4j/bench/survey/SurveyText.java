package org.icl4j.bench.survey;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.icl4j.kernels.workload.MachineLimits;
import org.icl4j.report.Json;
import org.icl4j.report.Machine;
import org.icl4j.report.Plot;
import org.icl4j.report.SvgRenderer;
import org.icl4j.report.TextTable;

/** A survey for people, as tables and as a page, and for programs, as JSON. */
final class SurveyText {
    private static final String TEMPLATE = "survey.html.mustache";
    private static final double MICRO = 1e6;
    private static final double PERCENT = 100;

    private SurveyText() {}

    /** The machine's limits, a row a number of threads. */
    static String limits(Survey survey) {
        List<List<String>> rows = new ArrayList<>();
        for (MachineLimits limits : survey.limits().values()) {
            if (rows.isEmpty()) {
                List<String> header = new ArrayList<>(List.of("THREADS"));
                limits.multiplyAdds().keySet().forEach(width -> header.add("FMA-" + width + " GFLOP/s"));
                header.add("DIVIDE G/s");
                limits.levels().forEach(level -> header.add(level.name() + " READ/COPY/UPDATE GB/s"));
                rows.add(header);
            }
            List<String> row = new ArrayList<>(List.of(Integer.toString(limits.threads())));
            limits.multiplyAdds().values().forEach(rate -> row.add(format("%.1f", 2 * rate)));
            row.add(format("%.2f", limits.divisions()));
            limits.levels()
                    .forEach(
                            level -> row.add(format("%.0f / %.0f / %.0f", level.read(), level.copy(), level.update())));
            rows.add(row);
        }
        return TextTable.of(rows);
    }

    /** The kernels, a row each. */
    static String table(Survey survey) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "KERNEL",
                "SHAPE",
                "PROVIDER",
                "THREADS",
                "TIME",
                "SPREAD",
                "RATE",
                "",
                "LIMIT",
                "OF LIMIT",
                "BOUND BY"));
        survey.lines().forEach(line -> rows.add(List.copyOf(cells(line).values())));
        return TextTable.of(rows);
    }

    private static Map<String, String> cells(Measured line) {
        Map<String, String> cells = new LinkedHashMap<>();
        cells.put("kernel", line.kernel());
        cells.put("shape", line.shape());
        cells.put("provider", line.provider());
        cells.put("threads", format("%7d", line.threads()));
        cells.put("time", time(line.timing().seconds()));
        cells.put("spread", format("%4.0f %%", PERCENT * line.timing().spread()));
        cells.put("rate", format("%7.1f", line.rate()));
        cells.put("unit", line.unit());
        cells.put("limit", format("%7.1f", line.limitRate()));
        cells.put("fraction", format("%6.0f %%", PERCENT * line.fraction()));
        cells.put("boundBy", line.limit().name());
        return cells;
    }

    private static String time(double seconds) {
        double micros = seconds * MICRO;
        return micros < 1000 ? format("%7.2f µs", micros) : format("%7.2f ms", micros / 1000);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** One array, an object a line. */
    static String json(Survey survey) {
        List<Map<String, Object>> array = new ArrayList<>();
        survey.lines().forEach(line -> array.add(line.json()));
        return Json.text(array);
    }

    /** A self-contained page. */
    static String html(Survey survey, List<Plot> plots) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("cpu", Machine.cpu());
        model.put("jdk", Machine.jdk());
        model.put("os", Machine.os());
        model.put("flags", String.join(" ", Machine.flags()));
        model.put("version", Machine.version() + ", commit " + Machine.commit());
        model.put("warnings", survey.warnings());
        model.put("plots", plots.stream().map(SvgRenderer::render).toList());
        model.put("limits", limits(survey));
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Measured line : survey.lines()) {
            Map<String, Object> cells = new LinkedHashMap<>(cells(line));
            cells.put("percent", format("%.0f", Math.min(PERCENT, PERCENT * line.fraction())));
            lines.add(cells);
        }
        model.put("lines", lines);
        return Mustache.compiler().compile(template()).execute(model);
    }

    private static String template() {
        try (InputStream in = SurveyText.class.getResourceAsStream(TEMPLATE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(TEMPLATE + " is part of the program", e);
        }
    }
}
