package org.icl4j.bench.widths;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.icl4j.bench.survey.Timing;
import org.icl4j.report.Json;
import org.icl4j.report.TextTable;

/** Times by width for people, as a table, and for programs, as JSON. */
final class WidthsText {
    private static final double MICRO = 1e6;

    private WidthsText() {}

    /** A row each. */
    static String table(List<WidthTimes> rows, int taken) {
        List<List<String>> table = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("KERNEL", "SHAPE"));
        rows.getFirst().seconds().keySet().forEach(bits -> header.add(bits + " BITS µs"));
        header.addAll(List.of(taken + "/BEST", "BEST"));
        table.add(header);
        for (WidthTimes row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.kernel(), row.shape()));
            row.seconds()
                    .keySet()
                    .forEach(bits -> cells.add(format("%11.1f", row.timing(bits).seconds() * MICRO)));
            cells.add(format("%8.2f", row.overBest(taken)));
            cells.add(Integer.toString(row.best()));
            table.add(cells);
        }
        return TextTable.of(table);
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** One array, an object for each workload and width. */
    static String json(List<WidthTimes> rows, int taken) {
        List<Map<String, Object>> array = new ArrayList<>();
        for (WidthTimes row : rows) {
            for (int bits : row.seconds().keySet()) {
                Timing timing = row.timing(bits);
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("kernel", row.kernel());
                object.put("shape", row.shape());
                object.put("bits", bits);
                object.put("default", bits == taken);
                object.put("seconds", timing.seconds());
                object.put("spread", timing.spread());
                array.add(object);
            }
        }
        return Json.text(array);
    }
}
