package org.icl4j.bench.survey;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelLookup;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.report.Machine;
import org.icl4j.report.Plot;
import org.icl4j.report.ProgressBars;
import org.icl4j.report.SvgRenderer;
import org.icl4j.report.Terminal;
import org.icl4j.transformer.files.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code icl4j bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures what this CPU can do, and then each kernel as a share of the limit that binds it, per provider"
                    + " and number of threads. Takes about two minutes; on some kernels, or with --quick, under 45"
                    + " seconds."
        })
public final class SurveyCommand implements Callable<Integer> {
    private final PrintStream terminal;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "KERNEL", description = "kernels to measure, such as gemm or softmax (default: all)")
    private List<String> kernels = List.of();

    @Option(names = "--quick", description = "one or two shapes for each kernel, and less time on each")
    private boolean quick;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description = "measure this provider only (default: all that run here but scalar, the specification)")
    private String provider;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "measure with N threads only (default: with 1 and with all)")
    private Integer threads;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "write the numbers as JSON; - for stdout, instead of tables")
    private String json;

    @Option(names = "--out", paramLabel = "DIR", description = "write roofline-*.svg and bench.html there")
    private Path out;

    /** Progress is shown on {@code terminal}, if a person watches it. */
    public SurveyCommand(PrintStream terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        KernelNames.require(kernels, spec);
        Survey.Request request = new Survey.Request(kernels, providers(), threadCounts(), quick);
        requireWritable();
        Survey survey = Survey.make(request, ProgressBars.on(terminal, Terminal.isPresent()));
        PrintWriter stdout = spec.commandLine().getOut();
        if ("-".equals(json)) {
            stdout.print(SurveyText.json(survey));
        } else {
            stdout.println("CPU: " + Machine.cpu() + ", JDK " + Machine.jdk());
            stdout.println();
            stdout.print(SurveyText.limits(survey));
            stdout.println();
            stdout.print(SurveyText.table(survey));
            if (json != null) {
                write(Path.of(json), SurveyText.json(survey));
            }
        }
        stdout.flush();
        survey.warnings().forEach(this::warn);
        if (out != null) {
            writePictures(survey);
        }
        return 0;
    }

    private void warn(String warning) {
        spec.commandLine().getErr().println("WARNING: " + warning);
    }

    private List<String> providers() {
        if (provider == null) {
            UsableProviders usable = UsableProviders.of(KernelLookup.providers());
            usable.missing().forEach(this::warn);
            return usable.names();
        }
        if (!KernelLookup.providers().contains(provider)) {
            throw new ParameterException(
                    spec.commandLine(), "--provider " + provider + ": choose one of " + KernelLookup.providers());
        }
        return List.of(provider);
    }

    private List<Integer> threadCounts() {
        if (threads == null) {
            return Stream.of(1, Runtime.getRuntime().availableProcessors())
                    .distinct()
                    .toList();
        }
        if (threads < 1 || threads > KernelOptions.MAX_THREADS) {
            throw new ParameterException(
                    spec.commandLine(), "--threads " + threads + ": allowed are 1 to " + KernelOptions.MAX_THREADS);
        }
        return List.of(threads);
    }

    /** Before two minutes of measuring, not after. */
    private void requireWritable() throws IOException {
        if (out != null) {
            Files.createDirectories(out);
        }
        if (json != null && !json.equals("-")) {
            Path directory = Path.of(json).toAbsolutePath().getParent();
            if (!Files.isWritable(directory) || Files.isDirectory(Path.of(json))) {
                throw new ParameterException(spec.commandLine(), "--json " + json + ": cannot be written");
            }
        }
    }

    private void writePictures(Survey survey) throws IOException {
        List<Plot> plots = Rooflines.of(survey);
        for (Plot plot : plots) {
            write(out.resolve(plot.name() + ".svg"), SvgRenderer.render(plot));
        }
        Path page = out.resolve("bench.html");
        write(page, SurveyText.html(survey, plots));
        spec.commandLine().getErr().println("report: " + page);
    }

    private static void write(Path file, String text) throws IOException {
        AtomicFile.replace(file, text);
    }
}
