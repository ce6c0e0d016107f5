package org.icl4j.lab.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.transformer.files.AtomicFile;

/** The directory that one run writes. It is locked while the run is under way, and complete once {@code manifest.json} is there. */
final class RunDirectory implements AutoCloseable {
    static final String MANIFEST = "manifest.json";
    static final String MEASUREMENTS = "measurements.csv";
    static final String CLAIMS = "claims.json";
    static final String REPORT = "report.html";
    private static final String PLOTS = "plots";
    private static final String CHECKPOINTS = "checkpoints";
    private static final String LOCK = ".lock";

    /** What a run leaves, so that a directory with anything else in it is not taken for one. */
    private static final List<String> OWN = List.of(MANIFEST, MEASUREMENTS, CLAIMS, REPORT, PLOTS, CHECKPOINTS, LOCK);

    private final Path path;
    private final FileChannel lockFile;

    private RunDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Makes the directory, or takes up one that a run of the same kind left unfinished.
     *
     * @param resume whether an unfinished run may be there
     * @throws UsageException if the directory holds a complete run, an unfinished one without {@code resume}, something else, or a
     *     run that is under way
     * @throws IOException if it cannot be made or written
     */
    static RunDirectory open(Path path, boolean resume) throws IOException {
        requireUsable(path, resume);
        Files.createDirectories(path.resolve(PLOTS));
        Files.createDirectories(path.resolve(CHECKPOINTS));
        FileChannel lockFile =
                FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!lock(lockFile)) {
            lockFile.close();
            throw new UsageException(path + " is in use by another run; wait for it or give another --out");
        }
        return new RunDirectory(path, lockFile);
    }

    private static boolean lock(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // Held by this very process.
        }
    }

    private static void requireUsable(Path path, boolean resume) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (!Files.isDirectory(path)) {
            throw new UsageException(path + " is a file; give a directory as --out");
        }
        if (Files.exists(path.resolve(MANIFEST))) {
            throw new UsageException(path + " holds a complete run; give another --out, or remove it");
        }
        try (Stream<Path> files = Files.list(path)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();
            for (String name : names) {
                if (!OWN.contains(name)) {
                    throw new UsageException(
                            path + " holds '" + name + "', which is not of a run; give an empty or a new --out");
                }
            }
            if (!names.isEmpty() && !resume) {
                throw new UsageException(
                        path + " holds an unfinished run; add --resume to go on with it, or give another --out");
            }
        }
    }

    Path path() {
        return path;
    }

    Path checkpoints() {
        return path.resolve(CHECKPOINTS);
    }

    /** Replaces a file of the run, by its name. */
    void write(String name, String content) throws IOException {
        AtomicFile.replace(path.resolve(name), content);
    }

    /** Replaces a plot, by its name without ending. */
    void writePlot(String name, String svg) throws IOException {
        write(PLOTS + "/" + name + ".svg", svg);
    }

    /** Gives the directory free, and takes it away again if nothing was written. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path.resolve(LOCK));
        lockFile.close();
        if (!Files.exists(path.resolve(MANIFEST))) {
            removeIfEmpty(path.resolve(PLOTS));
            removeIfEmpty(path.resolve(CHECKPOINTS));
            removeIfEmpty(path);
        }
    }

    private static void removeIfEmpty(Path directory) throws IOException {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException inUse) {
            return; // It holds what a resumed run needs.
        }
    }
}
