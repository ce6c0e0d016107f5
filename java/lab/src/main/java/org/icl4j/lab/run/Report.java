package org.icl4j.lab.run;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.lab.experiment.Conclusion;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.report.Figures;

/** One self-contained page on a run, for people. Its form is in {@code report.html.mustache}. */
final class Report {
    private static final String TEMPLATE = "report.html.mustache";

    private Report() {}

    /** A row of a table of names and values. */
    private record Row(String name, Object value) {}

    static String html(
            Experiment experiment,
            Manifest manifest,
            List<Conclusion> conclusions,
            Collection<String> plots,
            List<String> warnings) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("name", experiment.name());
        model.put("summary", experiment.summary());
        model.put("manifest", manifest);
        model.put("verdicts", rows(manifest.verdicts()));
        model.put("claims", conclusions.stream().map(Report::claim).toList());
        model.put("plots", plots);
        model.put("warnings", warnings);
        model.put("hasWarnings", !warnings.isEmpty());
        model.put("settings", rows(manifest.settings()));
        model.put("environment", environment(manifest));
        return Mustache.compiler().nullValue("none").compile(template()).execute(model);
    }

    private static Map<String, Object> claim(Conclusion c) {
        Map<String, Object> claim = new LinkedHashMap<>();
        claim.put("id", c.id());
        claim.put("statement", c.statement());
        claim.put("source", c.source());
        claim.put("verdict", c.verdict());
        claim.put("measured", Figures.text(c.measured()));
        claim.put("interval", c.low() == c.high() ? "" : Figures.text(c.low()) + " … " + Figures.text(c.high()));
        claim.put("required", c.relation() + " " + Figures.text(c.threshold()));
        return claim;
    }

    private static List<Row> environment(Manifest m) {
        List<Row> rows = new ArrayList<>();
        m.inputs().forEach((file, sha256) -> rows.add(new Row("SHA-256 of " + file, sha256)));
        rows.add(new Row("kernels", m.provider() + ", " + m.speciesBits() + "-bit vectors, FMA " + m.fma()));
        rows.add(new Row("threads", m.threads()));
        rows.add(new Row(
                "OpenBLAS",
                m.openblas() == null
                        ? "not used"
                        : m.openblas().config() + ", core " + m.openblas().core()));
        rows.add(new Row("CPU", m.cpu()));
        rows.add(new Row("system", m.os()));
        rows.add(new Row("JDK", m.jdk()));
        rows.add(new Row("JVM flags", String.join(" ", m.flags())));
        rows.add(new Row("icl4j", m.version() + ", commit " + m.commit()));
        rows.add(new Row("started", m.started()));
        m.seconds().forEach((stage, seconds) -> rows.add(new Row("seconds for " + stage, seconds)));
        return rows;
    }

    private static List<Row> rows(Map<String, ?> map) {
        List<Row> rows = new ArrayList<>();
        map.forEach((name, value) -> rows.add(new Row(name, value)));
        return rows;
    }

    private static String template() {
        try (InputStream in = Report.class.getResourceAsStream(TEMPLATE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(TEMPLATE + " is part of the program", e);
        }
    }
}
