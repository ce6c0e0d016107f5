package org.icl4j.transformer.decoder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.files.Sha256;
import org.icl4j.transformer.layer.ParameterSpec;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A decoder in one safetensors file: its parameters by their names, and its config in the metadata ({@link ConfigMetadata}). A
 * checkpoint of a training run is one; what else it holds, such as the optimiser's moments, is not looked at.
 *
 * @param decoder the model
 * @param sha256 SHA-256 of the file
 * @param metadata all entries of its metadata
 */
public record DecoderFile<A>(Decoder<A> decoder, String sha256, Map<String, String> metadata) {
    /**
     * Reads a decoder; numbers of another storage type are rounded to that of {@code kernels}, or widened.
     *
     * @throws ModelFormatException if the file is not of the format, its metadata have no config, or a parameter is missing or of
     *     another shape
     * @throws IOException if it cannot be read
     */
    public static <A> DecoderFile<A> load(Path file, Kernels<A> kernels) throws IOException {
        try (SafeTensors saved = SafeTensors.open(file)) {
            DecoderConfig config = config(file, saved);
            String sha256 = Sha256.of(file); // Before the tensors, which are read from this very content or not at all.
            Map<String, Tensor<A>> tensors = new LinkedHashMap<>();
            for (ParameterSpec spec : Decoder.specs(config)) {
                Tensor<A> tensor = saved.loadAs(spec.name(), kernels.precision());
                if (!Arrays.equals(tensor.shape(), spec.dimensions())) {
                    throw new ModelFormatException(
                            file,
                            "shape",
                            "tensor '" + spec.name() + "' is " + Arrays.toString(tensor.shape()) + ", expected "
                                    + spec.shape() + " for " + config);
                }
                tensors.put(spec.name(), tensor);
            }
            return new DecoderFile<>(new Decoder<>(config, kernels, Parameters.of(tensors)), sha256, saved.metadata());
        }
    }

    /**
     * The storage type of a decoder's parameters.
     *
     * @throws ModelFormatException if the file is not of the format, has no config, or the parameters have a type that cannot be
     *     loaded
     * @throws IOException if it cannot be read
     */
    public static Precision<?> precision(Path file) throws IOException {
        try (SafeTensors saved = SafeTensors.open(file)) {
            return saved.precision(Decoder.specs(config(file, saved)).getFirst().name());
        }
    }

    private static DecoderConfig config(Path file, SafeTensors saved) {
        DecoderConfig config = ConfigMetadata.read(file, saved.metadata());
        if (config.nLayers() > saved.names().size()) { // Or a number in a file would ask for any amount of memory.
            throw new ModelFormatException(
                    file,
                    "config",
                    config.nLayers() + " blocks, but only " + saved.names().size() + " tensors");
        }
        return config;
    }

    /**
     * Replaces {@code file} by one with this decoder.
     *
     * @param about further entries of the metadata
     * @throws IOException if it cannot be written; a file that was there is then as it was
     */
    public static void save(Path file, Map<String, String> about, Decoder<?> decoder) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>(about);
        metadata.putAll(ConfigMetadata.of(decoder.config()));
        SafeTensors.write(file, metadata, decoder.parameters().asMap());
    }
}
