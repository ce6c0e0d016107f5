package org.icl4j.bench.guard;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.icl4j.bench.guard.Comparison.Samples;
import org.icl4j.bench.steps.BlockWorkloads;
import org.icl4j.bench.survey.Survey;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.report.Json;
import org.icl4j.report.Progress;
import org.icl4j.report.ProgressBars;
import org.icl4j.report.Terminal;
import org.icl4j.report.TextTable;
import org.icl4j.transformer.files.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code icl4j bench guard}. */
@Command(
        name = "guard",
        mixinStandardHelpOptions = true,
        description = {
            "Compares the speed of the working tree with a commit's: builds both, times a process of each beside the"
                    + " other, and exits with 1 if a benchmark is slower beyond doubt, and is so again when it is"
                    + " repeated."
        })
public final class GuardCommand implements Callable<Integer> {
    private static final double TOLERANCE = 0.05;
    private static final double TOLERANCE_NOISY = 0.10;
    private static final int MIN_ROUNDS = 3;
    private static final int MAX_ROUNDS = 100;

    private final PrintStream terminal;

    @Spec
    private CommandSpec spec;

    @Option(names = "--base", paramLabel = "COMMIT", description = "what to compare with (default: ${DEFAULT-VALUE})")
    private String base = "HEAD";

    @Option(
            names = "--only",
            paramLabel = "REGEX",
            description = "benchmarks to run, such as 'gemm 512.*' (default: the kernels of bench --quick, about twenty"
                    + " minutes)")
    private String only;

    @Option(names = "--rounds", paramLabel = "N", description = "forks of each tree (default: ${DEFAULT-VALUE})")
    private int rounds = 8;

    @Option(names = "--noisy", description = "tolerate 10 %% instead of 5 %%, for machines with other load")
    private boolean noisy;

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "measure the working tree only, and keep the time of every fork")
    private Path save;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "compare with times kept by --save instead of a commit")
    private Path baseline;

    @Option(names = "--samples", paramLabel = "FILE", description = "write the time of every fork as JSON")
    private Path samples;

    /** Progress is shown on {@code terminal}, if a person watches it. */
    public GuardCommand(PrintStream terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        List<String> benchmarks = benchmarks();
        requireSense();
        Baseline kept = baseline == null ? null : Baseline.read(baseline);
        Path repository = Path.of(Commands.output(Path.of("").toAbsolutePath(), "git", "rev-parse", "--show-toplevel"));
        Path directory = Files.createTempDirectory("icl4j-guard");
        BaseTree.build(repository, directory);
        if (save != null) {
            Baseline.here(forks(List.of(repository), directory, benchmarks).getFirst())
                    .write(save);
            return 0;
        }
        if (kept != null) {
            return judge(
                    names -> pair(
                            kept.samples(),
                            forks(List.of(repository), directory, names).getFirst()),
                    benchmarks);
        }
        try (BaseTree tree = BaseTree.of(repository, base, directory)) {
            return judge(
                    names -> {
                        List<Map<String, double[]>> times = forks(List.of(tree.path(), repository), directory, names);
                        return pair(times.get(0), times.get(1));
                    },
                    benchmarks);
        }
    }

    private void requireSense() {
        if (rounds < MIN_ROUNDS || rounds > MAX_ROUNDS) {
            throw usage("--rounds " + rounds + ": allowed are " + MIN_ROUNDS + " to " + MAX_ROUNDS);
        }
        if (save != null && baseline != null) {
            throw usage("--save and --baseline exclude each other");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private List<String> benchmarks() {
        List<Workload<float[]>> all = new Survey.Request(List.of(), List.of(), List.of(), only == null).workloads();
        List<String> names = all.stream().map(Workload::name).toList();
        if (only == null) {
            return all.stream()
                    .filter(workload -> !BlockWorkloads.isStep(workload))
                    .map(Workload::name)
                    .toList();
        }
        try {
            Pattern pattern = Pattern.compile(only);
            List<String> chosen = names.stream()
                    .filter(name -> pattern.matcher(name).matches())
                    .toList();
            if (chosen.isEmpty()) {
                throw usage("--only " + only + " matches none of " + String.join(", ", names));
            }
            return chosen;
        } catch (PatternSyntaxException e) {
            throw usage("--only " + only + ": " + e.getDescription());
        }
    }

    private List<Map<String, double[]>> forks(List<Path> trees, Path directory, List<String> benchmarks)
            throws IOException {
        Progress progress = ProgressBars.on(terminal, Terminal.isPresent());
        return new ForkRuns(benchmarks, directory).inTurn(trees, rounds, progress);
    }

    private static List<Samples> pair(Map<String, double[]> base, Map<String, double[]> work) {
        List<Samples> samples = new ArrayList<>();
        work.forEach((name, times) -> {
            double[] before = base.get(name);
            if (before != null) {
                int rounds = Math.min(before.length, times.length);
                samples.add(new Samples(name, Arrays.copyOf(before, rounds), Arrays.copyOf(times, rounds)));
            }
        });
        return samples;
    }

    private int judge(Guard.Sampler sampler, List<String> benchmarks) throws IOException {
        List<Samples> all = new ArrayList<>();
        Guard guard = Guard.watch(
                names -> {
                    List<Samples> some = sampler.of(names);
                    all.addAll(some);
                    return some;
                },
                benchmarks,
                noisy ? TOLERANCE_NOISY : TOLERANCE);
        if (samples != null) {
            AtomicFile.replace(samples, Json.text(all));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(table(guard.first()));
        if (!guard.repeated().isEmpty()) {
            out.println();
            out.println("Suspects, repeated on new forks:");
            out.print(table(guard.repeated()));
        }
        out.println();
        out.println(
                guard.alarms().isEmpty()
                        ? "Nothing is slower beyond doubt."
                        : "SLOWER: " + String.join(", ", guard.alarms()));
        out.flush();
        return guard.alarms().isEmpty() ? 0 : 1;
    }

    private static String table(List<Comparison> comparisons) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("VERDICT", "TIME", "INTERVAL", "FORKS", "BENCHMARK"));
        for (Comparison c : comparisons) {
            rows.add(List.of(
                    c.verdict().name().toLowerCase(Locale.ROOT),
                    String.format(Locale.ROOT, "%+6.1f %%", 100 * (c.ratio() - 1)),
                    String.format(Locale.ROOT, "%+6.1f … %+6.1f %%", 100 * (c.low() - 1), 100 * (c.high() - 1)),
                    String.format(Locale.ROOT, "2 x %d", c.rounds()),
                    c.benchmark()));
        }
        return TextTable.of(rows);
    }
}
