package org.icl4j.transformer.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Makes a directory with all of its files in one step: whoever looks, and whoever is killed, finds all or none. */
public final class AtomicDirectory {
    private AtomicDirectory() {}

    /** Writes the files of the new directory. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of them into {@code directory}, which is empty. */
        void writeTo(Path directory) throws IOException;
    }

    /**
     * Writes {@code content} beside {@code directory}, and moves it to its name in one step. Directories above it are made.
     *
     * @param directory not there yet, or empty
     * @throws FileSystemException if it holds something, or a step fails; nothing is then there that was not before
     */
    public static void create(Path directory, Content content) throws IOException {
        Path target = directory.toAbsolutePath().normalize();
        if (Files.exists(target) && !isEmpty(target)) {
            throw new FileSystemException(directory.toString(), null, "it is there and not empty");
        }
        Files.createDirectories(target.getParent());
        String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
        Path fresh = target.resolveSibling("." + target.getFileName() + "." + suffix + ".tmp");
        Files.createDirectory(fresh);
        try {
            content.writeTo(fresh);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(fresh);
        }
    }

    private static boolean isEmpty(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            List<Path> files;
            try (Stream<Path> all = Files.walk(directory)) {
                files = all.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }
}
