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
            names = "--precision",
            paramLabel = "P",
            description = "claims in this precision alone, f32 or f64 (default: both)")
    private String precision;

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
        if (precision != null) {
            PrecisionOption.require(precision);
        }
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
        List<String> leftOut = new ArrayList<>();
        for (Experiment experiment : experiments.all()) {
            boolean matched = false;
            boolean needed = false;
            for (Precision<?> inRun : experiment.precisions(scale)) {
                List<String> ids = matching(experiment.claims(scale, inRun), unused);
                List<String> chosen = ids.stream().filter(this::isInPrecision).toList();
                matched |= !ids.isEmpty();
                needed |= !chosen.isEmpty();
                if (!chosen.isEmpty()) {
                    wanted.put(new Needed(experiment, inRun), chosen);
                }
            }
            if (matched && !needed) {
                leftOut.add(experiment.name());
            }
        }
        requireMatches(unused);
        tell(leftOut, wanted.isEmpty());
        return wanted;
    }

    /** The ids that match a pattern; such patterns are not unused any more. */
    private List<String> matching(List<Claim> claims, List<String> unused) {
        List<String> ids = new ArrayList<>();
        for (Claim claim : claims) {
            List<String> matching = patterns.stream()
                    .filter(pattern -> matches(pattern, claim.id()))
                    .toList();
            unused.removeAll(matching);
            if (!matching.isEmpty()) {
                ids.add(claim.id());
            }
        }
        return ids;
    }

    private boolean isInPrecision(String id) {
        return precision == null || id.endsWith("." + precision);
    }

    private static void requireMatches(List<String> unused) {
        if (!unused.isEmpty()) {
            throw new UsageException("no claim matches " + unused + "; icl4j list shows them all");
        }
    }

    private void tell(List<String> leftOut, boolean isAll) {
        if (!leftOut.isEmpty()) {
            String sentence = "left out, with no such claim in " + precision + ": " + String.join(", ", leftOut);
            if (isAll) {
                throw new UsageException("--precision " + precision + ": nothing to run; " + sentence);
            }
            console.err().println(sentence);
        }
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
