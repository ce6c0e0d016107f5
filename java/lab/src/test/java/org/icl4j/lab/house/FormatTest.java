package org.icl4j.lab.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
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
        List<Path> sources = new ArrayList<>();
        for (Path module : modules()) {
            Path src = module.resolve("src");
            assertTrue(Files.isDirectory(src), src + " is missing");
            try (Stream<Path> files = Files.walk(src)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    /** All that hold written code; the bindings are generated. */
    private static List<Path> modules() throws IOException {
        List<Path> modules = new ArrayList<>(List.of(ROOT.resolve("bench")));
        try (Stream<Path> java = Files.list(ROOT.resolve("java"))) {
            java.filter(module -> !module.endsWith("bindings")).forEach(modules::add);
        }
        return modules;
    }

    @Test
    void everyFileIsFormatted() throws Exception {
        Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build());
        boolean apply = Boolean.getBoolean("format.apply");
        List<Path> sources = sources();
        assertTrue(sources.size() > 100, "only " + sources.size() + " sources found");
        List<Path> unformatted = sources.parallelStream()
                .filter(file -> !isFormatted(file, formatter, apply))
                .map(ROOT::relativize)
                .toList();
        assertEquals(
                List.of(),
                unformatted,
                "not as the formatter writes them; mvn -pl java/lab -am test -Dtest=FormatTest -Dformat.apply=true "
                        + "-Dsurefire.failIfNoSpecifiedTests=false puts them right");
    }

    /** Whether a file is as the formatter writes it, if need be after {@code apply} wrote it so. */
    private static boolean isFormatted(Path file, Formatter formatter, boolean apply) {
        try {
            String source = Files.readString(file);
            String formatted = formatter.formatSourceAndFixImports(source);
            if (apply && !formatted.equals(source)) {
                Files.writeString(file, formatted);
            }
            return apply || formatted.equals(source);
        } catch (IOException | FormatterException e) {
            throw new AssertionError(file + " cannot be formatted", e);
        }
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
