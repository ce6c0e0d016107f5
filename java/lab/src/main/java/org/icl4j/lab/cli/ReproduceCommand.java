package org.icl4j.lab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Conclusion;
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

/** {@code icl4j reproduce}. */
@Command(
        name = "reproduce",
        mixinStandardHelpOptions = true,
        versionProvider = Icl4jCommand.Version.class,
        description = "Runs what the claims need, with default settings, and prints them in one table.")
final class ReproduceCommand implements Callable<Integer> {
    private final Experiments experiments;
    private final Console console;

    @Parameters(
            arity = "0..*",
            paramLabel = "CLAIM",
            description = "ids of claims; * stands for any text, as in 'rank1.*' (default: all)")
    private List<String> patterns = List.of("*");

    @Option(
            names = "--scale",
            paramLabel = "S",
            defaultValue = "standard",
            description = "quick, standard (default) or full")
    private String scaleName;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "seed of everything random (default: 1)")
    private long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "keep the run directories in DIR")
    private Path out;

    @Mixin
    private MachineOptions machine;

    ReproduceCommand(Experiments experiments, Console console) {
        this.experiments = experiments;
        this.console = console;
    }

    /** A run that some of the wanted claims need. */
    private record Needed(Experiment experiment, Precision<?> precision) {}

    private Scale scale;

    @Override
    public Integer call() throws IOException {
        scale = Scale.of(scaleName);
        Map<Needed, List<String>> wanted = wanted();
        OutOption.requireName(out);
        Path directory = out == null ? Files.createTempDirectory("icl4j-reproduce-") : out;
        List<Conclusion> conclusions = new ArrayList<>();
        try {
            for (Map.Entry<Needed, List<String>> entry : wanted.entrySet()) {
                Needed needed = entry.getKey();
                conclusions.addAll(run(needed, directory).stream()
                        .filter(c -> entry.getValue().contains(c.id()))
                        .toList());
            }
        } finally {
            if (out == null) {
                delete(directory);
            }
        }
        ClaimTable.print(console, conclusions);
        return conclusions.stream().anyMatch(c -> c.verdict() == Claim.Verdict.FAIL) ? ExitCode.FAILED : ExitCode.OK;
    }

    private List<Conclusion> run(Needed needed, Path directory) throws IOException {
        String name = needed.experiment().name();
        RunRequest request = new RunRequest(name, scale, needed.precision().name(), seed, Map.of());
        Path runDirectory = directory.resolve(
                name + "-" + scale.label() + "-" + needed.precision().name() + "-" + seed);
        return new Runner(
                        needed.experiment(),
                        request,
                        machine.kernelOptions(),
                        ProgressBars.on(console.err(), console.terminal()))
                .run(runDirectory, false)
                .conclusions();
    }

    private Map<Needed, List<String>> wanted() {
        Map<Needed, List<String>> wanted = new LinkedHashMap<>();
        List<String> unused = new ArrayList<>(patterns);
        for (Experiment experiment : experiments.all()) {
            for (Precision<?> precision : List.of(Precision.F32, Precision.F64)) {
                for (Claim claim : experiment.claims(scale, precision)) {
                    for (String pattern : patterns) {
                        if (matches(pattern, claim.id())) {
                            unused.remove(pattern);
                            List<String> ids =
                                    wanted.computeIfAbsent(new Needed(experiment, precision), n -> new ArrayList<>());
                            if (!ids.contains(claim.id())) {
                                ids.add(claim.id());
                            }
                        }
                    }
                }
            }
        }
        if (!unused.isEmpty()) {
            throw new UsageException("no claim matches " + unused + "; icl4j list shows them all");
        }
        return wanted;
    }

    private static boolean matches(String pattern, String id) {
        StringBuilder regex = new StringBuilder();
        for (String literal : pattern.split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
        }
        return id.matches(regex.toString());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
