package org.icl4j.lab.cli;

import org.icl4j.report.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command without a subcommand: help, version, and what holds for all. */
@Command(
        name = "icl4j",
        mixinStandardHelpOptions = true,
        versionProvider = Icl4jCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs the theory of in-context learning: every claim a command with a verdict.",
        footer = {
            "",
            "Exit codes: 0 done, 1 a claim or check failed, 2 usage, 3 bad input,",
            "4 environment, 70 a mistake in icl4j, 130 interrupted.",
            "Results go to stdout, progress and warnings to stderr."
        })
final class Icl4jCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", description = "show where an error came from")
    private boolean debug;

    boolean debug() {
        return debug;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** Version and commit. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"icl4j " + Machine.version() + ", commit " + Machine.commit(), "JDK " + Machine.jdk()};
        }
    }
}
