package org.icl4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarsTest {
    private static String shown(String columns) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setProperty("icl4j.columns", columns);
        try (Progress.Stage stage = ProgressBars.on(new PrintStream(out, true, StandardCharsets.UTF_8), true)
                .begin("training", 1_000_000)) {
            stage.at(123_456, "loss 0.123");
        } finally {
            System.clearProperty("icl4j.columns");
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int widest(String text) {
        int widest = 0;
        for (String line : text.split("[\\r\\n]+")) {
            widest = Math.max(widest, line.stripTrailing().length());
        }
        return widest;
    }

    /** A bar that is wider than the window leaves a line behind at every step. */
    @Test
    void barsFitTheWindow() {
        for (int columns : new int[] {60, 80, 90}) {
            String text = shown(Integer.toString(columns));
            assertTrue(text.contains("training"), text);
            assertTrue(widest(text) < columns, text);
        }
        assertTrue(widest(shown("300")) <= 100);
        assertTrue(widest(shown("0")) < 80, "some terminals say that they have no columns");
    }

    @Test
    void nothingIsShownToNobody() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Progress.Stage stage = ProgressBars.on(new PrintStream(out, true, StandardCharsets.UTF_8), false)
                .begin("training", 3)) {
            stage.at(2, "");
        }
        assertEquals(0, out.size());
    }
}
