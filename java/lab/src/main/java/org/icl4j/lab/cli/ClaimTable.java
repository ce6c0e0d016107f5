package org.icl4j.lab.cli;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.lab.experiment.Conclusion;
import org.icl4j.report.Figures;

/** Claims and what came out, a row a claim. */
final class ClaimTable {
    private ClaimTable() {}

    static void print(Console console, List<Conclusion> conclusions) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("VERDICT", "CLAIM", "MEASURED", "THRESHOLD", "SOURCE"));
        for (Conclusion c : conclusions) {
            rows.add(List.of(
                    c.verdict().name(),
                    c.id(),
                    Figures.text(c.measured()) + interval(c),
                    c.relation() + " " + Figures.text(c.threshold()),
                    c.source()));
        }
        console.table(rows);
    }

    private static String interval(Conclusion c) {
        return c.low() == c.high() ? "" : " [" + Figures.text(c.low()) + ", " + Figures.text(c.high()) + "]";
    }
}
