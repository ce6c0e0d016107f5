package org.icl4j.lab.rank1;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToLongFunction;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.training.Resumption;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.optimizer.Adam;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.training.Checkpoint;

/** The {@link Checkpoint} of a training run, with its evaluations so far; everything that decides the result is its identity. */
final class TrainingCheckpoint<A> {
    private final Path file;
    private final Adam<A> adam;
    private final Checkpoint<A> checkpoint;

    /**
     * @param name of the block within the run; blocks of one run differ in their parameters' names or shapes
     */
    TrainingCheckpoint(Run<A> run, String name, Parameters<A> parameters, Adam<A> adam) {
        this.file = run.checkpoints().resolve(name + ".safetensors");
        this.adam = adam;
        this.checkpoint = new Checkpoint<>(file, run.identity(), parameters, adam, Evaluation.WIDTH);
    }

    void save(List<Evaluation> history) throws IOException {
        checkpoint.save(history.stream().map(Evaluation::toArray).toArray(double[][]::new));
    }

    /**
     * Restores parameters and moments if there is a checkpoint, and gives the evaluations so far.
     *
     * @param endOf the step at which each evaluation is made
     * @throws UsageException if the checkpoint belongs to a run with other settings
     * @throws ModelFormatException if it is not what {@link #save} writes
     */
    Optional<List<Evaluation>> resume(IntToLongFunction endOf) throws IOException {
        Optional<double[][]> rows = Resumption.of(checkpoint);
        if (rows.isPresent()) {
            requireStep(rows.get().length, endOf);
        }
        return rows.map(all -> Arrays.stream(all).map(Evaluation::fromArray).toList());
    }

    private void requireStep(int evaluations, IntToLongFunction endOf) throws ModelFormatException {
        if (evaluations == 0 || adam.steps() != endOf.applyAsLong(evaluations - 1)) {
            throw new ModelFormatException(
                    file,
                    "step",
                    "step " + adam.steps() + " after " + evaluations + " evaluations"
                            + (evaluations == 0 ? "" : ", expected " + endOf.applyAsLong(evaluations - 1))
                            + "; remove the file to train from the beginning");
        }
    }
}
