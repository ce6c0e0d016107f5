package org.icl4j.bench.jmh;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** JMH in a process of its own, on the benchmarks of a built tree. */
public final class JmhProcess {
    private static final Path JAR = Path.of("bench", "target", "icl4j-bench.jar");
    private static final Path LIBRARIES = Path.of("bench", "target", "lib", "*");

    /** Variables that halve OpenBLAS where they are set. */
    private static final List<String> THROTTLES = List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE");

    private JmhProcess() {}

    /** JMH with these arguments, on the JDK that runs this. */
    public static ProcessBuilder of(Path tree, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                tree.resolve(JAR) + File.pathSeparator + tree.resolve(LIBRARIES),
                "org.openjdk.jmh.Main"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(THROTTLES);
        return builder;
    }
}
