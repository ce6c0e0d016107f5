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
     * Makes the directory, or takes up one that a run of the same kind left unfinished, and clears away what a kill left half
     * written in it.
     *
     * @param resume whether an unfinished run may be there
     * @throws UsageException if the directory holds a complete run, an unfinished one without {@code resume}, something else, or a
     *     run that is under way
     * @throws IOException if it cannot be made or written
     */
    static RunDirectory open(Path path, boolean resume) throws IOException {
        requireOwnFiles(path);
        requireIncomplete(path);
        Files.createDirectories(path);
        FileChannel lockFile =
                FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!lock(lockFile)) {
            lockFile.close();
            throw new UsageException(path + " is in use by another run; wait for it or give another --out");
        }
        RunDirectory directory = new RunDirectory(path, lockFile);
        try {
            requireIncomplete(path); // The run that held the lock may have ended.
            requireResume(path, resume);
            for (Path part : List.of(path, path.resolve(PLOTS), path.resolve(CHECKPOINTS))) {
                Files.createDirectories(part);
                removeHalfWritten(part);
            }
            return directory;
        } catch (UsageException e) {
            directory.unlock(); // And nothing else: what is there is not ours.
            throw e;
        } catch (IOException e) {
            directory.close();
            throw e;
        }
    }

    private static boolean lock(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // Held by this very process.
        }
    }

    private static void requireOwnFiles(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (!Files.isDirectory(path)) {
            throw new UsageException(path + " is a file; give a directory as --out");
        }
        for (String name : names(path)) {
            if (OWN.stream().noneMatch(own -> name.equals(own) || AtomicFile.isHalfWritten(name, own))) {
                throw new UsageException(
                        path + " holds '" + name + "', which is not of a run; give an empty or a new --out");
            }
        }
    }

    private static void requireIncomplete(Path path) {
        if (Files.exists(path.resolve(MANIFEST))) {
            throw new UsageException(path + " holds a complete run; give another --out, or remove it");
        }
    }

    private static void requireResume(Path path, boolean resume) throws IOException {
        if (!resume && !names(path).equals(List.of(LOCK))) {
            throw new UsageException(
                    path + " holds an unfinished run; add --resume to go on with it, or give another --out");
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static void removeHalfWritten(Path directory) throws IOException {
        for (String name : names(directory)) {
            if (AtomicFile.isHalfWritten(name)) {
                Files.delete(directory.resolve(name));
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
        unlock();
        if (!Files.exists(path.resolve(MANIFEST))) {
            removeIfEmpty(path.resolve(PLOTS));
            removeIfEmpty(path.resolve(CHECKPOINTS));
            removeIfEmpty(path);
        }
    }

    private void unlock() throws IOException {
        Files.deleteIfExists(path.resolve(LOCK));
        lockFile.close();
    }

    private static void removeIfEmpty(Path directory) throws IOException {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException inUse) {
            return; // It holds what a resumed run needs.
        }
    }
}
