package org.icl4j.bench.widths;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.icl4j.bench.BuiltTree;
import org.icl4j.bench.peers.PeerKind;
import org.icl4j.bench.peers.PeerProcess;
import org.icl4j.bench.survey.KernelNames;
import org.icl4j.bench.survey.Survey;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.report.Machine;
import org.icl4j.report.ProgressBars;
import org.icl4j.report.Terminal;
import org.icl4j.transformer.files.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code icl4j bench widths}. */
@Command(
        name = "widths",
        mixinStandardHelpOptions = true,
        description = {
            "Times the kernels on vectors of every width that the CPU has, on one thread, a process for each width, in"
                    + " turn. Exits with 1 if another width than the default is better on the geometric mean, beyond"
                    + " the noise."
        })
public final class WidthsCommand implements Callable<Integer> {
    private static final int MIN_ROUNDS = 3;
    private static final int MAX_ROUNDS = 1000;

    private final PrintStream terminal;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "KERNEL", description = "kernels to measure, such as gemm or softmax (default: all)")
    private List<String> kernels = List.of();

    @Option(names = "--quick", description = "one or two shapes for each kernel, in under a minute")
    private boolean quick;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "measurements of each width (default: ${DEFAULT-VALUE})")
    private int rounds = 7;

    @Option(names = "--json", paramLabel = "FILE", description = "write the numbers as JSON, too")
    private Path json;

    /** Progress is shown on {@code terminal}, if a person watches it. */
    public WidthsCommand(PrintStream terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        requireSense();
        List<Workload<float[]>> workloads = new Survey.Request(kernels, List.of(), List.of(), quick).workloads();
        String classPath =
                PeerProcess.classPath(PeerKind.ICL4J, BuiltTree.here().target());
        try (WidthRuns runs = new WidthRuns(classPath, Files.createTempDirectory("icl4j-widths"), quick)) {
            return report(runs.times(workloads, rounds, ProgressBars.on(terminal, Terminal.isPresent())), runs.taken());
        }
    }

    private void requireSense() {
        KernelNames.require(kernels, spec);
        if (rounds < MIN_ROUNDS || rounds > MAX_ROUNDS) {
            throw new ParameterException(
                    spec.commandLine(), "--rounds " + rounds + ": allowed are " + MIN_ROUNDS + " to " + MAX_ROUNDS);
        }
    }

    private int report(List<WidthTimes> rows, int taken) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.println("CPU: " + Machine.cpu() + ", JDK " + Machine.jdk() + ", 1 thread, " + rounds + " rounds in turn");
        out.println();
        out.print(WidthsText.table(rows, taken));
        out.println();
        WidthVerdict verdict = WidthVerdict.of(rows, taken);
        out.println(verdict.text());
        out.flush();
        if (json != null) {
            AtomicFile.replace(json, WidthsText.json(rows, taken));
        }
        return verdict.right() ? 0 : 1;
    }
}
