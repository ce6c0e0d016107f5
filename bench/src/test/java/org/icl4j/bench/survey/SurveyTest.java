package org.icl4j.bench.survey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.icl4j.bench.BenchTool;
import org.icl4j.kernels.workload.Cost;
import org.icl4j.kernels.workload.MachineLimits;
import org.icl4j.kernels.workload.MachineLimits.Level;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code icl4j bench}: what it measures, and how it says it. */
class SurveyTest {
    private static final List<String> FIELDS =
            List.of("kernel", "shape", "provider", "threads", "seconds", "spread", "rate", "unit", "limit", "fraction");

    @TempDir
    private static Path directory;

    /** A survey of one kernel. */
    private static Result survey;

    private record Result(int code, String out, String err) {}

    private static Result bench(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new BenchTool().run(new PrintWriter(out), new PrintWriter(err, true), args);
        return new Result(code, out.toString(), err.toString());
    }

    @BeforeAll
    static void makeSurvey() {
        survey = bench(
                "relu",
                "--quick",
                "--threads",
                "1",
                "--provider",
                "scalar",
                "--json",
                directory.resolve("bench.json").toString(),
                "--out",
                directory.resolve("out").toString());
        assertEquals(0, survey.code(), survey.err());
    }

    @Test
    void jsonIsTheDesigns() throws IOException {
        JsonNode array = JsonMapper.shared().readTree(Files.readAllBytes(directory.resolve("bench.json")));
        assertEquals(1, array.size());
        JsonNode line = array.get(0);
        assertEquals(FIELDS, List.copyOf(line.propertyNames()));
        assertEquals("relu", line.get("kernel").asString());
        assertEquals("2624x1024", line.get("shape").asString());
        assertEquals("scalar", line.get("provider").asString());
        assertEquals("GB/s", line.get("unit").asString());
        double bytes = 2.0 * 4 * 2624 * 1024;
        assertEquals(
                bytes / line.get("seconds").asDouble() / 1e9, line.get("rate").asDouble(), 1e-9);
        assertEquals(
                line.get("rate").asDouble() / line.get("limit").asDouble(),
                line.get("fraction").asDouble(),
                1e-9);
    }

    @Test
    void pageIsSelfContained() throws IOException {
        String page = Files.readString(directory.resolve("out/bench.html"));
        assertTrue(page.contains("<svg") && page.contains("2624x1024"), "page without picture or table");
        assertFalse(page.contains("src=") || page.contains("href="), "the page is self-contained");
        assertTrue(Files.exists(directory.resolve("out/roofline-1.svg")));
    }

    @Test
    void misuseIsTold() {
        assertUsage("no kernel 'gem'", "gem");
        assertUsage("--provider jni", "--provider", "jni");
        assertUsage("--threads 0", "--threads", "0");
        assertUsage("Unknown option", "--fast");
        assertUsage("cannot be written", "relu", "--json", directory.toString());
        assertUsage("--rounds 1", "guard", "--rounds", "1");
        assertUsage("--only nothing", "guard", "--only", "nothing");
        assertUsage("exclude", "guard", "--save", "a", "--baseline", "b");
        assertUsage("no kernel 'gem'", "peers", "gemm", "gem");
        assertUsage("no kernel 'gem'", "widths", "gemm", "gem");
        assertUsage("--rounds 2", "widths", "--rounds", "2");
    }

    private static void assertUsage(String part, String... args) {
        Result result = bench(args);
        assertEquals(2, result.code(), String.join(" ", args));
        assertTrue(result.err().contains(part), result.err());
        assertEquals(1, result.err().strip().lines().count(), result.err());
    }

    /** Here 'gpu', on a user's machine OpenBLAS without its library. */
    @Test
    void missingProvidersAreNamed() {
        UsableProviders usable = UsableProviders.of(List.of("gpu", "scalar", "vector"));
        assertEquals(List.of("vector"), usable.names());
        assertEquals(1, usable.missing().size());
        assertTrue(usable.missing().getFirst().startsWith("provider gpu: "), usable.toString());
        assertEquals(
                List.of("scalar"), UsableProviders.of(List.of("gpu", "scalar")).names());
    }

    @Test
    void spreadIsOverTheMedian() {
        Timing odd = Timing.ofSeconds(3, 1, 2);
        assertEquals(2, odd.seconds());
        assertEquals(1, odd.spread());
        assertEquals(2.5, Timing.ofSeconds(1, 2, 3, 4).seconds());
    }

    @Test
    void aCallIsTimed() {
        Timing timing = Timing.of(
                () -> {
                    long end = System.nanoTime() + 200_000;
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                },
                new Timing.Effort(1_000_000, 1_000_000, 20_000_000, 3, 2_000_000));
        assertTrue(timing.seconds() >= 200e-6, timing.toString());
    }

    /** A call that gets ten times as fast after a time in which nothing happens, as one whose compilation takes that long. */
    @Test
    void warmUpOutlastsACompilation() {
        long compiled = System.nanoTime() + 150_000_000;
        double nanos = Timing.warmUp(
                () -> {
                    long now = System.nanoTime();
                    long end = now + (now < compiled ? 2_000_000 : 200_000);
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                },
                new Timing.Effort(4_000_000, 300_000_000, 5_000_000_000L, 1, 1));
        assertTrue(nanos < 1_500_000, nanos + " ns");
    }

    /** A line's rate can be held against a limit only if both count the same: work/limit seconds, and fraction ≤ 1. */
    @Test
    void theLongestLimitBinds() {
        MachineLimits limits = new MachineLimits(
                1,
                new TreeMap<>(Map.of(256, 50.0, 512, 100.0)),
                10,
                List.of(new Level("L1", 1e4, 300, 200, 250), new Level("DRAM", Double.POSITIVE_INFINITY, 20, 10, 15)));
        assertEquals(200, limits.gflops());
        assertEquals("FMA", limits.bind(Cost.products(1e9, 0, 100, 100)).name());
        assertEquals(0.01, limits.bind(Cost.products(1e9, 0, 100, 100)).seconds(), 1e-12);
        assertEquals("division", limits.bind(Cost.stream(100, 100, 100, 100)).name());
        assertEquals("L1 copy", limits.bind(Cost.stream(1, 0, 100, 100)).name());
        assertEquals("L1 read", limits.bind(Cost.stream(1, 0, 100, 1)).name());
        assertEquals("DRAM copy", limits.bind(Cost.stream(1, 0, 1e6, 1e6)).name());
        assertEquals(
                "DRAM update",
                limits.bind(Cost.stream(1, 0, 1e6, 1e6).updating()).name());
        assertEquals(
                "L1 update",
                limits.bind(Cost.stream(1, 0, 2000, 2000).updating()).name());
        assertEquals(8e6 / 10e9, limits.bind(Cost.stream(1, 0, 1e6, 1e6)).seconds(), 1e-12);
    }

    /** The machine's limits are in the order that physics gives them. */
    @Test
    void limitsAreSensible() {
        List<String> lines = survey.out().lines().toList();
        int header = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("THREADS"))
                .findFirst()
                .orElseThrow());
        long widths = lines.get(header).split("FMA-", -1).length - 1;
        assertTrue(lines.get(header)
                .matches("THREADS( +FMA-\\d+ GFLOP/s)+ +DIVIDE G/s( +\\w+ READ/COPY/UPDATE GB/s){2,}"));
        assertTrue(lines.get(header).endsWith(" DRAM READ/COPY/UPDATE GB/s"), lines.get(header));
        double[] numbers = Pattern.compile("[0-9.]+")
                .matcher(lines.get(header + 1))
                .results()
                .mapToDouble(number -> Double.parseDouble(number.group()))
                .toArray();
        double best = Arrays.stream(numbers).skip(1).limit(widths).max().orElseThrow();
        assertTrue(best > 0.1 && numbers[(int) widths + 1] <= best, lines.get(header + 1));
        assertTrue(Arrays.stream(numbers).allMatch(number -> number > 0), lines.get(header + 1));
    }
}
