package org.icl4j.lab.run;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Conclusion;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Measurement;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.report.Json;
import org.icl4j.report.Plot;
import org.icl4j.report.Progress;
import org.icl4j.report.SvgRenderer;

/** Carries out a run from the request to the last file of its directory. */
public final class Runner {
    private final Experiment experiment;
    private final RunRequest request;
    private final KernelOptions options;
    private final Progress progress;

    /**
     * @param request what to run; its experiment is {@code experiment}
     * @param options provider and threads
     */
    public Runner(Experiment experiment, RunRequest request, KernelOptions options, Progress progress) {
        this.experiment = experiment;
        this.request = request;
        this.options = options;
        this.progress = progress;
    }

    /**
     * What a run ended in.
     *
     * @param directory where its files are
     * @param conclusions what came out for each claim
     */
    public record Result(Path directory, List<Conclusion> conclusions) {}

    /**
     * Runs and writes everything, the manifest last.
     *
     * @param out the run directory, made if it is not there
     * @param resume whether to go on with an unfinished run in it
     * @throws UsageException if the experiment claims nothing in the precision
     * @throws IOException if the directory cannot be written; what was complete before is then still there
     */
    public Result run(Path out, boolean resume) throws IOException {
        requireClaims();
        Settings settings = Settings.resolve(experiment.settings(), request.scale(), request.given());
        try (RunDirectory directory = RunDirectory.open(out, resume)) {
            return runIn(directory, settings, Precision.of(request.precision()));
        }
    }

    private void requireClaims() {
        List<Precision<?>> precisions = experiment.precisions(request.scale());
        if (!precisions.contains(Precision.of(request.precision()))) {
            throw new UsageException("--precision " + request.precision() + ": " + experiment.name()
                    + " claims nothing in it; allowed here: " + precisions);
        }
    }

    private <A> Result runIn(RunDirectory directory, Settings settings, Precision<A> precision) throws IOException {
        StageClock clock = new StageClock(progress);
        Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        try (Kernels<A> kernels = Kernels.open(precision, options)) {
            Run<A> run = new Run<>(experiment, request, settings, kernels, directory.checkpoints(), clock);
            experiment.run(run);
            List<Conclusion> conclusions = run.conclusions();
            Map<String, String> plots = new LinkedHashMap<>();
            try (Progress.Stage stage = clock.begin("report", run.plots().size())) {
                for (Plot plot : run.plots()) {
                    plots.put(plot.name(), SvgRenderer.render(plot));
                    stage.at(plots.size(), plot.name());
                }
            }
            Manifest manifest =
                    Manifest.of(request, settings, run.inputs(), kernels.info(), started, clock.seconds(), conclusions);
            directory.write(RunDirectory.MEASUREMENTS, csv(run.measurements()));
            directory.write(RunDirectory.CLAIMS, Json.text(conclusions));
            for (Map.Entry<String, String> plot : plots.entrySet()) {
                directory.writePlot(plot.getKey(), plot.getValue());
            }
            directory.write(
                    RunDirectory.REPORT,
                    Report.html(experiment, manifest, conclusions, plots.values(), run.warnings()));
            directory.write(RunDirectory.MANIFEST, Json.text(manifest));
            return new Result(directory.path(), conclusions);
        }
    }

    private static String csv(List<Measurement> measurements) {
        StringWriter text = new StringWriter();
        try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
            csv.writeRecord("condition", "position", "seed", "metric", "value");
            for (Measurement m : measurements) {
                csv.writeRecord(
                        m.condition(),
                        Long.toString(m.position()),
                        Long.toString(m.seed()),
                        m.metric(),
                        Double.toString(m.value()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return text.toString();
    }

    /** Passes progress on and keeps how long each stage took. */
    private static final class StageClock implements Progress {
        private final Progress to;
        private final Map<String, Double> seconds = new LinkedHashMap<>();

        StageClock(Progress to) {
            this.to = to;
        }

        Map<String, Double> seconds() {
            return seconds;
        }

        @Override
        public Stage begin(String name, long total) {
            long start = System.nanoTime();
            Stage stage = to.begin(name, total);
            return new Stage() {
                @Override
                public void at(long done, String note) {
                    stage.at(done, note);
                }

                @Override
                public boolean isWatched() {
                    return stage.isWatched();
                }

                @Override
                public void close() {
                    stage.close();
                    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
                    seconds.merge(name, millis / 1000.0, Double::sum);
                }
            };
        }
    }
}
