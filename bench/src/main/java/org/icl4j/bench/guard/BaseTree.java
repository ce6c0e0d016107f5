package org.icl4j.bench.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.icl4j.bench.BenchException;

/** A checkout of another commit, in a temporary directory, built. */
final class BaseTree implements AutoCloseable {
    private final Path repository;
    private final Path tree;

    private BaseTree(Path repository, Path tree) {
        this.repository = repository;
        this.tree = tree;
    }

    /** Checks {@code revision} out below {@code directory} and builds it. */
    static BaseTree of(Path repository, String revision, Path directory) throws IOException {
        Path tree = directory.resolve("base");
        Commands.output(repository, "git", "worktree", "add", "--detach", tree.toString(), revision);
        BaseTree base = new BaseTree(repository, tree);
        try {
            if (!Files.exists(tree.resolve("bench/pom.xml"))) {
                throw BenchException.badInput("commit " + revision + " has no benchmarks; choose a later --base");
            }
            build(tree, directory);
            return base;
        } catch (IOException | RuntimeException e) {
            base.close();
            throw e;
        }
    }

    /** Builds a tree without its tests. */
    static void build(Path tree, Path directory) throws IOException {
        Path log = directory.resolve("build-" + tree.getFileName() + ".log");
        int code = Commands.exitCode(
                log, new ProcessBuilder("mvn", "-B", "-Dmaven.test.skip=true", "package").directory(tree.toFile()));
        if (code != 0) {
            throw BenchException.environment("the build of " + tree + " failed; its log is " + log);
        }
    }

    Path path() {
        return tree;
    }

    @Override
    public void close() throws IOException {
        Commands.output(repository, "git", "worktree", "remove", "--force", tree.toString());
    }
}
