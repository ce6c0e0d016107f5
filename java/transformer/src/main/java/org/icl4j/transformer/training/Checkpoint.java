package org.icl4j.transformer.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.decoder.ConfigMetadata;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.optimizer.Adam;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The state of a training run in one safetensors file, replaced as a whole: parameters by their names, Adam's moments with a
 * prefix, a table of what was measured on the way, and as metadata the step and everything that decides the result. Random
 * streams are functions of the step, so that the step is all there is to keep of them.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Checkpoint<A> {
    private static final String FIRST = "adam.m.";
    private static final String SECOND = "adam.v.";
    private static final String HISTORY = "history";
    private static final String STEP = "step";
    private static final String AGAIN = "; remove the file to train from the beginning";

    private final Path file;
    private final Map<String, String> identity;
    private final Parameters<A> parameters;
    private final Adam<A> adam;
    private final int historyWidth;
    private final Map<String, String> about;

    /**
     * That of a model which its file does not describe.
     *
     * @param file where the state is kept
     * @param identity all that decides the result, such as seed and settings; a state with another one is not taken up
     * @param adam of the parameters
     * @param historyWidth numbers in a row of the table
     */
    public Checkpoint(
            Path file, Map<String, String> identity, Parameters<A> parameters, Adam<A> adam, int historyWidth) {
        this(file, identity, parameters, adam, historyWidth, Map.of());
    }

    /**
     * That of a decoder, with its config, so that {@link org.icl4j.transformer.decoder.DecoderFile} can read it.
     *
     * @param file where the state is kept
     * @param identity all that decides the result, such as seed and settings; a state with another one is not taken up
     * @param adam of the decoder's parameters
     * @param historyWidth numbers in a row of the table
     */
    public Checkpoint(Path file, Map<String, String> identity, Decoder<A> decoder, Adam<A> adam, int historyWidth) {
        this(file, identity, decoder.parameters(), adam, historyWidth, ConfigMetadata.of(decoder.config()));
    }

    private Checkpoint(
            Path file,
            Map<String, String> identity,
            Parameters<A> parameters,
            Adam<A> adam,
            int historyWidth,
            Map<String, String> about) {
        this.file = file;
        this.identity = new LinkedHashMap<>(identity);
        this.parameters = parameters;
        this.adam = adam;
        this.historyWidth = historyWidth;
        this.about = about;
    }

    /** The state belongs to a run with another identity; the message has every part that differs, with both values. */
    public static final class OtherRunException extends RuntimeException {
        private static final long serialVersionUID = 1;

        OtherRunException(String message) {
            super(message);
        }
    }

    /**
     * Replaces the file.
     *
     * @param history rows of {@code historyWidth} numbers
     * @throws IOException if it cannot be written; the old one is then as it was
     */
    public void save(double[][] history) throws IOException {
        Map<String, Tensor<?>> tensors = new LinkedHashMap<>(parameters.asMap());
        adam.firstMoments().asMap().forEach((name, tensor) -> tensors.put(FIRST + name, tensor));
        adam.secondMoments().asMap().forEach((name, tensor) -> tensors.put(SECOND + name, tensor));
        double[] numbers =
                Arrays.stream(history).flatMapToDouble(Arrays::stream).toArray();
        tensors.put(HISTORY, Tensor.of(Precision.F64, numbers, history.length, historyWidth));
        Map<String, String> metadata = new LinkedHashMap<>(identity);
        metadata.putAll(about);
        metadata.put(STEP, Long.toString(adam.steps()));
        SafeTensors.write(file, metadata, tensors);
    }

    /**
     * Restores parameters, moments and step if there is a file, and gives the table.
     *
     * @throws OtherRunException if the file is of a run with another identity; nothing is then restored
     * @throws ModelFormatException if it is not what {@link #save} writes
     * @throws IOException if it cannot be read
     */
    public Optional<double[][]> resume() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (SafeTensors saved = SafeTensors.open(file)) {
            requireSameRun(saved.metadata());
            double[][] history = history(saved);
            long steps = steps(saved.metadata());
            for (String name : parameters.names()) {
                restore(saved, name, parameters.get(name));
                restore(saved, FIRST + name, adam.firstMoments().get(name));
                restore(saved, SECOND + name, adam.secondMoments().get(name));
            }
            adam.resumeAfter(steps);
            return Optional.of(history);
        }
    }

    private void requireSameRun(Map<String, String> saved) {
        List<String> there = new ArrayList<>();
        List<String> here = new ArrayList<>();
        identity.forEach((name, value) -> {
            if (!value.equals(saved.get(name))) {
                there.add(saved.containsKey(name) ? name + "=" + saved.get(name) : "no " + name);
                here.add(name + "=" + value);
            }
        });
        if (!here.isEmpty()) {
            throw new OtherRunException(
                    file + " is of a run with " + String.join(", ", there) + ", not " + String.join(", ", here));
        }
    }

    private long steps(Map<String, String> saved) throws ModelFormatException {
        String step = saved.get(STEP);
        if (step == null || !step.matches("\\d{1,18}")) {
            throw new ModelFormatException(
                    file, STEP, (step == null ? "no step in the metadata" : "step '" + step + "'") + AGAIN);
        }
        return Long.parseLong(step);
    }

    private double[][] history(SafeTensors saved) throws IOException {
        Tensor<double[]> numbers = saved.load(HISTORY, Precision.F64);
        if (numbers.rank() != 2 || numbers.dim(1) != historyWidth) {
            throw wrongShape(HISTORY, numbers, "rows of " + historyWidth);
        }
        double[][] rows = new double[numbers.dim(0)][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = numbers.row(i).array();
        }
        return rows;
    }

    private void restore(SafeTensors saved, String name, Tensor<A> into) throws IOException {
        Tensor<A> tensor = saved.load(name, into.precision());
        if (!Arrays.equals(tensor.shape(), into.shape())) {
            throw wrongShape(name, tensor, Arrays.toString(into.shape()));
        }
        System.arraycopy(tensor.array(), 0, into.array(), 0, into.size());
    }

    private ModelFormatException wrongShape(String name, Tensor<?> tensor, String expected) {
        return new ModelFormatException(
                file,
                "shape",
                "tensor '" + name + "' is " + Arrays.toString(tensor.shape()) + ", expected " + expected + AGAIN);
    }
}
