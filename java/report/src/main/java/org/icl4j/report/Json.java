package org.icl4j.report;

import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON text of records, in the order of their components. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private Json() {}

    /** Indented text, ended by a line feed. */
    public static String text(Object value) {
        return MAPPER.writeValueAsString(value).replace(System.lineSeparator(), "\n") + "\n";
    }
}
