package org.icl4j.lab.cli;

import org.icl4j.lab.experiment.UsageException;

/** What may be given as {@code --precision}. */
final class PrecisionOption {
    private PrecisionOption() {}

    /**
     * @throws UsageException if it is no precision
     */
    static void require(String precision) {
        if (!precision.equals("f32") && !precision.equals("f64")) {
            throw new UsageException("--precision " + precision + ": allowed are f32 and f64");
        }
    }
}
