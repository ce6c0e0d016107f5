package org.icl4j.bench.jmh;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.icl4j.bench.BuiltTree;

/** JMH in a process of its own, on the benchmarks of a built tree. */
public final class JmhProcess {
    /** Variables that halve OpenBLAS where they are set. */
    private static final List<String> THROTTLES = List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE");

    private JmhProcess() {}

    /** JMH with these arguments, on the JDK that runs this. */
    public static ProcessBuilder of(BuiltTree tree, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                tree.target().resolve("icl4j-bench.jar")
                        + File.pathSeparator
                        + tree.target().resolve("lib").resolve("*"),
                "org.openjdk.jmh.Main"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(THROTTLES);
        return builder;
    }
}
