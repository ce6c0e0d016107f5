package org.icl4j.lab.training;

import java.io.IOException;
import java.util.Optional;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.training.Checkpoint;

/** Going on from a checkpoint, in the words of the command line. */
public final class Resumption {
    private Resumption() {}

    /**
     * As {@link Checkpoint#resume}.
     *
     * @throws UsageException if the checkpoint is of a run with other settings
     * @throws ModelFormatException if it is not what {@link Checkpoint#save} writes
     * @throws IOException if it cannot be read
     */
    public static Optional<double[][]> of(Checkpoint<?> checkpoint) throws IOException {
        try {
            return checkpoint.resume();
        } catch (Checkpoint.OtherRunException e) {
            throw new UsageException(e.getMessage() + "; resume with the same options, or give another --out");
        }
    }
}
