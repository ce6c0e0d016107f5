package org.icl4j.bench.peers;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.icl4j.bench.BuiltTree;
import org.icl4j.bench.peers.Contest.Score;
import org.icl4j.bench.survey.KernelNames;
import org.icl4j.bench.survey.Survey;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.report.Json;
import org.icl4j.report.Machine;
import org.icl4j.report.Progress;
import org.icl4j.report.ProgressBars;
import org.icl4j.report.Terminal;
import org.icl4j.report.TextTable;
import org.icl4j.transformer.files.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code icl4j bench peers}. */
@Command(
        name = "peers",
        mixinStandardHelpOptions = true,
        description = {
            "Times other libraries beside icl4j on the same numbers, each in a process of its own, in turn, and"
                + " compares their answers. The libraries are fetched by mvn -Ppeers -Dmaven.test.skip=true package."
        })
public final class PeersCommand implements Callable<Integer> {
    private static final double MICRO = 1e6;
    private static final int MAX_ROUNDS = 1000;

    private final PrintStream terminal;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "KERNEL", description = "kernels to compare, such as gemm or attention (default: all)")
    private List<String> kernels = List.of();

    @Option(names = "--quick", description = "one or two shapes for each kernel")
    private boolean quick;

    @Option(names = "--threads", paramLabel = "N", description = "threads of each library (default: ${DEFAULT-VALUE})")
    private int threads = 1;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "measurements of each library (default: ${DEFAULT-VALUE})")
    private int rounds = 7;

    @Option(
            names = "--python",
            paramLabel = "FILE",
            description = "an interpreter that has torch: its training steps take part, eager and compiled")
    private Path python;

    @Option(names = "--json", paramLabel = "FILE", description = "write the numbers as JSON, too")
    private Path json;

    /** Progress is shown on {@code terminal}, if a person watches it. */
    public PeersCommand(PrintStream terminal) {
        this.terminal = terminal;
    }

    /** A workload and how each library did. */
    private record Row(Workload<float[]> workload, Map<PeerKind, Score> scores) {}

    @Override
    public Integer call() throws IOException {
        requireSense();
        String torch = python == null ? "" : PythonPeer.version(python);
        List<Workload<float[]>> workloads = new Survey.Request(kernels, List.of(), List.of(), quick).workloads();
        Path target = BuiltTree.here().target();
        Path scratch = Files.createTempDirectory("icl4j-peers");
        List<PeerProcess> peers = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        try (Progress.Stage stage =
                ProgressBars.on(terminal, Terminal.isPresent()).begin("peers", workloads.size())) {
            start(peers, target, scratch);
            Contest contest = new Contest(peers, scratch, rounds);
            contest.of(workloads.getFirst()); // So that the compilers are done before the first time that counts.
            for (Workload<float[]> workload : workloads) {
                rows.add(new Row(workload, contest.of(workload)));
                stage.at(rows.size(), workload.name());
            }
        } finally {
            peers.forEach(PeerProcess::close);
        }
        print(peers.stream().map(PeerProcess::kind).toList(), rows, torch);
        if (json != null) {
            AtomicFile.replace(json, Json.text(objects(rows)));
        }
        return 0;
    }

    private void requireSense() {
        KernelNames.require(kernels, spec);
        if (threads < 1 || threads > KernelOptions.MAX_THREADS) {
            throw usage("--threads " + threads + ": allowed are 1 to " + KernelOptions.MAX_THREADS);
        }
        if (rounds < 1 || rounds > MAX_ROUNDS) {
            throw usage("--rounds " + rounds + ": allowed are 1 to " + MAX_ROUNDS);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void start(List<PeerProcess> peers, Path target, Path scratch) throws IOException {
        List<PeerKind> invited = PeerKind.all().stream()
                .filter(kind -> !kind.inPython() || python != null)
                .toList();
        for (PeerKind kind : invited) {
            if (PeerProcess.isPresent(kind, target)) {
                String classPath = PeerProcess.classPath(kind, target);
                Path log = scratch.resolve(kind.label() + ".log");
                peers.add(new PeerProcess(kind, threads, classPath, log, flags(kind)));
            } else {
                spec.commandLine()
                        .getErr()
                        .println("WARNING: " + kind.label()
                                + " is missing; mvn -Ppeers -Dmaven.test.skip=true package fetches it");
            }
        }
    }

    private String[] flags(PeerKind kind) {
        return kind.inPython() ? new String[] {"-D" + PythonPeer.INTERPRETER + "=" + python} : new String[0];
    }

    private void print(List<PeerKind> peers, List<Row> rows, String torch) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("CPU: " + Machine.cpu() + ", " + threads + (threads == 1 ? " thread" : " threads") + ", " + rounds
                + " rounds in turn");
        if (python != null) {
            out.println("PyTorch from Python: " + torch);
        }
        out.println("µs of icl4j's vector provider, then each library's time over it: above 1 it is slower than icl4j");
        out.println();
        List<List<String>> table = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("WORKLOAD", "ICL4J µs", "SPREAD"));
        peers.stream().filter(kind -> kind != PeerKind.ICL4J).forEach(kind -> header.add(kind.name()));
        table.add(header);
        for (Row row : rows) {
            Score own = row.scores().get(PeerKind.ICL4J);
            List<String> cells = new ArrayList<>(List.of(row.workload().name()));
            cells.add(
                    own.timing() == null
                            ? own.note()
                            : format("%9.1f", own.timing().seconds() * MICRO));
            cells.add(
                    own.timing() == null
                            ? ""
                            : format("%4.0f %%", 100 * own.timing().spread()));
            peers.stream()
                    .filter(kind -> kind != PeerKind.ICL4J)
                    .forEach(kind -> cells.add(ratio(row.scores().get(kind), own)));
            table.add(cells);
        }
        out.print(TextTable.of(table));
        out.flush();
    }

    private static String ratio(Score peer, Score own) {
        if (peer == null) {
            return "-";
        }
        if (peer.timing() == null || own.timing() == null) {
            return peer.note();
        }
        return format("%6.2f", peer.timing().seconds() / own.timing().seconds());
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private List<Map<String, Object>> objects(List<Row> rows) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Row row : rows) {
            row.scores().forEach((kind, score) -> {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("kernel", row.workload().kernel());
                object.put("shape", row.workload().shape());
                object.put("library", kind.label());
                object.put("threads", threads);
                object.put(
                        "seconds",
                        score.timing() == null ? null : score.timing().seconds());
                object.put(
                        "spread", score.timing() == null ? null : score.timing().spread());
                object.put("error", Double.isFinite(score.error()) ? score.error() : null);
                object.put("note", score.note());
                objects.add(object);
            });
        }
        return objects;
    }
}
