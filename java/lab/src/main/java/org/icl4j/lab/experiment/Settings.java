package org.icl4j.lab.experiment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The settings of a run, all of them, resolved and checked. */
public final class Settings {
    private final Map<String, String> values;

    private Settings(Map<String, String> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /**
     * The defaults at {@code scale}, overridden by {@code given}.
     *
     * @throws UsageException if a name is unknown or a value not allowed
     */
    public static Settings resolve(List<Setting> settings, Scale scale, Map<String, String> given) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Setting setting : settings) {
            values.put(setting.name(), setting.defaults().get(scale));
        }
        given.forEach((name, value) -> {
            Setting setting = settings.stream()
                    .filter(s -> s.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new UsageException("no setting '" + name + "'; there are " + values.keySet()));
            values.put(name, setting.canonical(value));
        });
        return new Settings(values);
    }

    /** The values by name, in the order of the experiment's list. */
    public Map<String, String> asMap() {
        return values;
    }

    /** A whole number. */
    public int integer(String name) {
        return Integer.parseInt(text(name));
    }

    /** A decimal number. */
    public double real(String name) {
        return Double.parseDouble(text(name));
    }

    /** A text. */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the experiment has no setting '" + name + "', only " + values.keySet());
        }
        return value;
    }
}
