package org.icl4j.bench.jmh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.icl4j.bench.BuiltTree;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code icl4j bench jmh}. */
@Command(
        name = "jmh",
        description = "Runs JMH on the benchmarks with the arguments that follow; -h shows JMH's own help.")
public final class JmhCommand implements Callable<Integer> {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return JmhProcess.of(BuiltTree.here(), arguments).inheritIO().start().waitFor();
    }
}
