package org.icl4j.lab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Experiments;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.run.Runner;
import org.icl4j.report.ProgressBars;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code icl4j run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Icl4jCommand.Version.class,
        description = {
            "Runs an experiment, writes its run directory and prints its claims.",
            "icl4j list EXPERIMENT shows the settings."
        })
final class RunCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    private final Experiments experiments;
    private final Console console;

    @Parameters(paramLabel = "EXPERIMENT", description = "name of the experiment")
    private String name;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "a setting; may be repeated")
    private List<String> set = List.of();

    @Option(names = "--config", paramLabel = "FILE", description = "settings from a JSON object; --set goes before it")
    private Path config;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "seed of everything random (default: 1)")
    private long seed;

    @Option(
            names = "--scale",
            paramLabel = "S",
            defaultValue = "standard",
            description = "quick, standard (default) or full, the paper's size")
    private String scaleName;

    @Option(names = "--precision", paramLabel = "P", defaultValue = "f32", description = "f32 (default) or f64")
    private String precision;

    @Option(names = "--out", paramLabel = "DIR", description = "run directory (default: runs/EXPERIMENT-TIME-SEED)")
    private Path out;

    @Option(names = "--resume", description = "go on with the unfinished run in --out")
    private boolean resume;

    @Mixin
    private MachineOptions machine;

    RunCommand(Experiments experiments, Console console) {
        this.experiments = experiments;
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Experiment experiment = experiments.get(name);
        PrecisionOption.require(precision);
        RunRequest request = new RunRequest(name, Scale.of(scaleName), precision, seed, given());
        Runner runner = new Runner(
                experiment, request, machine.kernelOptions(), ProgressBars.on(console.err(), console.terminal()));
        Path directory = directory();
        Runner.Result result = runner.run(directory, resume);
        ClaimTable.print(console, result.conclusions());
        console.out().println();
        console.out().println("report: " + result.directory().resolve("report.html"));
        boolean failed = result.conclusions().stream().anyMatch(c -> c.verdict() == Claim.Verdict.FAIL);
        return failed ? ExitCode.FAILED : ExitCode.OK;
    }

    private Map<String, String> given() throws IOException {
        Map<String, String> given = new LinkedHashMap<>();
        if (config != null) {
            given.putAll(ConfigFile.read(config));
        }
        Map<String, String> fromOptions = new LinkedHashMap<>();
        for (String pair : set) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--set " + pair + ": expected KEY=VALUE");
            }
            String key = pair.substring(0, equals);
            String value = pair.substring(equals + 1);
            String before = fromOptions.put(key, value);
            if (before != null) {
                throw new UsageException(
                        "--set " + key + " is given twice, as " + before + " and as " + value + "; give it once");
            }
        }
        given.putAll(fromOptions);
        return given;
    }

    private Path directory() {
        if (out == null) {
            if (resume) {
                throw new UsageException("--resume needs --out DIR, the directory of the unfinished run");
            }
            return Path.of("runs", name + "-" + LocalDateTime.now().format(TIME) + "-" + seed);
        }
        OutOption.requireName(out);
        if (resume && Files.notExists(out)) {
            console.err().println("nothing to resume in " + out + ": starting from the beginning");
        }
        return out;
    }
}
