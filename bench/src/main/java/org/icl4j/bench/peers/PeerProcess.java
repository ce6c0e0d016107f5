package org.icl4j.bench.peers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.icl4j.bench.BenchException;

/** A library's process, seen from outside. */
public final class PeerProcess implements AutoCloseable {
    /** With active waiting two threads of PyTorch's presets for Java were seen to stand in each other's way. */
    static final Map<String, String> PASSIVE_WAITING = Map.of("OMP_WAIT_POLICY", "PASSIVE", "KMP_BLOCKTIME", "0");

    private final PeerKind kind;
    private final Conversation conversation;

    /**
     * Starts it.
     *
     * @param classPath its libraries
     * @param log where what it prints besides is kept
     * @param flags more flags of its JVM
     */
    public PeerProcess(PeerKind kind, int threads, String classPath, Path log, String... flags) throws IOException {
        this.kind = kind;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseG1GC",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", classPath, PeerWorker.class.getName(), kind.label(), Integer.toString(threads)));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"));
        builder.environment().putAll(PASSIVE_WAITING);
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        conversation = new Conversation(kind.label(), log.toString(), builder.redirectError(log.toFile()));
    }

    /** The class path in a built tree, {@code target} being the directory of the bench's jar. */
    public static String classPath(PeerKind kind, Path target) {
        String own = target.resolve("icl4j-bench.jar")
                + File.pathSeparator
                + target.resolve("lib").resolve("*");
        Path libraries = libraries(kind, target);
        return kind.foreign() ? own + File.pathSeparator + libraries.resolve("*") : own;
    }

    private static Path libraries(PeerKind kind, Path target) {
        return target.resolve("peers").resolve(kind.label());
    }

    /** Whether its adapter is built in and its libraries were fetched. */
    static boolean isPresent(PeerKind kind, Path target) {
        return kind.builtIn() && (!kind.foreign() || Files.isDirectory(libraries(kind, target)));
    }

    PeerKind kind() {
        return kind;
    }

    /** Sends a line and waits for the answer. */
    public String ask(String command) throws IOException {
        return conversation.ask(command);
    }

    /**
     * Sends a line to which one answer is right.
     *
     * @throws BenchException if it is another
     */
    public void require(String right, String command) throws IOException {
        conversation.require(right, command);
    }

    /** Prepares a workload and calls it until the compilers are done, or nearly so if in a hurry. */
    public void warm(String workload, boolean hurry) throws IOException {
        require("ready", "prepare " + workload);
        require("done", hurry ? "hurry" : "warm");
    }

    /** Seconds of a call of what was warmed last. */
    public double measure() throws IOException {
        return Double.parseDouble(ask("measure"));
    }

    @Override
    public void close() {
        conversation.close();
    }
}
