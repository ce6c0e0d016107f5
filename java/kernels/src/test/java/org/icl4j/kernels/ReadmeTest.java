package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example compiles against the artifact's module alone and prints what its comments say. */
class ReadmeTest {
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern PRINTED = Pattern.compile("println\\(.*\\); // (.*)");

    @Test
    void exampleRuns(@TempDir Path directory) throws IOException, InterruptedException {
        Matcher block = JAVA_BLOCK.matcher(Files.readString(Path.of("../../README.md")));
        assertTrue(block.find(), "README.md has no java block");
        String source = block.group(1);
        List<String> expected =
                PRINTED.matcher(source).results().map(m -> m.group(1)).toList();
        assertTrue(!expected.isEmpty(), "the example says nothing of what it prints");
        Path file = Files.writeString(directory.resolve("Example.java"), source);
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        "target/classes",
                        "--add-modules",
                        "org.icl4j.kernels,jdk.incubator.vector",
                        file.toString())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals(0, process.waitFor(), "exit code");
        assertEquals(expected, Files.readAllLines(output));
    }
}
