package org.icl4j.lab.compile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.icl4j.lab.experiment.UsageException;

/** The directory that a compilation makes. */
final class OutDirectory {
    private OutDirectory() {}

    /**
     * @throws UsageException if it is a file, or holds something
     */
    static void requireFree(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (!Files.isDirectory(path)) {
            throw new UsageException(path + " is a file; give a directory as --out");
        }
        try (Stream<Path> files = Files.list(path)) {
            Optional<Path> first = files.sorted().findFirst();
            if (first.isPresent()) {
                throw new UsageException(
                        path + " holds '" + first.get().getFileName() + "'; give an empty or a new --out");
            }
        }
    }
}
