package org.icl4j.bench.jmh;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.icl4j.bench.BenchException;
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
        return JmhProcess.of(tree(), arguments).inheritIO().start().waitFor();
    }

    /** The checkout that this program was built in. */
    private static Path tree() {
        try {
            Path jar = Path.of(JmhCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return jar.getParent().getParent().getParent();
        } catch (java.net.URISyntaxException e) {
            throw BenchException.environment("cannot tell where the program is: " + e.getMessage());
        }
    }
}
