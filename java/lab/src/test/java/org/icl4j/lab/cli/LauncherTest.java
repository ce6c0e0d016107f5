package org.icl4j.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a tree of empty files with a java and a Maven that only say how they were called. */
@EnabledOnOs(OS.LINUX)
class LauncherTest {
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir
    private Path root;

    @BeforeEach
    void checkout() throws IOException {
        Files.copy(Path.of("../../icl4j"), root.resolve("icl4j"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String file : List.of(
                "pom.xml",
                "java/lab/pom.xml",
                "java/lab/src/main/A.java",
                "java/lab/src/main/B.java",
                "java/lab/src/entry/C.java",
                "java/lab/target/icl4j.jar",
                "bench/pom.xml",
                "bench/src/main/D.java",
                "bench/target/icl4j-bench.jar")) {
            put(file, "");
        }
        Files.createDirectories(root.resolve(".mvn"));
        script("jdk/bin/javac", "");
        script("jdk/bin/java", "echo \"LC_ALL=${LC_ALL:-} $*\"");
        put("jdk/release", "JAVA_VERSION=\"25.0.1\"\n");
        script("bin/mvn", "echo built >>'" + root.resolve("builds") + "'");
        try (var files = Files.walk(root)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, LONG_AGO);
            }
        }
    }

    private void put(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void script(String name, String body) throws IOException {
        put(name, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(root.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What the launcher and its java say in an environment with these variables and no others. */
    private String launch(Map<String, String> variables) throws IOException, InterruptedException {
        Path out = root.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(root.resolve("icl4j").toString(), "list", "a b")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", root.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment().put("ICL4J_JAVA_HOME", root.resolve("jdk").toString());
        builder.environment().putAll(variables);
        Process process = builder.start();
        assertTrue(process.waitFor(3, TimeUnit.MINUTES), "no end within three minutes");
        String said = Files.readString(out);
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    private long builds() throws IOException {
        Path log = root.resolve("builds");
        return Files.exists(log) ? Files.readAllLines(log).size() : 0;
    }

    @Test
    void passesItsArguments() throws Exception {
        String said = launch(Map.of("ICL4J_JAVA_OPTS", "-Xmx1g -Da=b"));
        assertTrue(said.contains("--add-modules jdk.incubator.vector"), said);
        assertTrue(said.contains("-Dicl4j.terminal=false -Xmx1g -Da=b -jar"), said);
        assertTrue(said.endsWith("/java/lab/target/icl4j.jar list a b\n"), said);
        assertEquals(0, builds());
    }

    /** Maven leaves a jar alone that would be the same, and so older than the source that changed. */
    @Test
    void buildsOnceAfterAChange() throws Exception {
        int expected = 0;
        for (String file :
                List.of("pom.xml", "java/lab/src/main/A.java", "java/lab/src/entry/C.java", "bench/pom.xml")) {
            Files.setLastModifiedTime(root.resolve(file), FileTime.from(Instant.now()));
            launch(Map.of());
            launch(Map.of());
            assertEquals(++expected, builds(), file);
        }
        Files.delete(root.resolve("java/lab/src/main/B.java"));
        launch(Map.of());
        assertEquals(++expected, builds(), "something was removed");
    }

    @Test
    void buildsWhatIsMissing() throws Exception {
        Files.delete(root.resolve("bench/target/icl4j-bench.jar"));
        script(
                "bin/mvn",
                "echo built >>'" + root.resolve("builds") + "'; touch '" + root.resolve("bench/target/icl4j-bench.jar")
                        + "'");
        launch(Map.of());
        launch(Map.of());
        assertEquals(1, builds());
    }

    @Test
    void changeDuringABuildIsNotLost() throws Exception {
        script(
                "bin/mvn",
                "echo built >>'" + root.resolve("builds") + "'; sleep 0.1; touch '"
                        + root.resolve("java/lab/src/main/A.java") + "'; sleep 0.1; touch '"
                        + root.resolve("java/lab/target/icl4j.jar") + "'");
        Files.setLastModifiedTime(root.resolve("pom.xml"), FileTime.from(Instant.now()));
        launch(Map.of());
        launch(Map.of());
        assertEquals(2, builds());
    }

    @Test
    void needsNoHome() throws Exception {
        Files.delete(root.resolve("jdk/release"));
        Path found = Files.createDirectories(root.resolve("found/bin"));
        Files.move(root.resolve("jdk/bin/java"), found.resolve("java"));
        Files.move(root.resolve("jdk/bin/javac"), found.resolve("javac"));
        put("found/release", "JAVA_VERSION=\"25.0.1\"\n");
        String said = launch(
                Map.of("ICL4J_JAVA_HOME", "", "JAVA_HOME", root.resolve("found").toString()));
        assertFalse(said.contains("unbound"), said);
        assertTrue(said.endsWith("list a b\n"), said);
    }

    @Test
    void fileNamesMayHaveAnyLetters() throws Exception {
        for (Map<String, String> locale : List.of(
                Map.<String, String>of(),
                Map.of("LC_ALL", "C"),
                Map.of("LC_ALL", "POSIX", "LANG", "de_DE.UTF-8"),
                Map.of("LC_ALL", "", "LC_CTYPE", "", "LANG", ""),
                Map.of("LC_CTYPE", "C", "LANG", "de_DE.UTF-8"))) {
            String said = launch(locale);
            assertTrue(said.startsWith("LC_ALL=C.UTF-8 "), locale + ": " + said);
        }
        String said = launch(Map.of("LANG", "C.utf8"));
        assertTrue(said.startsWith("LC_ALL= "), said);
    }
}
