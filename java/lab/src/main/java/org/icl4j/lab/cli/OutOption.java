package org.icl4j.lab.cli;

import java.nio.file.Path;
import org.icl4j.lab.experiment.UsageException;

/** What may be given as {@code --out}. */
final class OutOption {
    private OutOption() {}

    /**
     * @param out what was given, or null
     * @throws UsageException if it is empty, as from a shell variable that is not set: that would be the current directory
     */
    static void requireName(Path out) {
        if (out != null && out.toString().isEmpty()) {
            throw new UsageException("--out is empty; give a directory");
        }
    }
}
