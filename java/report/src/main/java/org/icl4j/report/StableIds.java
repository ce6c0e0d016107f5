package org.icl4j.report;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * Names for the elements of an SVG document that depend on its content only, instead of random ones: the same plot has the same
 * bytes, and two plots on one page have different names.
 */
final class StableIds {
    private static final Pattern DEFINED = Pattern.compile("\\bid=\"([^\"]+)\"");

    /** Where a name stands, as an attribute, in a style sheet, or in a reference. */
    private static final Pattern NAMED = Pattern.compile("(?<=\\bid=\"|#)([\\w-]+)");

    private StableIds() {}

    static String of(String svg) {
        Map<String, String> numbers = new LinkedHashMap<>();
        Matcher defined = DEFINED.matcher(svg);
        while (defined.find()) {
            numbers.putIfAbsent(defined.group(1), "id" + numbers.size());
        }
        String numbered = renamed(svg, name -> numbers.getOrDefault(name, name));
        CRC32 content = new CRC32();
        content.update(numbered.getBytes(StandardCharsets.UTF_8));
        String prefix = "p" + Long.toHexString(content.getValue()) + "-";
        return renamed(svg, name -> numbers.containsKey(name) ? prefix + numbers.get(name) : name);
    }

    private static String renamed(String svg, UnaryOperator<String> name) {
        return NAMED.matcher(svg).replaceAll(found -> name.apply(found.group(1)));
    }
}
