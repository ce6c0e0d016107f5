package org.icl4j.lab.rank1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToLongFunction;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.optimizer.Adam;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The state of a training run in one safetensors file: parameters by their names, Adam's moments with a prefix, the evaluations so
 * far, and as metadata the step and everything that decides the result.
 */
final class TrainingCheckpoint<A> {
    private static final String FIRST = "adam.m.";
    private static final String SECOND = "adam.v.";
    private static final String HISTORY = "history";
    private static final String STEP = "step";
    private static final String AGAIN = "; remove the file to train from the beginning";

    private final Path file;
    private final Parameters<A> parameters;
    private final Adam<A> adam;
    private final Map<String, String> identity = new LinkedHashMap<>();

    TrainingCheckpoint(Run<A> run, Parameters<A> parameters, Adam<A> adam) {
        this.file = run.checkpoints().resolve("block.safetensors");
        this.parameters = parameters;
        this.adam = adam;
        identity.put("seed", Long.toString(run.seed()));
        identity.put("precision", run.precision().name());
        identity.put("provider", run.kernels().info().provider());
        identity.putAll(run.settings().asMap());
    }

    void save(List<Evaluation> history) throws IOException {
        Map<String, Tensor<?>> tensors = new LinkedHashMap<>(parameters.asMap());
        adam.firstMoments().asMap().forEach((name, tensor) -> tensors.put(FIRST + name, tensor));
        adam.secondMoments().asMap().forEach((name, tensor) -> tensors.put(SECOND + name, tensor));
        double[] numbers = history.stream()
                .map(Evaluation::toArray)
                .flatMapToDouble(Arrays::stream)
                .toArray();
        tensors.put(HISTORY, Tensor.of(Precision.F64, numbers, history.size(), Evaluation.WIDTH));
        Map<String, String> metadata = new LinkedHashMap<>(identity);
        metadata.put(STEP, Long.toString(adam.steps()));
        SafeTensors.write(file, metadata, tensors);
    }

    /**
     * Restores parameters and moments if there is a checkpoint, and gives the evaluations so far.
     *
     * @param endOf the step at which each evaluation is made
     * @throws UsageException if the checkpoint belongs to a run with other settings
     * @throws ModelFormatException if it is not what {@link #save} writes
     */
    Optional<List<Evaluation>> resume(IntToLongFunction endOf) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (SafeTensors saved = SafeTensors.open(file)) {
            requireSameRun(saved.metadata());
            for (String name : parameters.names()) {
                restore(saved, name, parameters.get(name));
                restore(saved, FIRST + name, adam.firstMoments().get(name));
                restore(saved, SECOND + name, adam.secondMoments().get(name));
            }
            List<Evaluation> history = history(saved, endOf);
            adam.resumeAfter(endOf.applyAsLong(history.size() - 1));
            return Optional.of(history);
        }
    }

    private List<Evaluation> history(SafeTensors saved, IntToLongFunction endOf) throws IOException {
        Tensor<double[]> numbers = saved.load(HISTORY, Precision.F64);
        if (numbers.rank() != 2 || numbers.dim(0) < 1 || numbers.dim(1) != Evaluation.WIDTH) {
            throw new ModelFormatException(
                    file,
                    "shape",
                    "tensor '" + HISTORY + "' is " + Arrays.toString(numbers.shape()) + ", expected at least 1 row of "
                            + Evaluation.WIDTH + AGAIN);
        }
        List<Evaluation> history = new ArrayList<>();
        for (int i = 0; i < numbers.dim(0); i++) {
            history.add(Evaluation.fromArray(numbers.row(i).array()));
        }
        String step = saved.metadata().get(STEP);
        String expected = Long.toString(endOf.applyAsLong(history.size() - 1));
        if (!expected.equals(step)) {
            throw new ModelFormatException(
                    file,
                    STEP,
                    (step == null ? "no step in the metadata" : "step " + step) + " after " + history.size()
                            + " evaluations, expected " + expected + AGAIN);
        }
        return history;
    }

    private void restore(SafeTensors saved, String name, Tensor<A> into) throws IOException {
        Tensor<A> tensor = saved.load(name, into.precision());
        if (!Arrays.equals(tensor.shape(), into.shape())) {
            throw new ModelFormatException(
                    file,
                    "shape",
                    "tensor '" + name + "' is " + Arrays.toString(tensor.shape()) + ", expected "
                            + Arrays.toString(into.shape()) + AGAIN);
        }
        System.arraycopy(tensor.array(), 0, into.array(), 0, into.size());
    }

    private void requireSameRun(Map<String, String> saved) {
        identity.forEach((name, value) -> {
            if (!value.equals(saved.get(name))) {
                throw new UsageException(file + " is of a run with " + name + "=" + saved.get(name) + ", not " + name
                        + "=" + value + "; resume with the same options, or give another --out");
            }
        });
    }
}
