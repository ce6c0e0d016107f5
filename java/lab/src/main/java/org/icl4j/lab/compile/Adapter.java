package org.icl4j.lab.compile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Change.LowRank;
import org.icl4j.lab.patch.Patch;
import org.icl4j.report.Json;
import org.icl4j.transformer.files.AtomicFile;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.tensor.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A patch as a LoRA adapter (Hu et al. 2021) in the files of Hugging Face's PEFT: {@code adapter_config.json}, and {@code
 * adapter_model.safetensors} with {@code base_model.model.MODULE.lora_A.weight} [r, in] and {@code lora_B.weight} [out, r], for
 * weights stored [out, in]: W + (lora_alpha / r)·lora_B·lora_A. We write lora_alpha = r. The base model has no name that
 * PEFT could load it by, as the modules are ours and not those of a class of theirs; {@code docs/peft.md} builds them from our file.
 *
 * @param rank r, of every module
 * @param changes those of the patch, cut to rank r
 */
record Adapter<A>(int rank, List<LowRank<A>> changes) {
    static final String CONFIG = "adapter_config.json";
    static final String MODEL = "adapter_model.safetensors";
    private static final String PREFIX = "base_model.model.";
    private static final String WEIGHT = ".weight";
    private static final String LORA_A = ".lora_A.weight";
    private static final String LORA_B = ".lora_B.weight";
    private static final Pattern A_OF_MODULE = Pattern.compile(Pattern.quote(PREFIX) + "(.+)" + Pattern.quote(LORA_A));

    /** Why there is no adapter of these changes, if there is none. */
    static Optional<String> refusal(List<? extends Change<?>> changes) {
        return changes.stream()
                .filter(change -> !(change instanceof LowRank))
                .findFirst()
                .map(change -> "there is no LoRA adapter of this patch: it changes '" + change.parameter()
                        + "', the gain of a norm, which is a vector, and a LoRA adapter is products of matrices that"
                        + " are added to matrices; merge the patch itself");
    }

    /** The least rank that loses nothing of these changes. */
    static int fullRank(List<? extends LowRank<?>> changes) {
        return changes.stream().mapToInt(LowRank::rank).max().orElseThrow();
    }

    /**
     * The adapter of rank {@code rank} nearest to these changes.
     *
     * @param changes their factors are singular vectors, in falling order of the singular values
     */
    static <A> Adapter<A> of(List<LowRank<A>> changes, int rank) {
        List<LowRank<A>> cut = new ArrayList<>();
        for (LowRank<A> change : changes) {
            cut.add(new LowRank<>(
                    change.parameter(),
                    resized(change.left(), change.left().dim(0), rank),
                    resized(change.right(), rank, change.right().dim(1))));
        }
        return new Adapter<>(rank, List.copyOf(cut));
    }

    /** The upper left part of a matrix, or the matrix with zeros to its right and below it. */
    private static <A> Tensor<A> resized(Tensor<A> from, int rows, int columns) {
        Tensor<A> to = Tensor.zeros(from.precision(), rows, columns);
        for (int i = 0; i < Math.min(rows, from.dim(0)); i++) {
            for (int j = 0; j < Math.min(columns, from.dim(1)); j++) {
                to.set(to.index(i, j), from.get(from.index(i, j)));
            }
        }
        return to;
    }

    /** What the adapter leaves out of {@code change}, as a part of it, both by their Frobenius norms. */
    double loss(LowRank<?> change) {
        double kept = 0;
        double all = 0;
        for (int j = 0; j < change.rank(); j++) {
            double square = 0;
            for (int i = 0; i < change.left().dim(0); i++) {
                square += Math.pow(change.left().get(change.left().index(i, j)), 2);
            }
            all += square;
            kept += j < rank ? square : 0;
        }
        return Math.sqrt(Math.max(0, all - kept) / all);
    }

    /** The changes that a model with the adapter has. */
    Patch<A> patch() {
        return new Patch<A>(List.copyOf(changes));
    }

    /** Writes the two files into {@code directory}. */
    void write(Path directory) throws IOException {
        Map<String, Tensor<A>> tensors = new LinkedHashMap<>();
        for (LowRank<A> change : changes) {
            tensors.put(PREFIX + module(change.parameter()) + LORA_A, change.right());
            tensors.put(PREFIX + module(change.parameter()) + LORA_B, change.left());
        }
        AtomicFile.replace(directory.resolve(CONFIG), Json.text(config()));
        SafeTensors.write(directory.resolve(MODEL), Map.of("format", "pt"), tensors);
    }

    /** The entries of PEFT's LoraConfig that decide what is added and to what. */
    private Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("peft_type", "LORA");
        config.put("task_type", null);
        config.put("base_model_name_or_path", null);
        config.put("inference_mode", true);
        config.put("r", rank);
        config.put("lora_alpha", rank);
        config.put("lora_dropout", 0.0);
        config.put("use_rslora", false);
        config.put("use_dora", false);
        config.put("fan_in_fan_out", false);
        config.put("bias", "none");
        config.put("init_lora_weights", true);
        config.put("modules_to_save", null);
        config.put(
                "target_modules",
                changes.stream().map(change -> module(change.parameter())).toList());
        return config;
    }

    private static String module(String parameter) {
        return parameter.substring(0, parameter.length() - WEIGHT.length());
    }

    /**
     * Reads the changes of an adapter, (lora_alpha / r)·lora_B·lora_A for each of its modules.
     *
     * @throws ModelFormatException if the files are no such adapter, or one with parts that are none of weights stored [out, in]
     * @throws IOException if they cannot be read
     */
    static <A> Patch<A> read(Path directory, Precision<A> precision) throws IOException {
        double scaling = scaling(directory.resolve(CONFIG));
        List<Change<A>> changes = new ArrayList<>();
        try (SafeTensors saved = SafeTensors.open(directory.resolve(MODEL))) {
            for (String name : saved.names()) {
                Matcher matcher = A_OF_MODULE.matcher(name);
                if (matcher.matches()) {
                    String module = matcher.group(1);
                    Tensor<A> left = saved.loadAs(PREFIX + module + LORA_B, precision);
                    for (int i = 0; i < left.size(); i++) {
                        left.set(i, left.get(i) * scaling);
                    }
                    changes.add(new LowRank<>(module + WEIGHT, left, saved.loadAs(name, precision)));
                } else if (!name.endsWith(LORA_B)) {
                    throw new ModelFormatException(
                            directory.resolve(MODEL), "adapter", "tensor '" + name + "' is not one of a plain LoRA");
                }
            }
        } catch (IllegalArgumentException e) { // Factors that do not go together.
            throw new ModelFormatException(directory.resolve(MODEL), "adapter", e.getMessage());
        }
        return new Patch<>(changes);
    }

    private static double scaling(Path file) throws IOException {
        JsonNode config;
        try {
            config = JsonMapper.shared().readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new ModelFormatException(file, "adapter", "not JSON: " + e.getOriginalMessage());
        }
        require(file, config, "peft_type", "LORA");
        require(file, config, "bias", "none");
        require(file, config, "fan_in_fan_out", "false");
        require(file, config, "use_rslora", "false");
        require(file, config, "use_dora", "false");
        double r = config.path("r").asDouble(0);
        double alpha = config.path("lora_alpha").asDouble(Double.NaN);
        if (!(r >= 1 && Double.isFinite(alpha))) {
            throw new ModelFormatException(
                    file,
                    "adapter",
                    "r is " + config.path("r") + " and lora_alpha " + config.path("lora_alpha")
                            + ", expected a number from 1 on and a number");
        }
        return alpha / r;
    }

    private static void require(Path file, JsonNode config, String name, String expected) {
        if (!config.path(name).asString("").equals(expected)) {
            throw new ModelFormatException(
                    file, "adapter", name + " is " + config.path(name) + ", expected " + expected);
        }
    }
}
