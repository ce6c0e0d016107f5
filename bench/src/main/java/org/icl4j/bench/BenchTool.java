package org.icl4j.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.spi.ToolProvider;
import org.icl4j.bench.guard.GuardCommand;
import org.icl4j.bench.jmh.JmhCommand;
import org.icl4j.bench.peers.PeersCommand;
import org.icl4j.bench.survey.SurveyCommand;
import org.icl4j.bench.widths.WidthsCommand;
import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.workload.LimitsUnavailableException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What {@code icl4j bench} runs: found by the command line through {@link java.util.ServiceLoader}, so that it need not know it. */
public final class BenchTool implements ToolProvider {
    /** Exit codes of icl4j. */
    private static final int USAGE = 2;

    private static final int ENVIRONMENT = 4;
    private static final int INTERNAL = 70;

    private static final Logger OURS = Logger.getLogger("org.icl4j");

    /** For the service loader. */
    public BenchTool() {}

    @Override
    public String name() {
        return "icl4j-bench";
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... args) {
        OURS.setLevel(Level.WARNING); // Kernels are opened many times here.
        PrintStream terminal = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        CommandLine commandLine = new CommandLine(new SurveyCommand(terminal))
                .setCommandName("icl4j bench")
                .addSubcommand(new GuardCommand(terminal))
                .addSubcommand(new JmhCommand())
                .addSubcommand(new PeersCommand(terminal))
                .addSubcommand(new WidthsCommand(terminal))
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((e, given) -> misused(e, err))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, err));
        return commandLine.execute(args);
    }

    private static int misused(ParameterException e, PrintWriter err) {
        err.println("icl4j: " + e.getMessage() + " (see icl4j bench --help)");
        return USAGE;
    }

    private static int failed(Exception e, PrintWriter err) {
        return switch (e) {
            case ParameterException usage -> misused(usage, err);
            case BenchException known -> say(err, known.getMessage(), known.exitCode());
            case KernelUnavailableException missing -> say(err, missing.getMessage(), ENVIRONMENT);
            case LimitsUnavailableException unknown -> say(err, unknown.getMessage(), ENVIRONMENT);
            case IOException io -> say(err, "input or output failed: " + io.getMessage(), ENVIRONMENT);
            default -> {
                Arrays.stream(e.getStackTrace()).limit(3).forEach(frame -> err.println("    at " + frame));
                yield say(err, "internal error: " + e + "; please report it", INTERNAL);
            }
        };
    }

    private static int say(PrintWriter err, String message, int code) {
        err.println("icl4j: " + message);
        return code;
    }
}
