package org.icl4j.transformer.decoder;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.icl4j.transformer.decoder.DecoderConfig.Input;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Experts;
import org.icl4j.transformer.layer.Norm;

/**
 * A {@link DecoderConfig} in the metadata of a file: entries like {@code decoder.nLayers=2} and {@code decoder.mlp=gelu_tanh}, so
 * that the file alone says which model its tensors are.
 */
public final class ConfigMetadata {
    private static final String PREFIX = "decoder.";
    private static final String RULE = "config";
    private static final String NUMBERS = "numbers";
    private static final String TOKENS = "tokens";

    private ConfigMetadata() {}

    /** The entries for {@code config}. */
    public static Map<String, String> of(DecoderConfig config) {
        BlockConfig block = config.block();
        Entries entries = new Entries();
        switch (config.input()) {
            case Input.Numbers numbers -> entries.put("input", NUMBERS).put("width", numbers.width());
            case Input.Tokens tokens -> entries.put("input", TOKENS).put("vocabulary", tokens.vocabulary());
        }
        return entries.put("dOut", config.dOut())
                .put("tied", config.tied())
                .put("position", word(config.position()))
                .put("nPositions", config.nPositions())
                .put("nLayers", config.nLayers())
                .put("dModel", block.dModel())
                .put("nHeads", block.nHeads())
                .put("nKeyHeads", block.nKeyHeads())
                .put("dMlp", block.dMlp())
                .put("mixer", word(block.mixer()))
                .put("mlp", word(block.mlp()))
                .put("norm", word(block.norm()))
                .put("eps", block.eps())
                .put("residual", word(block.residual()))
                .put("postNormed", block.postNormed())
                .put("experts", block.experts().map(Experts::count).orElse(0))
                .put("expertsChosen", block.experts().map(Experts::chosen).orElse(0))
                .put("biased", block.biased())
                .byName;
    }

    /**
     * The config that the entries of {@code metadata} describe; entries of other names are not looked at.
     *
     * @param file for messages
     * @throws ModelFormatException if an entry is missing, is not understood, or belongs to no config that there can be
     */
    public static DecoderConfig read(Path file, Map<String, String> metadata) {
        Reader reader = new Reader(file, metadata);
        try {
            Input input = reader.input();
            DecoderConfig config = new DecoderConfig(
                    input,
                    reader.integer("dOut"),
                    reader.truth("tied"),
                    reader.constant("position", Position.values()),
                    reader.integer("nPositions"),
                    reader.integer("nLayers"),
                    reader.block());
            reader.requireNothingElse(config);
            return config;
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(
                    file, RULE, "its metadata describe no model that there can be: " + e.getMessage());
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Entries in order. */
    private static final class Entries {
        private final Map<String, String> byName = new LinkedHashMap<>();

        Entries put(String name, Object value) {
            byName.put(PREFIX + name, value.toString());
            return this;
        }
    }

    private record Reader(Path file, Map<String, String> metadata) {
        Input input() {
            String input = text("input");
            return switch (input) {
                case NUMBERS -> new Input.Numbers(integer("width"));
                case TOKENS -> new Input.Tokens(integer("vocabulary"));
                default -> throw unknown("input", input, NUMBERS + " and " + TOKENS);
            };
        }

        BlockConfig block() {
            return new BlockConfig(
                    integer("dModel"),
                    integer("nHeads"),
                    integer("nKeyHeads"),
                    integer("dMlp"),
                    constant("mixer", BlockConfig.Mixer.values()),
                    constant("mlp", BlockConfig.Mlp.values()),
                    constant("norm", Norm.values()),
                    parsed("eps", Double::valueOf, "numbers"),
                    constant("residual", BlockConfig.Residual.values()),
                    truth("postNormed"),
                    experts(integer("experts"), integer("expertsChosen")),
                    truth("biased"));
        }

        private static Optional<Experts> experts(int count, int chosen) {
            return count == 0 && chosen == 0 ? Optional.empty() : Optional.of(new Experts(count, chosen));
        }

        private String text(String name) {
            String value = metadata.get(PREFIX + name);
            if (value == null) {
                throw new ModelFormatException(
                        file,
                        RULE,
                        "no '" + PREFIX + name
                                + "' in the metadata, so that it is not the file of a decoder; expected is one that"
                                + " recall, icl-curve, icl-classes or rank1.generation trained (the single blocks of"
                                + " rank1, rank1.layers, rank1.learning and rank1.patches are no decoders)");
            }
            return value;
        }

        int integer(String name) {
            return parsed(name, Integer::valueOf, "whole numbers");
        }

        boolean truth(String name) {
            return switch (text(name)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw unknown(name, text(name), "true and false");
            };
        }

        <T> T parsed(String name, Function<String, T> parse, String allowed) {
            String value = text(name);
            try {
                return parse.apply(value);
            } catch (NumberFormatException e) {
                throw unknown(name, value, allowed);
            }
        }

        <E extends Enum<E>> E constant(String name, E[] constants) {
            String value = text(name);
            for (E constant : constants) {
                if (word(constant).equals(value)) {
                    return constant;
                }
            }
            List<String> words =
                    Arrays.stream(constants).map(ConfigMetadata::word).toList();
            throw unknown(name, value, words.toString());
        }

        private ModelFormatException unknown(String name, String value, String allowed) {
            return new ModelFormatException(
                    file, RULE, "'" + PREFIX + name + "' is '" + value + "' in the metadata, allowed are " + allowed);
        }

        /** What a later version wrote of its models this one may not leave out. */
        void requireNothingElse(DecoderConfig config) {
            TreeSet<String> others = new TreeSet<>(metadata.keySet());
            others.removeIf(name -> !name.startsWith(PREFIX));
            others.removeAll(of(config).keySet());
            if (!others.isEmpty()) {
                throw new ModelFormatException(
                        file, RULE, "entries " + others + " in the metadata are not known to this version of icl4j");
            }
        }
    }
}
