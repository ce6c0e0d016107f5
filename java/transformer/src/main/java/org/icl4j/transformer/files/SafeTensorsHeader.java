package org.icl4j.transformer.files;

import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * The header of a safetensors file, read strictly: what the format's specification forbids is refused, with the number of the
 * rule S1 to S16.
 *
 * @param metadata the free text entries
 * @param entries the tensors, in the order of their data
 */
record SafeTensorsHeader(Map<String, String> metadata, Map<String, Entry> entries) {
    /** The longest header that the format allows, in bytes. */
    static final long MAX_BYTES = 100_000_000;

    private static final int MAX_TENSORS = 1_000_000;
    private static final int MAX_NAME = 512;
    private static final int MAX_TEXT = 65_536;
    private static final int MAX_SHOWN = 40;
    private static final int ALIGNMENT = 8;
    private static final String METADATA = "__metadata__";

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxNumberLength(20)
                    .maxStringLength(MAX_TEXT)
                    .maxNameLength(MAX_TEXT) // In bytes of UTF-8; the limit in characters is kept below.
                    .maxDocumentLength(MAX_BYTES)
                    .maxTokenCount(20_000_000)
                    .build())
            .build();

    /**
     * A tensor's place.
     *
     * @param type element type
     * @param shape dimensions
     * @param begin first byte of its data, counted from the end of the header
     * @param end the byte behind its last
     */
    record Entry(ElementType type, long[] shape, long begin, long end) {}

    /**
     * Reads a header.
     *
     * @param path for messages
     * @param bytes the JSON part
     * @param dataBytes length of what follows it in the file
     * @throws ModelFormatException if a rule is broken
     */
    static SafeTensorsHeader parse(Path path, byte[] bytes, long dataBytes) {
        return new Reader(path).read(bytes, dataBytes);
    }

    /**
     * The JSON part of a file, filled up with spaces to a multiple of 8 bytes, so that the data is aligned.
     *
     * @param path for messages
     * @param dataBytes length of what is to follow it
     * @throws IllegalArgumentException if {@link #parse} would refuse it, or read another name or text
     */
    byte[] encode(Path path, long dataBytes) {
        if (entries.containsKey(METADATA)) {
            throw unwritable(path + ": a tensor cannot have the name '" + METADATA + "' [rule S15]", null);
        }
        byte[] bytes = toJson().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES) {
            throw unwritable(
                    path + ": its header has " + bytes.length + " bytes, allowed are " + MAX_BYTES + " [rule S2]",
                    null);
        }
        SafeTensorsHeader read;
        try {
            read = parse(path, bytes, dataBytes);
        } catch (ModelFormatException e) {
            throw unwritable(e.getMessage(), e);
        }
        requireSame(path + ": tensor name", entries.keySet(), read.entries.keySet());
        requireSame(path + ": metadata", metadata.entrySet(), read.metadata.entrySet());
        return bytes;
    }

    private static void requireSame(String what, Set<?> written, Set<?> read) {
        for (Object one : written) {
            if (!read.contains(one)) {
                throw unwritable(what + " '" + one + "' has characters that UTF-8 lacks [rule S4]", null);
            }
        }
    }

    private static IllegalArgumentException unwritable(String why, ModelFormatException cause) {
        return new IllegalArgumentException("cannot write " + why, cause);
    }

    private String toJson() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectPropertyStart(METADATA);
                metadata.forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            entries.forEach((name, entry) -> {
                json.writeObjectPropertyStart(name);
                json.writeStringProperty("dtype", entry.type().name());
                json.writeName("shape");
                json.writeArray(entry.shape(), 0, entry.shape().length);
                json.writeName("data_offsets");
                json.writeArray(new long[] {entry.begin(), entry.end()}, 0, 2);
                json.writeEndObject();
            });
            json.writeEndObject();
        }
        int bytes = text.toString().getBytes(StandardCharsets.UTF_8).length;
        return text + " ".repeat(Math.floorMod(-bytes, ALIGNMENT));
    }

    private static final class Reader {
        private final Path path;
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final Map<String, Entry> entries = new LinkedHashMap<>();

        Reader(Path path) {
            this.path = path;
        }

        SafeTensorsHeader read(byte[] bytes, long dataBytes) {
            requireText(bytes);
            try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes)) {
                readRoot(json);
            } catch (JacksonException e) {
                throw broken("S5", "the header is not one JSON object: " + e.getOriginalMessage());
            }
            requireSpacesBehind(bytes);
            return new SafeTensorsHeader(metadata, inOrder(dataBytes));
        }

        private void requireText(byte[] bytes) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            } catch (CharacterCodingException e) {
                throw broken("S4", "the header is not UTF-8");
            }
            if (bytes.length == 0 || bytes[0] != '{') {
                throw broken("S6", "the header does not begin with '{'");
            }
        }

        /** JSON allows tabs and line ends behind the object too, the format does not. */
        private void requireSpacesBehind(byte[] bytes) {
            int end = bytes.length;
            while (bytes[end - 1] == ' ') {
                end--;
            }
            if (bytes[end - 1] != '}') {
                throw broken(
                        "S5", "byte 0x" + HexFormat.of().toHexDigits(bytes[end - 1]) + " follows the header's object");
            }
        }

        private void readRoot(JsonParser json) {
            Set<String> names = new HashSet<>();
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                requireNew(names, name, "the header");
                if (name.equals(METADATA)) {
                    readMetadata(json);
                } else {
                    requireName(name);
                    entries.put(name, readEntry(json, name));
                }
                if (entries.size() > MAX_TENSORS) {
                    throw broken("S5", "more than " + MAX_TENSORS + " tensors");
                }
            }
            if (json.nextToken() != null) {
                throw broken("S5", "something follows the header's object");
            }
        }

        private void requireNew(Set<String> seen, String name, String where) {
            if (!seen.add(name)) {
                throw broken("S16", where + " has '" + shown(name) + "' twice");
            }
        }

        private void requireName(String name) {
            requireLength("S7", "a tensor's name", name);
            if (name.chars().anyMatch(Character::isISOControl)) {
                throw broken("S7", "the name of tensor '" + shown(name) + "' has a control character");
            }
        }

        /** The beginning of a name not yet known to be a good one, fit for a message. */
        private static String shown(String name) {
            String visible = name.replaceAll("\\p{Cc}", "?");
            return visible.length() <= MAX_SHOWN ? visible : visible.substring(0, MAX_SHOWN) + "…";
        }

        private void requireLength(String rule, String what, String name) {
            if (name.length() > MAX_NAME) {
                throw broken(
                        rule,
                        what + " has " + name.length() + " characters, allowed are " + MAX_NAME + ": '" + shown(name)
                                + "'");
            }
        }

        private void readMetadata(JsonParser json) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw broken("S15", METADATA + " is not an object of strings");
            }
            Set<String> keys = new HashSet<>();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName();
                requireNew(keys, key, METADATA);
                requireLength("S15", "a key of " + METADATA, key);
                if (json.nextToken() != JsonToken.VALUE_STRING) {
                    throw broken("S15", METADATA + " has a value at '" + key + "' that is not a string");
                }
                metadata.put(key, json.getString());
            }
        }

        private Entry readEntry(JsonParser json, String name) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw broken("S7", "tensor '" + name + "' is not an object");
            }
            ElementType type = null;
            long[] shape = null;
            long[] offsets = null;
            Set<String> parts = new HashSet<>();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                requireNew(parts, json.currentName(), "tensor '" + name + "'");
                switch (json.currentName()) {
                    case "dtype" -> type = readType(json, name);
                    case "shape" -> shape = readIntegers(json, "S8", name, "shape");
                    case "data_offsets" -> offsets = readIntegers(json, "S9", name, "data_offsets");
                    default ->
                        throw broken("S7", "tensor '" + name + "' has an unknown entry '" + json.currentName() + "'");
                }
            }
            if (type == null || shape == null || offsets == null) {
                throw broken("S7", "tensor '" + name + "' lacks dtype, shape or data_offsets");
            }
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw broken("S9", "tensor '" + name + "' needs data_offsets [begin, end] with begin <= end");
            }
            requireSize(name, type, shape, offsets[1] - offsets[0]);
            return new Entry(type, shape, offsets[0], offsets[1]);
        }

        private ElementType readType(JsonParser json, String name) {
            String text = json.nextToken() == JsonToken.VALUE_STRING ? json.getString() : "";
            for (ElementType type : ElementType.values()) {
                if (type.name().equals(text)) {
                    return type;
                }
            }
            throw broken("S7", "tensor '" + name + "' has an unknown dtype '" + text + "'");
        }

        private long[] readIntegers(JsonParser json, String rule, String name, String what) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw broken(rule, "tensor '" + name + "': " + what + " is not an array");
            }
            List<Long> values = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                boolean fits = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                        && (json.getNumberType() == JsonParser.NumberType.INT
                                || json.getNumberType() == JsonParser.NumberType.LONG);
                if (!fits || json.getString().startsWith("-")) { // As in -0, which as a number is fine.
                    throw broken(
                            rule,
                            "tensor '" + name + "': " + what + " has '" + json.getString()
                                    + "', not an integer from 0 to 2^63 - 1");
                }
                values.add(json.getLongValue());
            }
            return values.stream().mapToLong(Long::longValue).toArray();
        }

        private void requireSize(String name, ElementType type, long[] shape, long bytes) {
            long bits = type.bits();
            try {
                for (long dimension : shape) {
                    bits = Math.multiplyExact(bits, dimension);
                }
            } catch (ArithmeticException e) {
                throw broken("S11", "tensor '" + name + "': the product of its dimensions overflows");
            }
            if (bits % 8 != 0) {
                throw broken("S12", "tensor '" + name + "' ends within a byte (" + bits + " bits)");
            }
            if (bits / 8 != bytes) {
                throw broken(
                        "S13", "tensor '" + name + "' needs " + bits / 8 + " bytes, but its offsets span " + bytes);
            }
        }

        /** No holes, no overlap, nothing left over. */
        private Map<String, Entry> inOrder(long dataBytes) {
            List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
            sorted.sort(Comparator.comparingLong(
                            (Map.Entry<String, Entry> e) -> e.getValue().begin())
                    .thenComparingLong(e -> e.getValue().end()));
            Map<String, Entry> ordered = new LinkedHashMap<>();
            long next = 0;
            for (Map.Entry<String, Entry> entry : sorted) {
                if (entry.getValue().begin() != next) {
                    throw broken(
                            "S10",
                            "tensor '" + entry.getKey() + "' begins at "
                                    + entry.getValue().begin() + ", not where the last one ended, " + next);
                }
                next = entry.getValue().end();
                ordered.put(entry.getKey(), entry.getValue());
            }
            if (next != dataBytes) {
                throw broken("S14", "the tensors take " + next + " bytes, but " + dataBytes + " follow the header");
            }
            return ordered;
        }

        private ModelFormatException broken(String rule, String detail) {
            return new ModelFormatException(path, rule, detail);
        }
    }
}
