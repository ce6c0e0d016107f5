package org.icl4j.lab.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final List<Setting> SETTINGS = List.of(
            Setting.integer("steps", 10, 20, 30, 1, 100, "training steps"),
            Setting.real("lr", 0.5, 0, 1, "learning rate"),
            Setting.text("data", "sample", "a file"));

    private static Settings resolve(String name, String value) {
        return Settings.resolve(SETTINGS, Scale.STANDARD, Map.of(name, value));
    }

    @Test
    void defaultsFollowTheScale() {
        assertEquals(10, Settings.resolve(SETTINGS, Scale.QUICK, Map.of()).integer("steps"));
        assertEquals(30, Settings.resolve(SETTINGS, Scale.FULL, Map.of()).integer("steps"));
        assertEquals(
                Map.of("steps", "20", "lr", "0.5", "data", "sample"),
                Settings.resolve(SETTINGS, Scale.STANDARD, Map.of()).asMap());
    }

    @Test
    void numbersWithADefaultForEachScale() {
        List<Setting> rates = List.of(Setting.real("lr", 0.5, 0.25, 0.125, 0, 1, "learning rate"));
        assertEquals(0.5, Settings.resolve(rates, Scale.QUICK, Map.of()).real("lr"));
        assertEquals(0.25, Settings.resolve(rates, Scale.STANDARD, Map.of()).real("lr"));
        assertEquals(0.125, Settings.resolve(rates, Scale.FULL, Map.of()).real("lr"));
    }

    @Test
    void givenValuesAreRecordedInOneForm() {
        assertEquals("7", resolve("steps", " +7 ").text("steps"));
        assertEquals("0.001", resolve("lr", "1e-3").text("lr"));
        assertEquals("0.5", resolve("lr", " .5 ").text("lr"));
        assertEquals(" x ", resolve("data", " x ").text("data"));
    }

    @Test
    void badValues() {
        for (String value : new String[] {"0", "101", "1.5", "many", "", "99999999999999999999", "\u0663"}) {
            String message = assertThrows(UsageException.class, () -> resolve("steps", value))
                    .getMessage();
            assertTrue(message.contains("steps=" + value) && message.contains("1 to 100"), message);
        }
        for (String value : new String[] {"-0.1", "1.1", "NaN", "Infinity", "x", "", "1e-3f", "1d", "0x1p-3"}) {
            assertThrows(UsageException.class, () -> resolve("lr", value), value);
        }
        String message =
                assertThrows(UsageException.class, () -> resolve("step", "1")).getMessage();
        assertTrue(message.contains("'step'") && message.contains("[steps, lr, data]"), message);
    }
}
