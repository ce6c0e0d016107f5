package org.icl4j.lab.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.lab.curve.IclClassesExperiment;
import org.icl4j.lab.curve.IclCurveExperiment;
import org.icl4j.lab.experiment.Experiments;
import org.icl4j.lab.experiment.InputException;
import org.icl4j.lab.experiment.RunFailedException;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.rank1.LayersExperiment;
import org.icl4j.lab.rank1.LearningExperiment;
import org.icl4j.lab.rank1.PatchesExperiment;
import org.icl4j.lab.rank1.Rank1Experiment;
import org.icl4j.lab.rank1.blocks.BlocksExperiment;
import org.icl4j.lab.rank1.generation.GenerationExperiment;
import org.icl4j.lab.recall.RecallExperiment;
import org.icl4j.report.Terminal;
import org.icl4j.transformer.files.ModelFormatException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The command line: results on stdout, progress and warnings on stderr, and an exit code. */
public final class Main {
    private static final Experiments EXPERIMENTS = new Experiments(List.of(
            new Rank1Experiment(),
            new LayersExperiment(),
            new LearningExperiment(),
            new PatchesExperiment(),
            new BlocksExperiment(),
            new GenerationExperiment(),
            new RecallExperiment(),
            new IclCurveExperiment(),
            new IclClassesExperiment()));

    private final Experiments experiments;
    private final PrintStream out;
    private final PrintStream err;

    Main(Experiments experiments, PrintStream out, PrintStream err) {
        this.experiments = experiments;
        this.out = out;
        this.err = err;
    }

    /** Runs the command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT);
        Logs.configure();
        StandardOutput results = new StandardOutput();
        PrintStream out = new PrintStream(results, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        int code = new Main(EXPERIMENTS, out, err).execute(args);
        out.flush();
        if (results.failure() != null && code == ExitCode.OK) {
            err.println("icl4j: cannot write the results to stdout: "
                    + results.failure().getMessage());
            code = ExitCode.ENVIRONMENT;
        }
        System.exit(code);
    }

    /** Runs the command and gives its exit code. */
    int execute(String... args) {
        Console console = new Console(out, err, Terminal.isPresent());
        Icl4jCommand icl4j = new Icl4jCommand();
        CommandLine commandLine = new CommandLine(icl4j)
                .addSubcommand(new ListCommand(experiments, console))
                .addSubcommand(new RunCommand(experiments, console))
                .addSubcommand(new ReproduceCommand(experiments, console))
                .addSubcommand(new CompileCommand(console))
                .addSubcommand(new ApplyCommand(console))
                .addSubcommand(new DoctorCommand(console))
                .addSubcommand(new BenchCommand(console))
                .setOut(console.outWriter())
                .setErr(console.errWriter())
                .setParameterExceptionHandler(this::misused)
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, icl4j.debug()));
        try {
            return commandLine.execute(args);
        } catch (Error e) { // Picocli hands on exceptions only.
            return failed(e, icl4j.debug());
        }
    }

    private int misused(ParameterException e, String[] args) {
        err.println("icl4j: " + e.getMessage() + " (see icl4j " + path(e.getCommandLine()) + "--help)");
        return ExitCode.USAGE;
    }

    private static String path(CommandLine command) {
        return command.getParent() == null ? "" : command.getCommandName() + " ";
    }

    private int failed(Throwable e, boolean debug) {
        if (debug) {
            e.printStackTrace(err);
        }
        err.println("icl4j: " + message(e));
        return code(e);
    }

    private static int code(Throwable e) {
        return switch (e) {
            case UsageException u -> ExitCode.USAGE;
            case InvalidPathException p -> ExitCode.USAGE;
            case InputException i -> ExitCode.BAD_INPUT;
            case ModelFormatException m -> ExitCode.BAD_INPUT;
            case KernelUnavailableException k -> ExitCode.ENVIRONMENT;
            case IOException io -> ExitCode.ENVIRONMENT;
            case OutOfMemoryError memory -> ExitCode.ENVIRONMENT;
            case RunFailedException r -> ExitCode.FAILED;
            default -> ExitCode.INTERNAL;
        };
    }

    private static String message(Throwable e) {
        return switch (e) {
            case OutOfMemoryError memory ->
                "not enough memory (" + memory.getMessage() + ", at most "
                        + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MiB); allow more, as in ICL4J_JAVA_OPTS=-Xmx8g, or ask for less, such as fewer prompts";
            case InvalidPathException p -> "'" + p.getInput() + "' is not a path on this system: " + p.getReason();
            case FileSystemException f -> "cannot write or read " + f.getFile() + ": " + reason(f);
            case IOException io -> "input or output failed: " + io.getMessage();
            case Throwable known when code(known) != ExitCode.INTERNAL -> known.getMessage();
            default -> "internal error: " + e + "; icl4j --debug ... shows where; please report it";
        };
    }

    private static String reason(FileSystemException e) {
        if (e.getReason() != null) {
            return e.getReason();
        }
        return switch (e) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "no such file or directory";
            case FileAlreadyExistsException there -> "it is there already, and no directory to write into";
            default -> e.getClass().getSimpleName();
        };
    }
}
