package org.icl4j.kernels.openblas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.icl4j.bindings.openblas.OpenBlas;
import org.junit.jupiter.api.Test;

/** The bindings are what jextract made of the header, and the header is what OpenBLAS says. */
class BindingsTest {
    private static final Path ROOT = Path.of("../..");
    private static final Path HEADER = ROOT.resolve("include/openblas_subset.h");
    private static final Path GENERATED = ROOT.resolve("java/bindings/src/main/java/org/icl4j/bindings/openblas");

    @Test
    void generatedFilesAreUntouched() throws Exception {
        Map<String, String> recorded = new TreeMap<>();
        for (String line : Files.readAllLines(ROOT.resolve("include/bindings.sha256"))) {
            String[] parts = line.split(" +", 2);
            recorded.put(parts[1], parts[0]);
        }
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> generated = Files.list(GENERATED)) {
            for (Path file : Stream.concat(Stream.of(HEADER, HEADER.resolveSibling("includes.txt")), generated)
                    .toList()) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                found.put(ROOT.relativize(file).toString(), HexFormat.of().formatHex(digest));
            }
        }
        assertEquals(
                recorded, found, "header, filter or bindings changed; include/README.md tells how to make them anew");
    }

    /** Function name to its return type and parameter types, reduced to what the C ABI passes. */
    private static Map<String, String> prototypes(String header) {
        String code = header.replaceAll("(?s)/\\*.*?\\*/", " ").replaceAll("\\s+", " ");
        Matcher matcher = Pattern.compile("(void|int|char ?\\*) ?((?:cblas_[sd]gemm|openblas_\\w+)) ?\\(([^)]*)\\) ?;")
                .matcher(code);
        Map<String, String> prototypes = new TreeMap<>();
        while (matcher.find()) {
            List<String> types = Stream.of(matcher.group(3).split(","))
                    .map(BindingsTest::abiType)
                    .toList();
            prototypes.put(matcher.group(2), matcher.group(1).replace(" ", "") + types);
        }
        return prototypes;
    }

    private static String abiType(String parameter) {
        String type = parameter.replaceAll("\\b(OPENBLAS_CONST|const)\\b", "").strip();
        if (type.equals("void")) {
            return type;
        }
        return type.replaceAll("\\benum \\w+|\\bblasint\\b", "int")
                .replaceAll("(\\*?) ?\\w+$", "$1")
                .replace(" ", "");
    }

    @Test
    void headerAgreesWithOpenBlas() throws IOException {
        Map<String, String> ours = prototypes(Files.readString(HEADER));
        assertEquals(7, ours.size(), ours.toString());
        String resource = "org/bytedeco/openblas/linux-x86_64/include/cblas.h";
        try (InputStream in = getClass().getClassLoader().getResourceAsStream(resource)) {
            assertNotNull(in, "the OpenBLAS jar on the test class path has no " + resource);
            Map<String, String> theirs = prototypes(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            ours.forEach((name, prototype) -> assertEquals(prototype, theirs.get(name), name));
        }
    }

    @Test
    void everyFunctionAnswers() {
        OpenBlasLibrary.load();
        assertTrue(OpenBlas.openblas_get_config().getString(0).startsWith("OpenBLAS "));
        assertTrue(!OpenBlas.openblas_get_corename().getString(0).isEmpty());
        assertEquals(1, OpenBlas.openblas_get_parallel());
        int before = OpenBlas.openblas_get_num_threads();
        OpenBlas.openblas_set_num_threads(1);
        assertEquals(1, OpenBlas.openblas_get_num_threads());
        OpenBlas.openblas_set_num_threads(before);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4);
            MemorySegment c = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 1, 1, 1);
            OpenBlas.cblas_sgemm(
                    OpenBlas.CblasRowMajor(),
                    OpenBlas.CblasNoTrans(),
                    OpenBlas.CblasTrans(),
                    2,
                    2,
                    2,
                    2,
                    a,
                    2,
                    a,
                    2,
                    10,
                    c,
                    2);
            // [[1 2] [3 4]]·[[1 3] [2 4]] = [[5 11] [11 25]]
            assertArrayEquals(new float[] {20, 32, 32, 60}, c.toArray(ValueLayout.JAVA_FLOAT));
            MemorySegment aDouble = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 1, 2, 3, 4);
            MemorySegment cDouble = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 1, 1, 1, 1);
            OpenBlas.cblas_dgemm(
                    OpenBlas.CblasRowMajor(),
                    OpenBlas.CblasNoTrans(),
                    OpenBlas.CblasTrans(),
                    2,
                    2,
                    2,
                    2,
                    aDouble,
                    2,
                    aDouble,
                    2,
                    10,
                    cDouble,
                    2);
            assertArrayEquals(new double[] {20, 32, 32, 60}, cDouble.toArray(ValueLayout.JAVA_DOUBLE));
        }
    }
}
