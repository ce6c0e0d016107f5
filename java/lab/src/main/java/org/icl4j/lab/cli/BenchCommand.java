package org.icl4j.lab.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import org.icl4j.lab.experiment.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code icl4j bench}: hands its arguments to the tool that the bench artifact contributes. */
@Command(
        name = "bench",
        description = "Measures this CPU's limits and each kernel's share of them; see icl4j bench --help.")
final class BenchCommand implements Callable<Integer> {
    private static final String TOOL = "icl4j-bench";

    private final Console console;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        ToolProvider tool = ToolProvider.findFirst(TOOL)
                .orElseThrow(() -> new UsageException(
                        "bench/target/icl4j-bench.jar is not built; mvn -Dmaven.test.skip=true package builds it"));
        return tool.run(console.outWriter(), console.errWriter(), arguments.toArray(String[]::new));
    }
}
