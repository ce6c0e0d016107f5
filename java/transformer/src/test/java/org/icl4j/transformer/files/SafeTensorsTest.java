package org.icl4j.transformer.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {
    @TempDir
    private Path directory;

    private Path fileOf(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("model.safetensors"), bytes);
    }

    private static byte[] file(String header, int dataBytes) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
    }

    private static String entry(String name, String type, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
    }

    @Test
    void roundTrip() throws IOException {
        Map<String, Tensor<?>> tensors = new LinkedHashMap<>();
        Tensor<float[]> big = Tensor.zeros(Precision.F32, 700, 501);
        RandomStream.of(1, "big", 0, 0).fillGaussian(big, 1e3);
        Tensor<double[]> small =
                Tensor.of(Precision.F64, new double[] {Double.NaN, -0.0, Double.MIN_VALUE, 1e300}, 2, 2);
        tensors.put("w.\u00fc\"\\", big);
        tensors.put("empty", Tensor.zeros(Precision.F32, 0, 3));
        tensors.put("scalar", Tensor.of(Precision.F32, new float[] {7}));
        tensors.put("small", small);
        Path path = directory.resolve("a.safetensors");
        SafeTensors.write(path, Map.of("step", "12", "text", "\u00e9\n"), tensors);
        try (SafeTensors read = SafeTensors.open(path)) {
            assertEquals(Map.of("step", "12", "text", "\u00e9\n"), read.metadata());
            assertEquals(tensors.keySet(), read.names());
            assertArrayEquals(
                    big.array(), read.load("w.\u00fc\"\\", Precision.F32).array());
            assertArrayEquals(
                    new int[] {0, 3}, read.load("empty", Precision.F32).shape());
            assertEquals(0, read.load("scalar", Precision.F32).rank());
            assertArrayEquals(small.array(), read.load("small", Precision.F64).array());
            assertEquals("name", broken(() -> read.load("none", Precision.F32)).rule());
            assertEquals(
                    "dtype", broken(() -> read.load("small", Precision.F32)).rule());
        }
        assertEquals(0, (headerBytes(path) + 8) % 8, "data is aligned");
    }

    private static long headerBytes(Path path) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
    }

    private static ModelFormatException broken(Executable call) {
        return assertThrows(ModelFormatException.class, call);
    }

    private void assertBroken(String rule, byte[] bytes) throws IOException {
        Path path = fileOf(bytes);
        ModelFormatException e = broken(() -> SafeTensors.open(path));
        assertEquals(rule, e.rule(), e.getMessage());
        assertTrue(e.getMessage().contains("model.safetensors"), e.getMessage());
    }

    @Test
    void emptyModelIsRead() throws IOException {
        try (SafeTensors read = SafeTensors.open(fileOf(file("{}   ", 0)))) {
            assertEquals(0, read.names().size());
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "7"})
    void tooShort(int bytes) throws IOException {
        assertBroken("S1", new byte[bytes]);
    }

    @ParameterizedTest
    @CsvSource({"S2,100000001", "S2,-9223372036854775808", "S2,-1", "S3,100000000", "S3,3"})
    void headerLength(String rule, long length) throws IOException {
        byte[] bytes = file("{}", 0);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        assertBroken(rule, bytes);
    }

    @Test
    void notUtf8() throws IOException {
        for (byte[] bad : List.of(
                new byte[] {'{', (byte) 0xff, '}'},
                new byte[] {'{', (byte) 0xe2, (byte) 0x82},
                new byte[] {'{', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '}'},
                new byte[] {'{', (byte) 0xc0, (byte) 0x80, '}'})) {
            byte[] bytes = ByteBuffer.allocate(8 + bad.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(bad.length)
                    .put(bad)
                    .array();
            assertBroken("S4", bytes);
        }
    }

    private static final String GOOD = entry("a", "F32", "[2]", "[0,8]");

    /** Header text, bytes of data behind it, and the rule that it breaks. */
    private static final String[][] BAD_HEADERS = {
        {"S6", "", "0"},
        {"S6", " {}", "0"},
        {"S6", "\ufeff{}", "0"},
        {"S6", "[]", "0"},
        {"S6", "null", "0"},
        {"S5", "{", "0"},
        {"S5", "{}{}", "0"},
        {"S5", "{}x", "0"},
        {"S5", "{}\u0000\u0000", "0"},
        {"S5", "{}\n\t", "0"},
        {"S5", "{} \r ", "0"},
        {"S5", "{\"a\"}", "0"},
        {"S5", "{'a':1}", "0"},
        {"S5", "{" + GOOD + ",}", "8"},
        {"S16", "{" + GOOD + "," + GOOD + "}", "8"},
        {"S16", "{" + GOOD + "," + entry("\\u0061", "F32", "[2]", "[8,16]") + "}", "16"},
        {"S16", "{" + entry("a", "F32", "[2],\"shape\":[2]", "[0,8]") + "}", "8"},
        {"S7", "{" + entry("a".repeat(513), "F32", "[2]", "[0,8]") + "}", "8"},
        {"S5", "{" + entry("a", "F32", "[" + "9".repeat(30) + "]", "[0,8]") + "}", "8"},
        {"S8", "{" + entry("a", "F32", "[".repeat(20), "[0,8]") + "}", "8"},
        {"S7", "{\"a\":7}", "0"},
        {"S7", "{\"a\":[]}", "0"},
        {"S7", "{\"a\":null}", "0"},
        {"S7", "{\"a\":{}}", "0"},
        {"S7", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "8"},
        {"S7", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", "8"},
        {"S7", "{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "8"},
        {"S7", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", "8"},
        {"S7", "{" + entry("a", "f32", "[2]", "[0,8]") + "}", "8"},
        {"S7", "{" + entry("a", "F31", "[2]", "[0,8]") + "}", "8"},
        {"S7", "{\"a\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}", "8"},
        {"S7", "{" + entry("a\\u0007", "F32", "[2]", "[0,8]") + "}", "8"},
        {"S7", "{" + entry("__Metadata__", "text", "[2]", "[0,8]") + "}", "8"},
        {"S8", "{" + entry("a", "F32", "2", "[0,8]") + "}", "8"},
        {"S8", "{" + entry("a", "F32", "[-2]", "[0,8]") + "}", "8"},
        {"S8", "{" + entry("a", "F32", "[-0]", "[0,0]") + "}", "0"},
        {"S8", "{" + entry("a", "F32", "[2.0]", "[0,8]") + "}", "8"},
        {"S8", "{" + entry("a", "F32", "[2e0]", "[0,8]") + "}", "8"},
        {"S8", "{" + entry("a", "F32", "[\"2\"]", "[0,8]") + "}", "8"},
        {"S8", "{" + entry("a", "F32", "[null]", "[0,8]") + "}", "8"},
        {"S8", "{" + entry("a", "F32", "[9223372036854775808]", "[0,8]") + "}", "8"},
        {"S8", "{" + entry("a", "F32", "[[2]]", "[0,8]") + "}", "8"},
        {"S9", "{" + entry("a", "F32", "[2]", "[0]") + "}", "8"},
        {"S9", "{" + entry("a", "F32", "[2]", "[]") + "}", "8"},
        {"S9", "{" + entry("a", "F32", "[2]", "[0,8,8]") + "}", "8"},
        {"S9", "{" + entry("a", "F32", "[2]", "[8,0]") + "}", "8"},
        {"S9", "{" + entry("a", "F32", "[2]", "[-8,0]") + "}", "8"},
        {"S9", "{" + entry("a", "F32", "[2]", "[-0,8]") + "}", "8"},
        {"S9", "{" + entry("a", "F32", "[2]", "\"0,8\"") + "}", "8"},
        {"S9", "{" + entry("a", "F32", "[2]", "[0,18446744073709551616]") + "}", "8"},
        {"S10", "{" + entry("a", "F32", "[2]", "[4,12]") + "}", "12"},
        {"S10", "{" + GOOD + "," + entry("b", "F32", "[2]", "[12,20]") + "}", "20"},
        {"S10", "{" + GOOD + "," + entry("b", "F32", "[2]", "[4,12]") + "}", "12"},
        {"S10", "{" + GOOD + "," + entry("b", "F32", "[2]", "[0,8]") + "}", "8"},
        {"S11", "{" + entry("a", "F32", "[4294967296,4294967296]", "[0,8]") + "}", "8"},
        {"S11", "{" + entry("a", "F64", "[9223372036854775807]", "[0,8]") + "}", "8"},
        {"S11", "{" + entry("a", "F32", "[9223372036854775807,2,0]", "[0,0]") + "}", "0"},
        {"S12", "{" + entry("a", "F4", "[3]", "[0,1]") + "}", "1"},
        {"S12", "{" + entry("a", "F6_E2M3", "[2]", "[0,1]") + "}", "1"},
        {"S13", "{" + entry("a", "F32", "[3]", "[0,8]") + "}", "8"},
        {"S13", "{" + entry("a", "F64", "[2]", "[0,8]") + "}", "8"},
        {"S13", "{" + entry("a", "F32", "[]", "[0,8]") + "}", "8"},
        {"S13", "{" + entry("a", "F32", "[0]", "[0,8]") + "}", "8"},
        {"S14", "{" + GOOD + "}", "7"},
        {"S14", "{" + GOOD + "}", "9"},
        {"S14", "{}", "1"},
        {"S15", "{\"__metadata__\":7}", "0"},
        {"S15", "{\"__metadata__\":{\"a\":1}}", "0"},
        {"S15", "{\"__metadata__\":{\"a\":null}}", "0"},
        {"S15", "{\"__metadata__\":{\"a\":{}}}", "0"},
        {"S15", "{\"__metadata__\":[\"a\"]}", "0"},
        {"S15", "{\"__metadata__\":{\"" + "a".repeat(513) + "\":\"1\"}}", "0"},
        {"S16", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "0"},
        {"S16", "{\"__metadata__\":{},\"__metadata__\":{}}", "0"}
    };

    @Test
    void everyRuleIsKept() throws IOException {
        assertTrue(BAD_HEADERS.length >= 60, BAD_HEADERS.length + " cases");
        for (String[] bad : BAD_HEADERS) {
            assertBroken(bad[0], file(bad[1], Integer.parseInt(bad[2])));
        }
    }

    /** Bytes changed, cut and repeated at random: an exception of ours or a valid file, nothing else, and quickly. */
    @Test
    void mutatedFiles() throws IOException {
        byte[] good = file("{" + GOOD + "," + entry("b", "F64", "[1,2]", "[8,24]") + "}  ", 24);
        RandomStream random = RandomStream.of(System.nanoTime(), "mutations", 0, 0);
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = good.clone();
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                int at = random.nextInt(bytes.length);
                if (random.nextInt(4) == 0) {
                    bytes = Arrays.copyOf(bytes, at);
                    break;
                }
                bytes[at] = (byte) random.nextInt(256);
            }
            try (SafeTensors read = SafeTensors.open(fileOf(bytes))) {
                for (String name : read.names()) {
                    assertTrue(name.length() <= 512);
                }
            } catch (ModelFormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 3_000, refused + " were refused");
    }

    private SafeTensors openOld(Path path) throws IOException {
        SafeTensors.write(path, Map.of(), Map.of("w", Tensor.zeros(Precision.F32, 1000)));
        Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000)); // Not to rely on the clock's resolution.
        return SafeTensors.open(path);
    }

    private static void assertChanged(SafeTensors read) {
        ModelFormatException e = broken(() -> read.load("w", Precision.F32));
        assertEquals("changed", e.rule(), e.getMessage());
    }

    @Test
    void fileThatChangesWhileOpen() throws IOException {
        Path path = directory.resolve("b.safetensors");
        try (SafeTensors read = openOld(path)) {
            assertEquals(1000, read.load("w", Precision.F32).size());
            Files.write(path, new byte[1], StandardOpenOption.APPEND);
            assertChanged(read);
        }
        try (SafeTensors read = openOld(path)) {
            try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(500);
            }
            assertChanged(read);
        }
        try (SafeTensors read = openOld(path)) {
            try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), channel.size() - 4);
            }
            assertChanged(read);
        }
        try (SafeTensors read = openOld(path);
                SafeTensors replaced = openOld(path)) {
            assertChanged(read);
            assertEquals(1000, replaced.load("w", Precision.F32).size());
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void onlyRegularFiles() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertTimeoutPreemptively(
                Duration.ofMinutes(3),
                () -> assertEquals("file", broken(() -> SafeTensors.open(pipe)).rule()));
        assertEquals("file", broken(() -> SafeTensors.open(directory)).rule());
        Path file = directory.resolve("c.safetensors");
        SafeTensors.write(file, Map.of(), Map.of());
        SafeTensors.open(Files.createSymbolicLink(directory.resolve("link"), file))
                .close();
    }

    @Test
    void emptyTensorsOfAnyShape() throws IOException {
        String header = "{" + entry("a", "F32", "[65536,65536,0]", "[0,0]") + ","
                + entry("b", "F64", "[0,4294967296]", "[0,0]") + "}";
        try (SafeTensors read = SafeTensors.open(fileOf(file(header, 0)))) {
            assertArrayEquals(
                    new int[] {65536, 65536, 0}, read.load("a", Precision.F32).shape());
            ModelFormatException e = broken(() -> read.load("b", Precision.F64));
            assertTrue(e.rule().equals("size") && e.getMessage().contains("[0, 4294967296]"), e.getMessage());
        }
    }

    @Test
    void tensorThatNoArrayHolds() throws IOException {
        Path path = fileOf(file("{" + entry("a", "F32", "[65536,65536]", "[0,17179869184]") + "}", 0));
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            long header = channel.size();
            channel.write(ByteBuffer.allocate(1), header + (1L << 34) - 1); // The rest is a hole.
        }
        try (SafeTensors read = SafeTensors.open(path)) {
            ModelFormatException e = broken(() -> read.load("a", Precision.F32));
            assertEquals("size", e.rule());
            assertTrue(e.getMessage().contains("too large"), e.getMessage());
        } finally {
            Files.delete(path);
        }
    }

    private void assertNotWritten(String rule, Map<String, String> metadata, String name) throws IOException {
        Path path = fileOf(new byte[] {1, 2, 3});
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> SafeTensors.write(path, metadata, Map.of(name, Tensor.zeros(Precision.F32, 2))))
                .getMessage();
        assertTrue(message.contains("[rule " + rule + "]") && message.contains(path.toString()), message);
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(path));
    }

    @Test
    void whatOpenWouldRefuseIsNotWritten() throws IOException {
        assertNotWritten("S15", Map.of(), "__metadata__");
        assertNotWritten("S7", Map.of(), "a\nb");
        assertNotWritten("S7", Map.of(), "a".repeat(513));
        assertNotWritten("S4", Map.of(), "a\ud800");
        assertNotWritten("S5", Map.of("a", "v".repeat(70_000)), "w");
        assertNotWritten("S15", Map.of("k".repeat(600), "v"), "w");
        assertNotWritten("S4", Map.of("a", "\udc00"), "w");
    }

    @Test
    void longestNames() throws IOException {
        Path path = directory.resolve("long.safetensors");
        String name = "\u20ac".repeat(512);
        Map<String, String> metadata = Map.of(name, "v".repeat(60_000));
        SafeTensors.write(path, metadata, Map.of(name, Tensor.zeros(Precision.F32, 2)));
        try (SafeTensors read = SafeTensors.open(path)) {
            assertEquals(Set.of(name), read.names());
            assertEquals(metadata, read.metadata());
        }
    }

    @Test
    void missingFile() {
        assertThrows(NoSuchFileException.class, () -> SafeTensors.open(directory.resolve("none")));
    }

    @Test
    void failedWriteLeavesTheOldFile() throws IOException {
        Path path = fileOf(new byte[] {1, 2, 3});
        assertThrows(
                IOException.class,
                () -> AtomicFile.replace(path, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[] {9}));
                    throw new IOException("disk full");
                }));
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(path));
        try (var files = Files.list(directory)) {
            assertEquals(1, files.count(), "the unfinished file is removed");
        }
    }
}
