package org.icl4j.bench.widths;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.icl4j.bench.survey.Survey;
import org.icl4j.report.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code icl4j bench widths}: how it judges times, how it says it, and that it measures the widths that it names. */
class WidthsTest {
    private static final double[] NOISE = {1.00, 1.02, 0.99, 1.01, 0.98};

    /** Times that are {@code microseconds} but for the noise, which differs between widths. */
    private static WidthTimes row(String kernel, Map<Integer, Double> microseconds) {
        SortedMap<Integer, double[]> seconds = new TreeMap<>();
        microseconds.forEach((bits, micros) -> {
            double[] rounds = new double[NOISE.length];
            for (int round = 0; round < rounds.length; round++) {
                rounds[round] = micros * 1e-6 * NOISE[(round + bits / 128) % NOISE.length];
            }
            seconds.put(bits, rounds);
        });
        return new WidthTimes(kernel, "2x2", seconds);
    }

    private static final List<WidthTimes> WIDE_IS_BEST = List.of(
            row("gemm", Map.of(128, 4000.0, 256, 2000.0, 512, 1000.0)),
            row("relu", Map.of(128, 25.0, 256, 8.0, 512, 10.0)));

    @Test
    void bestOfARow() {
        WidthTimes relu = WIDE_IS_BEST.get(1);
        assertEquals(256, relu.best());
        assertEquals(1.25, relu.overBest(512), 1e-12);
        assertEquals(1, relu.overBest(256));
    }

    /** √(4 · 2.5) and √(2 · 0.8). */
    @Test
    void meansAreGeometric() {
        WidthVerdict verdict = WidthVerdict.of(WIDE_IS_BEST, 512);
        assertEquals(Math.sqrt(10), verdict.others().get(128).ratio(), 1e-12);
        assertEquals(Math.sqrt(1.6), verdict.others().get(256).ratio(), 1e-12);
        assertEquals(512, verdict.best());
        assertTrue(verdict.right());
        assertTrue(
                verdict.text().contains("128 bits 3.16 (") && verdict.text().contains("256 bits 1.26 ("),
                verdict.text());
        assertTrue(verdict.text().endsWith("512 bits are best, and what is taken by default."), verdict.text());
    }

    @Test
    void betterWidthIsNamed() {
        WidthVerdict verdict = WidthVerdict.of(List.of(row("gemm", Map.of(128, 9.0, 256, 8.0, 512, 10.0))), 512);
        assertFalse(verdict.right());
        assertTrue(
                verdict.text().endsWith("BETTER: 256 bits, faster by 25.0 %; the default is 512 bits."),
                verdict.text());
    }

    @Test
    void noiseIsNoReason() {
        WidthVerdict verdict = WidthVerdict.of(List.of(row("gemm", Map.of(256, 9.9, 512, 10.0))), 512);
        assertEquals(256, verdict.best());
        assertTrue(verdict.right());
        assertTrue(verdict.text().contains("may be noise"), verdict.text());
    }

    @Test
    void oneWidthIsTheBest() {
        WidthVerdict verdict = WidthVerdict.of(List.of(row("gemm", Map.of(128, 1.0))), 128);
        assertTrue(verdict.right());
        assertEquals("128 bits are best, and what is taken by default.", verdict.text());
    }

    @Test
    void tableAndJson() {
        List<String> lines = WidthsText.table(WIDE_IS_BEST, 512).lines().toList();
        assertTrue(
                lines.get(0).matches("KERNEL +SHAPE +128 BITS µs +256 BITS µs +512 BITS µs +512/BEST +BEST"),
                lines.get(0));
        assertTrue(lines.get(2).matches("relu +2x2 +25\\.0 +8\\.0 +10\\.0 +1\\.25 +256"), lines.get(2));
        JsonNode array = JsonMapper.shared().readTree(WidthsText.json(WIDE_IS_BEST, 512));
        assertEquals(6, array.size());
        JsonNode last = array.get(5);
        assertEquals(
                List.of("kernel", "shape", "bits", "default", "seconds", "spread"), List.copyOf(last.propertyNames()));
        assertEquals(512, last.get("bits").asInt());
        assertTrue(last.get("default").asBoolean());
        assertEquals(10e-6, last.get("seconds").asDouble(), 1e-12);
    }

    /** A process for each width, up to the default one. */
    @Test
    void isMeasured(@TempDir Path directory) throws IOException {
        try (WidthRuns runs = new WidthRuns(System.getProperty("java.class.path"), directory, true)) {
            List<WidthTimes> rows = runs.times(
                    new Survey.Request(List.of("relu"), List.of(), List.of(), true).workloads(), 3, Progress.silent());
            SortedMap<Integer, double[]> seconds = rows.getFirst().seconds();
            assertEquals(runs.taken(), seconds.lastKey());
            assertEquals(1 + List.of(128, 256, 512).indexOf(runs.taken()), seconds.size());
            seconds.forEach((bits, times) -> {
                assertEquals(3, times.length);
                assertTrue(rows.getFirst().timing(bits).seconds() > 0, bits + " bits");
            });
        }
    }
}
