package org.icl4j.lab.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every source file is as the formatter writes it. {@code -Dformat.apply=true} writes it so. */
class FormatTest {
    private static final Path ROOT = Path.of("../..");
    private static final int MAX_LINES = 500;

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.startsWith(ROOT.resolve("java/bindings")))
                    .toList();
        }
    }

    @Test
    void everyFileIsFormatted() throws Exception {
        Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build());
        boolean apply = Boolean.getBoolean("format.apply");
        List<Path> unformatted = new ArrayList<>();
        List<Path> sources = sources();
        assertTrue(sources.size() > 100, "only " + sources.size() + " sources found");
        for (Path file : sources) {
            String source = Files.readString(file);
            String formatted = formatter.formatSourceAndFixImports(source);
            if (!formatted.equals(source)) {
                if (apply) {
                    Files.writeString(file, formatted);
                } else {
                    unformatted.add(ROOT.relativize(file));
                }
            }
        }
        assertEquals(
                List.of(),
                unformatted,
                "not as the formatter writes them; mvn -pl java/lab -am test -Dtest=FormatTest -Dformat.apply=true "
                        + "-Dsurefire.failIfNoSpecifiedTests=false puts them right");
    }

    @Test
    void noFileIsLong() throws IOException {
        List<Path> tooLong = new ArrayList<>();
        for (Path file : sources()) {
            if (Files.readAllLines(file).size() > MAX_LINES) {
                tooLong.add(ROOT.relativize(file));
            }
        }
        assertEquals(List.of(), tooLong, "more than " + MAX_LINES + " lines: more than one subject?");
    }
}
